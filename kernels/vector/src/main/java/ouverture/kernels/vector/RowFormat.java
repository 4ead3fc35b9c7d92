package ouverture.kernels.vector;

import java.lang.foreign.MemorySegment;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;

/// How rows of weights in one number format are read.
interface RowFormat {
    /// Writes `count` numbers that start at byte `offset` of `from` as floats, and zeros up to a whole vector.
    ///
    /// @param count whole blocks, at most [Lanes#SPAN]
    /// @param buffer scratch of at least [Lanes#SPAN] floats
    void decode(MemorySegment from, long offset, MemorySegment to, long toOffset, int count, float[] buffer);

    /// The fastest reader of a format.
    static RowFormat of(DType type) {
        return switch (type) {
            case F32 -> F32Rows.INSTANCE;
            case F16 -> F16Rows.INSTANCE;
            case BF16 -> Bf16Rows.INSTANCE;
            case Q8_0 -> Q8Rows.INSTANCE;
            case Q4_0 -> Q4Rows.INSTANCE;
            default -> new CodecRows(BlockCodec.of(type));
        };
    }

    /// A format whose numbers are multiplied as they are read.
    interface Direct extends RowFormat {
        /// Dot products of two rows of weights, at bytes `first` and `second`, with the floats at byte `xOffset`
        /// of `x`: packed as [#pack].
        ///
        /// @param count whole vectors and blocks, at most [Lanes#SPAN]
        long dots(MemorySegment weight, long first, long second, MemorySegment x, long xOffset, int count);
    }

    /// Two floats as one number, so that a method can return both.
    static long pack(float first, float second) {
        return (long) Float.floatToRawIntBits(first) << 32 | Float.floatToRawIntBits(second) & 0xffffffffL;
    }

    /// The first of two packed floats.
    static float first(long packed) {
        return Float.intBitsToFloat((int) (packed >> 32));
    }

    /// The second of two packed floats.
    static float second(long packed) {
        return Float.intBitsToFloat((int) packed);
    }

    /// Zeros from float `count` on, up to a whole vector.
    static void pad(MemorySegment to, long toOffset, int count) {
        for (int i = count; i % Lanes.COUNT != 0; i++) {
            Lanes.set(to, toOffset + 4L * i, 0);
        }
    }

    /// Any format, by its reference codec.
    record CodecRows(BlockCodec codec) implements RowFormat {
        @Override
        public void decode(
                MemorySegment from, long offset, MemorySegment to, long toOffset, int count, float[] buffer) {
            codec.decode(from, offset, buffer, 0, count);
            MemorySegment.copy(buffer, 0, to, Lanes.FLOAT, toOffset, count);
            pad(to, toOffset, count);
        }
    }
}
