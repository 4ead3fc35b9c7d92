package ouverture.tensor;

import java.lang.foreign.MemorySegment;

/// The reference meaning of one number format: what its bytes say, and how floats are rounded to it. Thread-safe.
///
/// Layouts, decoded numbers and rounding are those of ggml's reference code, to the last bit. NaN, infinities and
/// random bytes are legal input of both directions.
public interface BlockCodec {
    /// The format that this codec reads and writes.
    DType type();

    /// Decodes `count` numbers (a multiple of the block length) that start at byte `offset` of `from`.
    void decode(MemorySegment from, long offset, float[] to, int toIndex, int count);

    /// Whether this build can write the format: false for formats that only special tools quantise to.
    boolean encodes();

    /// Rounds `count` numbers (a multiple of the block length) to this format, as ggml's reference quantiser does
    /// without an importance matrix. What a block of numbers outside the range of F16 becomes is not specified.
    ///
    /// @throws UnsupportedOperationException if the format does not [#encodes()]
    void encode(float[] from, int fromIndex, MemorySegment to, long offset, int count);

    /// The codec of a format.
    ///
    /// @throws ouverture.error.UnsupportedModelException if this build cannot read the format
    static BlockCodec of(DType type) {
        return BlockCodecs.of(type);
    }

    /// Whether this build can compute with weights of the format.
    static boolean supports(DType type) {
        return BlockCodecs.supports(type);
    }
}
