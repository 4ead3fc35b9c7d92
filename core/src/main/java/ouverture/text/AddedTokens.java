package ouverture.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Tokens that are found in text as whole strings, before it is split into words: the leftmost, and of those the
/// longest.
final class AddedTokens {
    /// One such token.
    ///
    /// @param text what it is found by
    /// @param control whether it is found only where special tokens are asked for, never in a user's text
    /// @param stripsLeft whether it takes the white space before it
    /// @param stripsRight whether it takes the white space after it
    /// @param singleWord whether it must not be part of a longer word
    record Added(int id, String text, boolean control, boolean stripsLeft, boolean stripsRight, boolean singleWord) {}

    /// Takes the text between tokens, as a range that is not empty.
    @FunctionalInterface
    interface Segments {
        void accept(int from, int to);
    }

    /// A code point that is no character (Unicode, section 23.7) and so in no text: keeps apart what a user
    /// wrote.
    static final char GUARD = '\uFDD0';

    static final AddedTokens NONE = new AddedTokens(List.of());

    private final Added[] all;
    private final Added[] harmless;

    AddedTokens(List<Added> added) {
        List<Added> sorted = new ArrayList<>(added);
        sorted.removeIf(token -> token.text.isEmpty());
        sorted.sort(Comparator.comparing(Added::text));
        all = sorted.toArray(Added[]::new);
        harmless = sorted.stream().filter(token -> !token.control).toArray(Added[]::new);
    }

    /// Cuts text at its tokens.
    ///
    /// @param control whether to look for control tokens as well
    void split(String text, int from, int to, boolean control, IntConsumer ids, Segments segments) {
        Added[] sorted = control ? all : harmless;
        int start = from;
        int at = sorted.length == 0 ? to : from;
        while (at < to) {
            Added token = longest(sorted, text, at, to);
            if (token == null) {
                at++;
                continue;
            }
            int segmentEnd = at;
            while (token.stripsLeft && segmentEnd > start && CodePoints.isSpace(text.charAt(segmentEnd - 1))) {
                segmentEnd--;
            }
            if (segmentEnd > start) {
                segments.accept(start, segmentEnd);
            }
            ids.accept(token.id);
            at += token.text.length();
            while (token.stripsRight && at < to && CodePoints.isSpace(text.charAt(at))) {
                at++;
            }
            start = at;
        }
        if (start < to) {
            segments.accept(start, to);
        }
    }

    /// The text with a [#GUARD] inside everything that reads like a control token.
    String guard(String text) {
        StringBuilder guarded = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            guarded.append(text.charAt(at));
            Added token = longest(all, text, at, text.length());
            if (token != null && token.control) {
                guarded.append(GUARD);
            }
        }
        return guarded.toString();
    }

    /// Narrows the sorted tokens down char by char.
    private static @Nullable Added longest(Added[] sorted, String text, int at, int to) {
        Added longest = null;
        int low = 0;
        int high = sorted.length;
        for (int depth = 0; low < high; depth++) {
            Added first = sorted[low];
            if (first.text.length() == depth) {
                boolean fits = !first.singleWord || isWord(text, at, at + depth);
                longest = fits ? first : longest;
                low++;
                while (low < high && sorted[low].text.length() == depth) {
                    low++;
                }
            }
            if (at + depth >= to) {
                break;
            }
            char c = text.charAt(at + depth);
            low = bound(sorted, low, high, depth, c);
            high = bound(sorted, low, high, depth, c + 1);
        }
        return longest;
    }

    /// The first of the tokens from `low` on, alike in their first `depth` chars, whose next char is at least
    /// `c`.
    private static int bound(Added[] sorted, int low, int high, int depth, int c) {
        int from = low;
        int to = high;
        while (from < to) {
            int middle = from + to >>> 1;
            if (sorted[middle].text.charAt(depth) < c) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private static boolean isWord(String text, int from, int to) {
        return (from == 0 || !Character.isLetterOrDigit(text.codePointBefore(from)))
                && (to == text.length() || !Character.isLetterOrDigit(text.codePointAt(to)));
    }
}
