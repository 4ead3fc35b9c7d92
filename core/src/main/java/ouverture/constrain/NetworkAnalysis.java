package ouverture.constrain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import ouverture.error.RequestException;

/// Finds out what a recogniser must know of a network's rules beforehand: which may be empty, how deep the
/// shallowest way through each state goes, and in which order rules begin with each other.
final class NetworkAnalysis {
    private static final int UNREACHABLE = Network.DEEPEST + 1;

    private final Rules rules;
    private final Network network;
    /// By state: the states whose properties follow from its own, from `from[state]` to `from[state + 1]`.
    private final int[] users;
    private final int[] from;
    private final BitSet empty = new BitSet();

    /// @param network whose last three components are to be filled in
    NetworkAnalysis(Rules rules, Network network) {
        this.rules = rules;
        this.network = network;
        int states = network.kinds().length;
        from = new int[states + 2];
        for (int state = 0; state < states; state++) {
            dependsOn(state, target -> from[target + 2]++);
        }
        for (int state = 2; state < from.length; state++) {
            from[state] += from[state - 1];
        }
        users = new int[from[states + 1]];
        for (int state = 0; state < states; state++) {
            int user = state;
            dependsOn(state, target -> users[from[target + 1]++] = user);
        }
    }

    private void dependsOn(int state, java.util.function.IntConsumer target) {
        if (network.kinds()[state] < Network.FINAL) {
            if (network.next()[state] >= 0) {
                target.accept(network.next()[state]);
            }
            if (network.kinds()[state] == Network.SPLIT && network.first()[state] >= 0) {
                target.accept(network.first()[state]);
            }
            if (network.kinds()[state] == Network.CALL) {
                target.accept(network.starts()[network.first()[state]]);
            }
        }
    }

    /// The network with all that is known.
    ///
    /// @param counted rules that are repeated very often, which must not be empty
    /// @throws RequestException if a rule begins with itself, or nothing fits
    Network analysed(int[] counted) {
        findEmpty();
        for (int rule = 0; rule < rules.count(); rule++) {
            network.isNullable()[rule] = empty.get(network.starts()[rule]);
        }
        for (int rule : counted) {
            if (network.isNullable()[rule]) {
                throw new RequestException("The constraint repeats something that may be empty a fixed number of times;"
                        + " say * instead, or make what is repeated at least one character long.");
            }
        }
        new Order().find();
        findNeeds();
        if (network.needs()[network.starts()[network.root()]] >= UNREACHABLE) {
            throw new RequestException("No answer can fit the constraint: its parts exclude each other, use each other"
                    + " without end, or are nested more than " + Network.DEEPEST + " deep.");
        }
        return network;
    }

    /// States from which the end of their rule can be reached without a byte.
    private void findEmpty() {
        Deque<Integer> queue = new ArrayDeque<>();
        for (int state = 0; state < network.kinds().length; state++) {
            if (network.kinds()[state] == Network.FINAL) {
                empty.set(state);
                queue.add(state);
            }
        }
        while (!queue.isEmpty()) {
            int known = queue.remove();
            for (int i = from[known]; i < from[known + 1]; i++) {
                int user = users[i];
                if (!empty.get(user) && isEmpty(user)) {
                    empty.set(user);
                    queue.add(user);
                }
            }
        }
    }

    private boolean isEmpty(int state) {
        return switch (network.kinds()[state]) {
            case Network.SPLIT -> true;
            case Network.CALL ->
                empty.get(network.next()[state]) && empty.get(network.starts()[network.first()[state]]);
            default -> false;
        };
    }

    private void findNeeds() {
        int[] needs = network.needs();
        Arrays.fill(needs, UNREACHABLE);
        Deque<Integer> queue = new ArrayDeque<>();
        for (int state = 0; state < needs.length; state++) {
            if (network.kinds()[state] >= Network.FINAL) {
                needs[state] = 0;
                queue.add(state);
            }
        }
        while (!queue.isEmpty()) {
            int known = queue.remove();
            for (int i = from[known]; i < from[known + 1]; i++) {
                int user = users[i];
                int need = need(user);
                if (need < needs[user]) {
                    needs[user] = need;
                    queue.add(user);
                }
            }
        }
    }

    private int need(int state) {
        int[] needs = network.needs();
        int target = network.next()[state];
        int after = target < 0 ? UNREACHABLE : needs[target];
        int value = network.first()[state];
        return switch (network.kinds()[state]) {
            case Network.BYTES -> value > network.last()[state] ? UNREACHABLE : after;
            case Network.SPLIT -> value < 0 ? after : Math.min(after, needs[value]);
            case Network.CALL -> {
                int inside = needs[network.starts()[value]];
                yield network.isTail(state) ? inside : Math.min(UNREACHABLE, Math.max(inside + 1, after));
            }
            default -> after;
        };
    }

    /// Orders rules by which begins with which, by a search in depth without recursion.
    private final class Order {
        private final byte[] colours = new byte[rules.count()];
        private int rank = rules.count();

        private void find() {
            for (int rule = 0; rule < colours.length; rule++) {
                if (colours[rule] == 0) {
                    visit(rule);
                }
            }
        }

        private void visit(int root) {
            Deque<Integer> path = new ArrayDeque<>(List.of(root));
            Deque<Deque<Integer>> open = new ArrayDeque<>(List.of(beginnings(root)));
            colours[root] = 1;
            while (!path.isEmpty()) {
                Deque<Integer> left = open.element();
                if (left.isEmpty()) {
                    open.pop();
                    int done = path.pop();
                    colours[done] = 2;
                    network.ranks()[done] = --rank;
                    continue;
                }
                int rule = left.remove();
                if (colours[rule] == 1) {
                    throw new RequestException("In the constraint, " + rules.name(rule)
                            + " begins with itself; write the repetition with * or on the right side instead.");
                }
                if (colours[rule] == 0) {
                    colours[rule] = 1;
                    path.push(rule);
                    open.push(beginnings(rule));
                }
            }
        }

        /// Rules that a rule may begin with.
        private Deque<Integer> beginnings(int rule) {
            BitSet seen = new BitSet();
            List<Integer> called = new ArrayList<>();
            Deque<Integer> queue = new ArrayDeque<>(List.of(network.starts()[rule]));
            while (!queue.isEmpty()) {
                int state = queue.pop();
                if (state < 0 || seen.get(state)) {
                    continue;
                }
                seen.set(state);
                if (network.kinds()[state] == Network.SPLIT) {
                    queue.push(network.next()[state]);
                    queue.push(network.first()[state]);
                } else if (network.kinds()[state] == Network.CALL) {
                    int callee = network.first()[state];
                    called.add(callee);
                    if (network.isNullable()[callee]) {
                        queue.push(network.next()[state]);
                    }
                }
            }
            return new ArrayDeque<>(called);
        }
    }
}
