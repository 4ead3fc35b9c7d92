package ouverture.kernels.jit;

/// Where things are in what is kept of one query: the weighted sum of values, and behind it the state of its
/// softmax.
///
/// @param columns of a sum, whole vectors
record QuerySums(int columns) {
    private static final int STATE_BYTES = 64;

    /// From one query to the next.
    int bytes() {
        return state() + STATE_BYTES;
    }

    private int state() {
        return Float.BYTES * columns;
    }

    /// The largest score so far.
    int largest() {
        return state();
    }

    /// The sum of the exponentials so far.
    int total() {
        return state() + Float.BYTES;
    }

    /// A number for whoever needs one.
    int factor() {
        return state() + 2 * Float.BYTES;
    }
}
