package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.FLOATS;
import static ouverture.kernels.vector.Lanes.bytes;
import static ouverture.kernels.vector.Lanes.half;
import static ouverture.kernels.vector.Lanes.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Q8_0: blocks of a half-precision scale and 32 signed bytes. Scale times byte has at most 19 bits: exact as a
/// float.
final class Q8Rows implements RowFormat.Direct {
    static final Q8Rows INSTANCE = new Q8Rows();

    private static final int BLOCK = 32;
    private static final int HALF = 16;
    private static final int BLOCK_BYTES = 34;

    private Q8Rows() {}

    @Override
    public void decode(MemorySegment from, long offset, MemorySegment to, long toOffset, int count, float[] buffer) {
        long block = offset;
        for (int i = 0; i < count; i += BLOCK) {
            FloatVector scale = FloatVector.broadcast(FLOATS, half(from, block));
            for (int j = 0; j < BLOCK; j += Lanes.BYTES.length()) {
                ByteVector q = bytes(from, block + 2 + j);
                long at = toOffset + 4L * (i + j);
                floats(q, 0).mul(scale).intoMemorySegment(to, at, Lanes.ORDER);
                if (Lanes.TWO_PARTS) {
                    floats(q, 1).mul(scale).intoMemorySegment(to, at + Lanes.SIZE, Lanes.ORDER);
                }
            }
            block += BLOCK_BYTES;
        }
    }

    private static FloatVector floats(ByteVector q, int part) {
        return (FloatVector) q.convertShape(VectorOperators.B2F, FLOATS, part);
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
            for (int j = 0; j < BLOCK; j += Lanes.BYTES.length()) {
                ByteVector u = bytes(weight, p + 2 + j);
                ByteVector v = bytes(weight, q + 2 + j);
                FloatVector y = load(x, at);
                a = ((FloatVector) u.convertShape(VectorOperators.B2F, FLOATS, 0))
                        .mul(s)
                        .fma(y, a);
                b = ((FloatVector) v.convertShape(VectorOperators.B2F, FLOATS, 0))
                        .mul(t)
                        .fma(y, b);
                at += Lanes.SIZE;
                if (Lanes.TWO_PARTS) {
                    y = load(x, at);
                    a = ((FloatVector) u.convertShape(VectorOperators.B2F, FLOATS, 1))
                            .mul(s)
                            .fma(y, a);
                    b = ((FloatVector) v.convertShape(VectorOperators.B2F, FLOATS, 1))
                            .mul(t)
                            .fma(y, b);
                    at += Lanes.SIZE;
                }
            }
            p += BLOCK_BYTES;
            q += BLOCK_BYTES;
        }
        return RowFormat.pack(Lanes.sum(a), Lanes.sum(b));
    }

    /// As [#dots], for vectors of half a block: without the inner loop, which C2 leaves a third slower, and with
    /// offsets computed from the block's number, for which it checks bounds once and not for every block.
    private static long wideDots(
            MemorySegment weight, long first, long second, MemorySegment x, long xOffset, int count) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        int blocks = count / BLOCK;
        for (int i = 0; i < blocks; i++) {
            long p = first + (long) BLOCK_BYTES * i;
            long q = second + (long) BLOCK_BYTES * i;
            long at = xOffset + 4L * BLOCK * i;
            FloatVector s = FloatVector.broadcast(FLOATS, half(weight, p));
            FloatVector t = FloatVector.broadcast(FLOATS, half(weight, q));
            FloatVector y = load(x, at);
            FloatVector z = load(x, at + 4 * HALF);
            ByteVector u = bytes(weight, p + 2);
            ByteVector v = bytes(weight, q + 2);
            a = ((FloatVector) u.convertShape(VectorOperators.B2F, FLOATS, 0))
                    .mul(s)
                    .fma(y, a);
            b = ((FloatVector) v.convertShape(VectorOperators.B2F, FLOATS, 0))
                    .mul(t)
                    .fma(y, b);
            u = bytes(weight, p + 2 + HALF);
            v = bytes(weight, q + 2 + HALF);
            a = ((FloatVector) u.convertShape(VectorOperators.B2F, FLOATS, 0))
                    .mul(s)
                    .fma(z, a);
            b = ((FloatVector) v.convertShape(VectorOperators.B2F, FLOATS, 0))
                    .mul(t)
                    .fma(z, b);
        }
        return RowFormat.pack(Lanes.sum(a), Lanes.sum(b));
    }
}
