package ouverture.constrain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/// A set of Unicode's code points.
///
/// @param ranges sorted, disjoint and not adjacent
record CharacterSet(List<Range> ranges) {
    /// Code points `from` to `to`, both included.
    record Range(int from, int to) {}

    static final int LAST = Character.MAX_CODE_POINT;
    static final CharacterSet ALL = range(0, LAST);
    static final CharacterSet NONE = new CharacterSet(List.of());

    CharacterSet {
        ranges = List.copyOf(ranges);
    }

    static CharacterSet range(int from, int to) {
        return new CharacterSet(List.of(new Range(from, to)));
    }

    static CharacterSet of(int codePoint) {
        return range(codePoint, codePoint);
    }

    /// The code points of a text.
    static CharacterSet of(String text) {
        return union(text.codePoints().mapToObj(CharacterSet::of).toList());
    }

    /// The code points that fit a condition.
    static CharacterSet where(IntPredicate condition) {
        List<Range> ranges = new ArrayList<>();
        int from = -1;
        for (int c = 0; c <= LAST; c++) {
            boolean fits = condition.test(c);
            if (fits && from < 0) {
                from = c;
            } else if (!fits && from >= 0) {
                ranges.add(new Range(from, c - 1));
                from = -1;
            }
        }
        if (from >= 0) {
            ranges.add(new Range(from, LAST));
        }
        return new CharacterSet(ranges);
    }

    static CharacterSet union(List<CharacterSet> sets) {
        List<Range> sorted = sets.stream()
                .flatMap(set -> set.ranges.stream())
                .sorted(Comparator.comparingInt(Range::from))
                .toList();
        List<Range> merged = new ArrayList<>();
        for (Range range : sorted) {
            Range last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && range.from <= last.to + 1) {
                merged.set(merged.size() - 1, new Range(last.from, Math.max(last.to, range.to)));
            } else {
                merged.add(range);
            }
        }
        return new CharacterSet(merged);
    }

    CharacterSet and(CharacterSet other) {
        return union(List.of(this, other));
    }

    CharacterSet complement() {
        List<Range> gaps = new ArrayList<>();
        int next = 0;
        for (Range range : ranges) {
            if (range.from > next) {
                gaps.add(new Range(next, range.from - 1));
            }
            next = range.to + 1;
        }
        if (next <= LAST) {
            gaps.add(new Range(next, LAST));
        }
        return new CharacterSet(gaps);
    }

    CharacterSet without(CharacterSet other) {
        return complement().and(other).complement();
    }

    boolean contains(int codePoint) {
        return ranges.stream().anyMatch(range -> range.from <= codePoint && codePoint <= range.to);
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    /// The set as sequences of byte ranges in UTF-8; surrogates, which have no UTF-8, are left out.
    Expression utf8() {
        List<Expression> options = new ArrayList<>();
        for (Range range : ranges) {
            split(range.from, Math.min(range.to, Character.MIN_SURROGATE - 1), options);
            split(Math.max(range.from, Character.MAX_SURROGATE + 1), range.to, options);
        }
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    /// Splits a range where the number of bytes changes, and so that in each byte all values between the first
    /// and the last one occur.
    private static void split(int from, int to, List<Expression> options) {
        if (from > to) {
            return;
        }
        for (int last : new int[] {0x7F, 0x7FF, 0xFFFF}) {
            if (from <= last && to > last) {
                split(from, last, options);
                split(last + 1, to, options);
                return;
            }
        }
        for (int shift = 6; to > 0x7F && shift <= 18; shift += 6) {
            int low = (1 << shift) - 1;
            if ((from & ~low) != (to & ~low)) {
                if ((from & low) != 0) {
                    split(from, from | low, options);
                    split((from | low) + 1, to, options);
                    return;
                }
                if ((to & low) != low) {
                    split(from, (to & ~low) - 1, options);
                    split(to & ~low, to, options);
                    return;
                }
            }
        }
        byte[] first = bytes(from);
        byte[] last = bytes(to);
        List<Expression> parts = new ArrayList<>();
        for (int i = 0; i < first.length; i++) {
            parts.add(new Expression.Bytes(first[i] & 0xFF, last[i] & 0xFF));
        }
        options.add(parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts));
    }

    private static byte[] bytes(int codePoint) {
        return Character.toString(codePoint).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
