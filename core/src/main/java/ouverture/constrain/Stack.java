package ouverture.constrain;

import java.util.Arrays;

/// A set of stacks of return states, as a tree from the top: for each state on top, the stacks below it. Equal
/// sets are the same object as long as one [Stacks] makes them.
final class Stack {
    /// No stack at all.
    static final Stack NONE = new Stack(new int[0], new Stack[0]);

    private final int[] states;
    private final Stack[] below;
    private final int depth;
    private final int hash;

    /// @param states on top, ascending
    /// @param below for each of them
    Stack(int[] states, Stack[] below) {
        this.states = states;
        this.below = below;
        int deepest = -1;
        int mixed = Arrays.hashCode(states);
        for (Stack each : below) {
            deepest = Math.max(deepest, each.depth);
            mixed = 31 * mixed + System.identityHashCode(each);
        }
        this.depth = deepest + 1;
        this.hash = mixed;
    }

    int count() {
        return states.length;
    }

    int state(int index) {
        return states[index];
    }

    Stack below(int index) {
        return below[index];
    }

    boolean isEmpty() {
        return states.length == 0;
    }

    /// States of the deepest stack.
    int depth() {
        return depth;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Stack stack) || hash != stack.hash || !Arrays.equals(states, stack.states)) {
            return false;
        }
        for (int i = 0; i < below.length; i++) {
            if (below[i] != stack.below[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
