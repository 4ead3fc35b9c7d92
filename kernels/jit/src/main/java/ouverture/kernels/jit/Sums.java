package ouverture.kernels.jit;

/// What a product with bytes needs of the rounded inputs beside themselves: their sums, as bytes of weights are
/// not less
/// than 0 and what they stand for may be.
///
/// @param columns of a sum: those that share a scale, 16 or 32
/// @param offset number that the bytes of weights are too large by; 0 if the format has minimums, which the sums
///     are then multiplied with
record Sums(int columns, int offset) {
    /// Whether sums are floats; else they are integers times -offset.
    boolean asFloats() {
        return offset == 0;
    }

    /// Sums of a part.
    int groups() {
        return Strips.PART / columns;
    }

    @Override
    public String toString() {
        return "sums of " + columns + (asFloats() ? "" : " times -" + offset);
    }
}
