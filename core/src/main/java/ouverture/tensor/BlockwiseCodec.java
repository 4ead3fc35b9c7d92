package ouverture.tensor;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A format that is read and written one block at a time.
///
/// @param decoder what a block says
/// @param encoder how floats are rounded to a block; null if only reading is known
record BlockwiseCodec(DType type, Decoder decoder, @Nullable Encoder encoder) implements BlockCodec {
    /// Decodes the block at byte `offset` of `from` to `to`, from index `at` on.
    @FunctionalInterface
    interface Decoder {
        void decode(MemorySegment from, long offset, float[] to, int at);
    }

    /// Rounds one block's numbers, `from` index `at` on, to the block at byte `offset` of `to`.
    @FunctionalInterface
    interface Encoder {
        void encode(float[] from, int at, MemorySegment to, long offset);
    }

    @Override
    public boolean encodes() {
        return encoder != null;
    }

    @Override
    public void decode(MemorySegment from, long offset, float[] to, int toIndex, int count) {
        int elements = type.blockElements();
        int bytes = type.blockBytes();
        assert count % elements == 0 : count + " numbers are not whole blocks of " + type;
        long block = offset;
        for (int i = 0; i < count; i += elements) {
            decoder.decode(from, block, to, toIndex + i);
            block += bytes;
        }
    }

    @Override
    public void encode(float[] from, int fromIndex, MemorySegment to, long offset, int count) {
        if (encoder == null) {
            throw new UnsupportedOperationException(
                    "floats cannot be rounded to " + type + " here; ask encodes() first, or choose another format");
        }
        int elements = type.blockElements();
        int bytes = type.blockBytes();
        assert count % elements == 0 : count + " numbers are not whole blocks of " + type;
        long block = offset;
        for (int i = 0; i < count; i += elements) {
            encoder.encode(from, fromIndex + i, to, block);
            block += bytes;
        }
    }
}
