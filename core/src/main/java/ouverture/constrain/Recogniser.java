package ouverture.constrain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Follows a network byte by byte along all ways at once. Stacks that agree are shared (graph-structured stacks,
/// Tomita 1985), calls at the end of a rule take no room, and every step is remembered: an answer goes mostly
/// where others have gone. No way is followed that cannot be ended. Not safe for use by several threads.
final class Recogniser {
    /// Places that are remembered.
    private static final int MOST_PLACES = 4096;

    private final Network network;
    private final Stacks stacks = new Stacks();
    private final Map<Stack, Place> places = new HashMap<>();
    private final byte[] classOfByte = new byte[256];
    private final int byteClasses;
    private final int[] firstOfClass;
    private final int classes;
    private final Place start;
    /// By state, the last search that came along.
    private final int[] seenIn;

    private int search;

    /// @param symbols how many special tokens the network knows
    Recogniser(Network network, int symbols) {
        this.network = network;
        this.seenIn = new int[network.kinds().length];
        boolean[] begins = new boolean[257];
        begins[0] = true;
        for (int state = 0; state < network.kinds().length; state++) {
            if (network.kinds()[state] == Network.BYTES && network.first()[state] <= network.last()[state]) {
                begins[network.first()[state]] = true;
                begins[network.last()[state] + 1] = true;
            }
        }
        firstOfClass = new int[256];
        int count = 0;
        for (int value = 0; value < 256; value++) {
            if (begins[value]) {
                firstOfClass[count++] = value;
            }
            classOfByte[value] = (byte) (count - 1);
        }
        byteClasses = count;
        classes = count + symbols;
        Stack bottom = stacks.push(0, Stack.NONE);
        Map<Integer, Stack> entered = new HashMap<>(Map.of(network.root(), bottom));
        Expansion expansion = new Expansion();
        expansion.enter(entered);
        if (network.isNullable()[network.root()]) {
            expansion.isEnd = true;
        }
        start = expansion.place();
    }

    Place start() {
        return start;
    }

    /// Begins with the work for another token.
    void renew() {
        stacks.renew();
    }

    /// The place after a byte, 0 to 255.
    Place afterByte(Place place, int value) {
        int kind = classOfByte[value] & 0xFF;
        Place known = place.next(kind);
        return known != null ? known : step(place, kind);
    }

    /// The place after a special token, by its number in the network.
    Place afterSymbol(Place place, int symbol) {
        int kind = byteClasses + symbol;
        Place known = place.next(kind);
        return known != null ? known : step(place, kind);
    }

    /// The only byte that may come next; -1 if there is a choice, a special token may come, or the answer may
    /// end.
    int onlyByte(Place place) {
        if (place.isEnd() || place.count() == 0) {
            return -1;
        }
        int only = network.first()[place.state(0)];
        for (int i = 0; i < place.count(); i++) {
            int state = place.state(i);
            if (network.kinds()[state] != Network.BYTES
                    || network.first()[state] != only
                    || network.last()[state] != only) {
                return -1;
            }
        }
        return only;
    }

    private Place step(Place place, int kind) {
        TreeMap<Integer, Stack> kernel = new TreeMap<>();
        for (int i = 0; i < place.count(); i++) {
            int state = place.state(i);
            stacks.work(1);
            if (fits(state, kind)) {
                arrive(network.next()[state], place.stack(i), kernel);
            }
        }
        Place next = kernel.isEmpty() ? Place.NOWHERE : place(kernel);
        place.next(kind, next);
        return next;
    }

    private boolean fits(int state, int kind) {
        if (kind >= byteClasses) {
            return network.kinds()[state] == Network.SYMBOL && network.first()[state] == kind - byteClasses;
        }
        int value = firstOfClass[kind];
        return network.kinds()[state] == Network.BYTES
                && network.first()[state] <= value
                && value <= network.last()[state];
    }

    /// Takes note of a state that was reached; of the end of a rule, where it returns to.
    private void arrive(int state, Stack stack, Map<Integer, Stack> kernel) {
        if (network.kinds()[state] == Network.FINAL) {
            for (int i = 0; i < stack.count(); i++) {
                kernel.merge(stack.state(i), stack.below(i), stacks::union);
            }
        } else {
            kernel.merge(state, stack, stacks::union);
        }
    }

    private Place place(SortedMap<Integer, Stack> kernel) {
        int[] states = kernel.keySet().stream().mapToInt(Integer::intValue).toArray();
        Stack key = stacks.of(states, kernel.values().toArray(Stack[]::new));
        Place known = places.get(key);
        if (known != null) {
            return known;
        }
        Expansion expansion = new Expansion();
        expansion.enter(expansion.returns(key));
        Place place = expansion.place();
        if (places.size() == MOST_PLACES) {
            places.clear();
        }
        places.put(key, place);
        return place;
    }

    /// Works out what may follow the states of a place.
    private final class Expansion {
        private final TreeMap<Integer, Stack> edges = new TreeMap<>();
        private boolean isEnd;

        private record Item(int state, Stack stack) {}

        /// Goes from the states to their edges, returning from rules that may end.
        ///
        /// @return the rules that are called, with where they return to
        private Map<Integer, Stack> returns(Stack kernel) {
            Map<Integer, Stack> called = new HashMap<>();
            Set<Item> seen = new HashSet<>();
            // States with the same stack are gone from together, so that each way is gone once.
            Map<Stack, List<Integer>> open = new LinkedHashMap<>();
            add(kernel, seen, open);
            while (!open.isEmpty()) {
                Map.Entry<Stack, List<Integer>> entry =
                        open.entrySet().iterator().next();
                Stack stack = entry.getKey();
                List<Integer> states = entry.getValue();
                open.remove(stack);
                if (follow(states, stack, called)) {
                    add(stack, seen, open);
                }
            }
            return called;
        }

        private void add(Stack stack, Set<Item> seen, Map<Stack, List<Integer>> open) {
            for (int i = 0; i < stack.count(); i++) {
                stacks.work(1);
                int state = stack.state(i);
                Stack below = stack.below(i);
                if (network.kinds()[state] == Network.ACCEPT) {
                    isEnd = true;
                } else if (seen.add(new Item(state, below))) {
                    open.computeIfAbsent(below, _ -> new ArrayList<>()).add(state);
                }
            }
        }

        /// Goes into the rules that are called; those that others begin with come last, when all ways to them are
        /// known.
        private void enter(Map<Integer, Stack> called) {
            TreeMap<Integer, Integer> queue = new TreeMap<>();
            called.keySet().forEach(rule -> queue.put(network.ranks()[rule], rule));
            while (!queue.isEmpty()) {
                int rule = queue.pollFirstEntry().getValue();
                Map<Integer, Stack> inside = new HashMap<>();
                follow(List.of(network.starts()[rule]), called.getOrDefault(rule, Stack.NONE), inside);
                inside.forEach((callee, stack) -> {
                    called.merge(callee, stack, stacks::union);
                    queue.put(network.ranks()[callee], callee);
                });
            }
        }

        /// Follows the ways of some states up to edges, which are kept, and calls.
        ///
        /// @param stack of all of them
        /// @param called takes the rules that are called, with where they return to
        /// @return whether the end of the rule can be reached
        private boolean follow(List<Integer> from, Stack stack, Map<Integer, Stack> called) {
            boolean ends = false;
            search++;
            List<Integer> open = new ArrayList<>(from);
            while (!open.isEmpty()) {
                int state = open.removeLast();
                if (state < 0 || seenIn[state] == search) {
                    continue;
                }
                seenIn[state] = search;
                stacks.work(1);
                switch (network.kinds()[state]) {
                    case Network.SPLIT -> {
                        open.add(network.next()[state]);
                        open.add(network.first()[state]);
                    }
                    case Network.CALL -> {
                        call(state, stack, called);
                        if (network.isNullable()[network.first()[state]]) {
                            open.add(network.next()[state]);
                        }
                    }
                    case Network.FINAL -> ends = true;
                    default -> {
                        Stack fitting = stacks.shallow(stack, Network.DEEPEST - network.needs()[state]);
                        if (!fitting.isEmpty()) {
                            edges.merge(state, fitting, stacks::union);
                        }
                    }
                }
            }
            return ends;
        }

        private void call(int state, Stack stack, Map<Integer, Stack> called) {
            Stack fitting = stacks.shallow(stack, Network.DEEPEST - network.needs()[state]);
            if (fitting.isEmpty()) {
                return;
            }
            Stack returning = network.isTail(state) ? fitting : stacks.push(network.next()[state], fitting);
            called.merge(network.first()[state], returning, stacks::union);
        }

        private Place place() {
            return new Place(
                    edges.keySet().stream().mapToInt(Integer::intValue).toArray(),
                    edges.values().toArray(Stack[]::new),
                    isEnd,
                    classes);
        }
    }
}
