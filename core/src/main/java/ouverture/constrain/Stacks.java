package ouverture.constrain;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import ouverture.error.RequestException;

/// Makes sets of stacks, each only once, and counts the work.
final class Stacks {
    /// Sets that are remembered.
    private static final int MOST = 1 << 15;

    /// Steps of one token at most: some tens of milliseconds.
    private static final int MOST_WORK = 1_000_000;

    private final Map<Stack, Stack> known = new HashMap<>();
    private final Map<Pair, Stack> unions = new HashMap<>();
    private int workLeft = MOST_WORK;

    private record Pair(Stack one, Stack other) {}

    /// Begins with the work for another token.
    void renew() {
        workLeft = MOST_WORK;
        unions.clear();
    }

    /// Takes note of work.
    ///
    /// @throws RequestException if it is too much for one token
    void work(int steps) {
        workLeft -= steps;
        if (workLeft < 0) {
            throw new RequestException("The answer's constraint can be read in too many ways at once to be followed;"
                    + " write it so that each text fits in one way.");
        }
    }

    Stack of(int[] states, Stack[] below) {
        Stack stack = new Stack(states, below);
        Stack same = known.get(stack);
        if (same != null) {
            return same;
        }
        if (known.size() == MOST) {
            known.clear();
        }
        known.put(stack, stack);
        return stack;
    }

    /// A state on top of other stacks.
    Stack push(int state, Stack below) {
        return of(new int[] {state}, new Stack[] {below});
    }

    /// The stacks of both.
    @SuppressWarnings("ReferenceEquality") // equal stacks are the same object
    Stack union(Stack one, Stack other) {
        if (one == other || other.isEmpty()) {
            return one;
        }
        if (one.isEmpty()) {
            return other;
        }
        Pair pair = new Pair(one, other);
        Stack before = unions.get(pair);
        if (before != null) {
            return before;
        }
        work(one.count() + other.count());
        int[] states = new int[one.count() + other.count()];
        Stack[] below = new Stack[states.length];
        int count = 0;
        int i = 0;
        int j = 0;
        while (i < one.count() || j < other.count()) {
            int left = i < one.count() ? one.state(i) : Integer.MAX_VALUE;
            int right = j < other.count() ? other.state(j) : Integer.MAX_VALUE;
            states[count] = Math.min(left, right);
            below[count++] = left < right
                    ? one.below(i++)
                    : right < left ? other.below(j++) : union(one.below(i++), other.below(j++));
        }
        Stack union = of(Arrays.copyOf(states, count), Arrays.copyOf(below, count));
        unions.put(pair, union);
        return union;
    }

    /// The stacks that are at most so deep.
    Stack shallow(Stack stack, int deepest) {
        if (stack.depth() <= deepest) {
            return stack;
        }
        if (deepest <= 0) {
            return Stack.NONE;
        }
        work(stack.count());
        int[] states = new int[stack.count()];
        Stack[] below = new Stack[states.length];
        int count = 0;
        for (int i = 0; i < states.length; i++) {
            Stack rest = shallow(stack.below(i), deepest - 1);
            if (!rest.isEmpty() || stack.below(i).isEmpty()) {
                states[count] = stack.state(i);
                below[count++] = rest;
            }
        }
        return of(Arrays.copyOf(states, count), Arrays.copyOf(below, count));
    }
}
