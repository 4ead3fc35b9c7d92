package ouverture.constrain;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ouverture.error.RequestException;

/// Turns rules into a network: each expression into states before the state that follows it.
final class NetworkBuilder {
    /// States of one constraint at most, some tens of bytes each.
    private static final int MOST_STATES = 1 << 18;

    /// Repetitions beyond are counted by rules that double, not by a state for each.
    private static final int MOST_UNROLLED = 8;

    private final Rules rules;
    private byte[] kinds = new byte[256];
    private int[] first = new int[256];
    private int[] last = new int[256];
    private int[] next = new int[256];
    private int states;
    private final Map<CharacterSet, Expression> characters = new HashMap<>();
    private final Map<Expression, Powers> powers = new HashMap<>();

    /// Rules for counting one thing: `exact` says it 2^k times, `upTo` at most 2^k - 1 times.
    private record Powers(List<Expression.Rule> exact, List<Expression> upTo) {}

    private NetworkBuilder(Rules rules) {
        this.rules = rules;
    }

    /// The network of some rules, of which the root is that of a whole answer.
    ///
    /// @throws RequestException if it would be too large, a rule begins with itself, or nothing can fit
    static Network build(Rules rules, Expression.Rule root) {
        NetworkBuilder builder = new NetworkBuilder(rules);
        builder.state(Network.ACCEPT, 0, 0, 0);
        int[] starts = new int[0];
        for (int rule = 0; rule < rules.count(); rule++) {
            if (rule >= starts.length) {
                starts = Arrays.copyOf(starts, 2 * rules.count());
            }
            int end = builder.state(Network.FINAL, 0, 0, 0);
            starts[rule] = builder.build(rules.body(rule), end);
        }
        return new NetworkAnalysis(
                        rules,
                        new Network(
                                Arrays.copyOf(builder.kinds, builder.states),
                                Arrays.copyOf(builder.first, builder.states),
                                Arrays.copyOf(builder.last, builder.states),
                                Arrays.copyOf(builder.next, builder.states),
                                Arrays.copyOf(starts, rules.count()),
                                root.number(),
                                new boolean[rules.count()],
                                new int[builder.states],
                                new int[rules.count()]))
                .analysed(builder.counted());
    }

    /// What is repeated so often that its repetitions are counted.
    private int[] counted() {
        return powers.values().stream()
                .mapToInt(each -> each.exact.getFirst().number())
                .toArray();
    }

    private int state(byte kind, int firstValue, int lastValue, int following) {
        if (states == MOST_STATES) {
            throw new RequestException("The constraint needs more than " + MOST_STATES
                    + " states; make it smaller, with fewer or shorter texts and repetitions.");
        }
        if (states == kinds.length) {
            kinds = Arrays.copyOf(kinds, 2 * states);
            first = Arrays.copyOf(first, 2 * states);
            last = Arrays.copyOf(last, 2 * states);
            next = Arrays.copyOf(next, 2 * states);
        }
        kinds[states] = kind;
        first[states] = firstValue;
        last[states] = lastValue;
        next[states] = following;
        return states++;
    }

    /// Adds the states of an expression.
    ///
    /// @param end the state that follows it
    /// @return the state that it begins in
    private int build(Expression expression, int end) {
        return switch (expression) {
            case Expression.Bytes(int from, int to) -> state(Network.BYTES, from, to, end);
            case Expression.Symbol(int number) -> state(Network.SYMBOL, number, 0, end);
            case Expression.Rule(int number) -> state(Network.CALL, number, 0, end);
            case Expression.Characters(CharacterSet set) -> build(shared(set), end);
            case Expression.Text(String text) -> {
                int at = end;
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                for (int i = bytes.length - 1; i >= 0; i--) {
                    at = state(Network.BYTES, bytes[i] & 0xFF, bytes[i] & 0xFF, at);
                }
                yield at;
            }
            case Expression.Sequence(List<Expression> parts) -> {
                int at = end;
                for (Expression part : parts.reversed()) {
                    at = build(part, at);
                }
                yield at;
            }
            case Expression.Choice(List<Expression> options) -> {
                int at = -1;
                for (Expression option : options.reversed()) {
                    int begin = build(option, end);
                    at = at < 0 ? begin : state(Network.SPLIT, at, 0, begin);
                }
                // A range without bytes: a way that leads nowhere.
                yield at < 0 ? state(Network.BYTES, 1, 0, end) : at;
            }
            case Expression.Repeat repeat -> build(repeat, end);
            case Expression.Scan(List<String> stops, int wanted) -> scan(stops, wanted, end);
        };
    }

    /// Sets of more than one sequence of bytes are rules, for they come again and again.
    private Expression shared(CharacterSet set) {
        return characters.computeIfAbsent(set, _ -> {
            Expression utf8 = set.utf8();
            return utf8 instanceof Expression.Choice ? rules.add("a set of characters", utf8) : utf8;
        });
    }

    private int build(Expression.Repeat repeat, int end) {
        if (repeat.max() == Expression.UNLIMITED) {
            int loop = state(Network.SPLIT, end, 0, end);
            int body = build(repeat.part(), loop);
            next[loop] = body;
            return times(repeat.part(), repeat.min(), loop);
        }
        int optional = repeat.max() - repeat.min();
        int at = end;
        if (optional > MOST_UNROLLED) {
            at = build(upTo(repeat.part(), optional), end);
        } else {
            for (int i = 0; i < optional; i++) {
                at = state(Network.SPLIT, end, 0, build(repeat.part(), at));
            }
        }
        return times(repeat.part(), repeat.min(), at);
    }

    /// Exactly so many times.
    private int times(Expression part, int count, int end) {
        int at = end;
        if (count > MOST_UNROLLED) {
            for (int power = 0; count >> power != 0; power++) {
                at = (count >> power & 1) == 0 ? at : build(exact(part, power), at);
            }
        } else {
            for (int i = 0; i < count; i++) {
                at = build(part, at);
            }
        }
        return at;
    }

    private Powers powers(Expression part) {
        Powers known = powers.get(part);
        if (known == null) {
            known = new Powers(new java.util.ArrayList<>(), new java.util.ArrayList<>());
            known.exact.add(rules.add("what is repeated", part));
            known.upTo.add(Expression.NOTHING);
            powers.put(part, known);
        }
        return known;
    }

    /// A part 2^power times.
    private Expression.Rule exact(Expression part, int power) {
        List<Expression.Rule> exact = powers(part).exact;
        while (exact.size() <= power) {
            exact.add(rules.add("a repetition", Expression.sequence(exact.getLast(), exact.getLast())));
        }
        return exact.get(power);
    }

    /// A part at most 2^power - 1 times: fewer than half of that, or half and then the rest. Each number has one
    /// way only.
    private Expression lessThan(Expression part, int power) {
        List<Expression> upTo = powers(part).upTo;
        while (upTo.size() <= power) {
            Expression half = exact(part, upTo.size() - 1);
            upTo.add(rules.add(
                    "a repetition", Expression.choice(upTo.getLast(), Expression.sequence(half, upTo.getLast()))));
        }
        return upTo.get(power);
    }

    /// A part at most so many times, in one way for each number.
    private Expression upTo(Expression part, int most) {
        if (most == 0) {
            return Expression.NOTHING;
        }
        int power = most == Integer.MAX_VALUE
                ? Integer.SIZE - 1
                : Integer.SIZE - 1 - Integer.numberOfLeadingZeros(most + 1);
        int rest = most - (int) (1L << power);
        Expression fewer = lessThan(part, power);
        return rest < 0 ? fewer : Expression.choice(fewer, Expression.sequence(exact(part, power), upTo(part, rest)));
    }

    /// The automaton that finds several texts at once (Aho and Corasick 1975), without the ways to other stops.
    private int scan(List<String> stops, int wanted, int end) {
        StopTexts texts = new StopTexts(stops);
        int[] nodes = new int[texts.count()];
        for (int node = 0; node < nodes.length; node++) {
            // Its ways are put before it when all nodes have a state.
            nodes[node] = state(Network.SPLIT, -1, 0, -1);
        }
        for (int node = 0; node < nodes.length; node++) {
            int ways = wanted < 0 ? end : -1;
            for (int from = 0; from < 256; ) {
                int target = texts.next(node, from);
                int to = from;
                while (to < 255 && texts.next(node, to + 1) == target) {
                    to++;
                }
                int stop = texts.stop(target);
                int following = stop < 0 ? nodes[target] : stop == wanted ? end : -1;
                if (following >= 0) {
                    int way = state(Network.BYTES, from, to, following);
                    ways = ways < 0 ? way : state(Network.SPLIT, ways, 0, way);
                }
                from = to + 1;
            }
            next[nodes[node]] = ways;
        }
        return nodes[0];
    }
}
