package ouverture.text.jinja;

/// What is left of the [Limits] during one rendering.
final class Budget {
    private final Limits limits;
    private long steps;
    private long built;
    private int depth;

    Budget(Limits limits) {
        this.limits = limits;
    }

    void step() {
        steps(1);
    }

    /// Charges work in proportion to `count` items.
    void steps(long count) {
        steps += count;
        if (steps > limits.steps()) {
            throw Failure.limit("it takes more than " + limits.steps() + " steps");
        }
    }

    /// Charges a new string of `length` characters, before it is built.
    void text(long length) {
        longest(length);
        built += length;
        if (built > limits.built()) {
            throw Failure.limit("its texts have more than " + limits.built() + " characters together");
        }
    }

    /// Checks the length of a text that grows piece by piece.
    void longest(long length) {
        if (length > limits.text()) {
            throw Failure.limit("it builds a text of more than " + limits.text() + " characters");
        }
    }

    /// Charges a new or grown list that will have `length` entries.
    void items(long length) {
        longestList(length);
        steps(length);
    }

    /// Checks the length of a list that grows entry by entry.
    void longestList(long length) {
        if (length > limits.items()) {
            throw Failure.limit("it builds a list of more than " + limits.items() + " entries");
        }
    }

    /// Charges a pass over `length` characters or entries that builds nothing.
    void scan(long length) {
        steps(length / 32);
    }

    void range(long length) {
        if (length > limits.range()) {
            throw Failure.limit("a range() has more than " + limits.range() + " numbers");
        }
    }

    void enter() {
        if (++depth > limits.depth()) {
            throw Failure.limit("it nests values or calls more than " + limits.depth() + " deep");
        }
    }

    void leave() {
        depth--;
    }
}
