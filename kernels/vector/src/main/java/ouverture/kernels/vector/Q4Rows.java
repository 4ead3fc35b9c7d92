package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.FLOATS;
import static ouverture.kernels.vector.Lanes.INTS;
import static ouverture.kernels.vector.Lanes.bytes;
import static ouverture.kernels.vector.Lanes.half;
import static ouverture.kernels.vector.Lanes.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Q4_0: blocks of a half-precision scale and 16 bytes; the lower halves of the bytes are the first 16 numbers,
/// the upper halves the rest, all 8 too large. Scale times number has at most 15 bits: exact as a float.
final class Q4Rows implements RowFormat.Direct {
    static final Q4Rows INSTANCE = new Q4Rows();

    private static final int BLOCK = 32;
    private static final int HALF = 16;
    private static final int BLOCK_BYTES = 18;

    private Q4Rows() {}

    @Override
    public void decode(MemorySegment from, long offset, MemorySegment to, long toOffset, int count, float[] buffer) {
        long block = offset;
        for (int i = 0; i < count; i += BLOCK) {
            FloatVector scale = FloatVector.broadcast(FLOATS, half(from, block));
            for (int j = 0; j < HALF; j += Lanes.BYTES.length()) {
                ByteVector q = bytes(from, block + 2 + j);
                long at = toOffset + 4L * (i + j);
                decode(q, 0, scale, to, at);
                if (Lanes.TWO_PARTS) {
                    decode(q, 1, scale, to, at + Lanes.SIZE);
                }
            }
            block += BLOCK_BYTES;
        }
    }

    private static void decode(ByteVector q, int part, FloatVector scale, MemorySegment to, long at) {
        IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, part);
        FloatVector low = (FloatVector) wide.and(15).convert(VectorOperators.I2F, 0);
        FloatVector high = (FloatVector) wide.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0);
        FloatVector eight = scale.mul(-8);
        low.fma(scale, eight).intoMemorySegment(to, at, Lanes.ORDER);
        high.fma(scale, eight).intoMemorySegment(to, at + 4 * HALF, Lanes.ORDER);
    }

    @Override
    public long dots(MemorySegment weight, long first, long second, MemorySegment x, long xOffset, int count) {
        if (Lanes.COUNT == HALF) {
            return wideDots(weight, first, second, x, xOffset, count);
        }
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        long at = xOffset;
        long p = first;
        long q = second;
        for (int i = 0; i < count; i += BLOCK) {
            FloatVector s = FloatVector.broadcast(FLOATS, half(weight, p));
            FloatVector t = FloatVector.broadcast(FLOATS, half(weight, q));
            FloatVector s8 = s.mul(-8);
            FloatVector t8 = t.mul(-8);
            for (int shift = 0; shift < 8; shift += 4) {
                for (int j = 0; j < HALF; j += Lanes.BYTES.length()) {
                    ByteVector u = bytes(weight, p + 2 + j);
                    ByteVector v = bytes(weight, q + 2 + j);
                    FloatVector y = load(x, at);
                    a = floats(u, 0, shift).fma(s, s8).fma(y, a);
                    b = floats(v, 0, shift).fma(t, t8).fma(y, b);
                    at += Lanes.SIZE;
                    if (Lanes.TWO_PARTS) {
                        y = load(x, at);
                        a = floats(u, 1, shift).fma(s, s8).fma(y, a);
                        b = floats(v, 1, shift).fma(t, t8).fma(y, b);
                        at += Lanes.SIZE;
                    }
                }
            }
            p += BLOCK_BYTES;
            q += BLOCK_BYTES;
        }
        return RowFormat.pack(Lanes.sum(a), Lanes.sum(b));
    }

    private static FloatVector floats(ByteVector q, int part, int shift) {
        IntVector wide = (IntVector) q.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, part);
        return (FloatVector) wide.lanewise(VectorOperators.LSHR, shift).and(15).convert(VectorOperators.I2F, 0);
    }

    /// As [#dots], for vectors of half a block: reads each byte once.
    private static long wideDots(
            MemorySegment weight, long first, long second, MemorySegment x, long xOffset, int count) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        int blocks = count / BLOCK;
        for (int i = 0; i < blocks; i++) {
            // Computed from the block's number: C2 then checks bounds once and not for every block.
            long p = first + (long) BLOCK_BYTES * i;
            long q = second + (long) BLOCK_BYTES * i;
            long at = xOffset + 4L * BLOCK * i;
            FloatVector y = load(x, at);
            FloatVector z = load(x, at + 4 * HALF);
            FloatVector s = FloatVector.broadcast(FLOATS, half(weight, p));
            IntVector u = (IntVector) bytes(weight, p + 2).convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
            FloatVector eight = s.mul(-8);
            a = ((FloatVector) u.and(15).convert(VectorOperators.I2F, 0))
                    .fma(s, eight)
                    .fma(y, a);
            a = ((FloatVector) u.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0))
                    .fma(s, eight)
                    .fma(z, a);
            s = FloatVector.broadcast(FLOATS, half(weight, q));
            u = (IntVector) bytes(weight, q + 2).convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
            eight = s.mul(-8);
            b = ((FloatVector) u.and(15).convert(VectorOperators.I2F, 0))
                    .fma(s, eight)
                    .fma(y, b);
            b = ((FloatVector) u.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0))
                    .fma(s, eight)
                    .fma(z, b);
        }
        return RowFormat.pack(Lanes.sum(a), Lanes.sum(b));
    }
}
