package ouverture.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Vector shapes of this machine, and small operations on them.
final class Lanes {
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    /// As many 16-bit numbers as [#FLOATS] has lanes.
    static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

    /// As many bytes as [#FLOATS] has lanes, or twice as many where no vector is that short.
    static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 4)));

    /// Floats of one vector.
    static final int COUNT = FLOATS.length();

    /// Bytes of one vector.
    static final long SIZE = FLOATS.vectorByteSize();

    /// Whether [#BYTES] fills two vectors of floats.
    static final boolean TWO_PARTS = BYTES.length() > COUNT;

    /// Columns whose products are summed lane by lane before the lanes are added up: a multiple of every block
    /// length, 4 kB of floats, so that a tile's eight rows fit in a first-level cache.
    static final int SPAN = 1024;

    private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(FLOATS, 8, 1, true);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(FLOATS, 4, 1, true);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(FLOATS, 2, 1, true);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(FLOATS, 1, 1, true);

    private Lanes() {}

    /// `columns` rounded up to whole vectors.
    static int padded(int columns) {
        return Math.ceilDiv(columns, COUNT) * COUNT;
    }

    /// The lanes' sum, in one fixed order.
    static float sum(FloatVector v) {
        FloatVector s = v;
        if (COUNT >= 16) {
            s = s.add(s.rearrange(BY_8));
        }
        if (COUNT >= 8) {
            s = s.add(s.rearrange(BY_4));
        }
        s = s.add(s.rearrange(BY_2));
        s = s.add(s.rearrange(BY_1));
        return s.lane(0);
    }

    static FloatVector load(MemorySegment from, long offset) {
        return FloatVector.fromMemorySegment(FLOATS, from, offset, ORDER);
    }

    static float get(MemorySegment from, long offset) {
        return from.get(FLOAT, offset);
    }

    static void set(MemorySegment to, long offset, float value) {
        to.set(FLOAT, offset, value);
    }

    /// The half-precision number at `offset`.
    static float half(MemorySegment from, long offset) {
        return Float.float16ToFloat(from.get(SHORT, offset));
    }

    /// Half-precision numbers at `offset`. The bits are moved to where a float has them, and the bias of the
    /// exponent is made good by a product with 2^112, which is exact for denormals too. The other two products
    /// let infinities, which arrive as 2^16 and more, overflow, and give back the rest; NaN becomes an infinity.
    static FloatVector halves(MemorySegment from, long offset) {
        IntVector wide = (IntVector)
                ShortVector.fromMemorySegment(SHORTS, from, offset, ORDER).convertShape(VectorOperators.S2I, INTS, 0);
        FloatVector small =
                wide.lanewise(VectorOperators.LSHL, 13).and(0x8fffe000).reinterpretAsFloats();
        return small.mul(0x1p112f).mul(0x1p112f).mul(0x1p-112f);
    }

    /// bfloat16 numbers at `offset`.
    static FloatVector brainHalves(MemorySegment from, long offset) {
        IntVector wide = (IntVector)
                ShortVector.fromMemorySegment(SHORTS, from, offset, ORDER).convertShape(VectorOperators.S2I, INTS, 0);
        return wide.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    static ByteVector bytes(MemorySegment from, long offset) {
        return ByteVector.fromMemorySegment(BYTES, from, offset, ORDER);
    }
}
