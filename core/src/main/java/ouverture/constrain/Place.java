package ouverture.constrain;

import org.jspecify.annotations.Nullable;

/// Where in a constraint an answer may be: all that its beginning can mean. What may come next is worked out
/// once.
final class Place {
    /// Where nothing fits any more.
    static final Place NOWHERE = new Place(new int[0], new Stack[0], false, 0);

    private final int[] states;
    private final Stack[] stacks;
    private final boolean isEnd;
    private final @Nullable Place[] next;
    private long @Nullable [] mask;
    private int checks;

    /// @param states whose edges lead on, each a range of bytes or a token
    /// @param stacks of each state
    /// @param isEnd whether the answer may end here
    /// @param classes how many kinds of bytes and tokens there are
    Place(int[] states, Stack[] stacks, boolean isEnd, int classes) {
        this.states = states;
        this.stacks = stacks;
        this.isEnd = isEnd;
        this.next = new Place[classes];
    }

    int count() {
        return states.length;
    }

    int state(int index) {
        return states[index];
    }

    Stack stack(int index) {
        return stacks[index];
    }

    /// Whether the answer may end here.
    boolean isEnd() {
        return isEnd;
    }

    /// Whether nothing but the end can follow.
    boolean isLast() {
        return states.length == 0;
    }

    /// The place after a byte or token of a class; null if it was not worked out yet.
    @Nullable
    Place next(int kind) {
        return next[kind];
    }

    void next(int kind, Place place) {
        next[kind] = place;
    }

    /// The tokens that may follow, a bit for each; null if they were not worked out yet.
    long @Nullable [] mask() {
        return mask;
    }

    void mask(long @Nullable [] bits) {
        mask = bits;
    }

    /// Counts a token that was looked at alone.
    int countCheck() {
        return ++checks;
    }
}
