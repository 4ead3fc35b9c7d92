package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Strings as Python has them: sequences of code points, its blanks, its line ends.
final class Text {
    /// Length up to which the worst case of a plain search, text times needle, does no harm.
    private static final int SHORT_NEEDLE = 16;

    private Text() {}

    /// Python's `str.isspace` of one character.
    static boolean isWhitespace(int codePoint) {
        return switch (codePoint) {
            case 0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
            default ->
                (codePoint >= 0x09 && codePoint <= 0x0d)
                        || (codePoint >= 0x1c && codePoint <= 0x1f)
                        || (codePoint >= 0x2000 && codePoint <= 0x200a);
        };
    }

    static boolean isAlphanumeric(int codePoint) {
        return Character.isLetter(codePoint) || isNumeric(codePoint);
    }

    static boolean isNumeric(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    /// Index of the first character at or after `from` that is not blank.
    static int skipWhitespace(String text, int from) {
        int i = from;
        while (i >= 0 && i < text.length() && isWhitespace(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /// Removes characters from the ends.
    ///
    /// @param characters which ones; blanks if null
    static String strip(String text, @Nullable String characters, boolean left, boolean right) {
        IntPredicate strips = characters == null ? Text::isWhitespace : oneOf(characters);
        int start = 0;
        int end = text.length();
        while (left && start < end && strips.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && strips.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    private static IntPredicate oneOf(String characters) {
        BitSet set = new BitSet();
        characters.codePoints().forEach(set::set);
        return set::get;
    }

    /// As [String#indexOf(String, int)], in linear time: long needles are sought with Knuth, Morris and Pratt's
    /// table.
    static int indexOf(String text, String needle, int from) {
        if (needle.length() <= SHORT_NEEDLE || from + needle.length() > text.length()) {
            return text.indexOf(needle, from);
        }
        int[] borders = borders(needle);
        int matched = 0;
        for (int i = from; i < text.length(); i++) {
            while (matched > 0 && text.charAt(i) != needle.charAt(matched)) {
                matched = borders[matched - 1];
            }
            matched += text.charAt(i) == needle.charAt(matched) ? 1 : 0;
            if (matched == needle.length()) {
                return i + 1 - matched;
            }
        }
        return -1;
    }

    /// For each prefix, the length of the longest shorter prefix that also ends it.
    private static int[] borders(String needle) {
        int[] borders = new int[needle.length()];
        int length = 0;
        for (int i = 1; i < needle.length(); i++) {
            while (length > 0 && needle.charAt(i) != needle.charAt(length)) {
                length = borders[length - 1];
            }
            length += needle.charAt(i) == needle.charAt(length) ? 1 : 0;
            borders[i] = length;
        }
        return borders;
    }

    /// The last place of `needle` that ends at `end` or before, or -1; in linear time.
    static int lastIndexOf(String text, String needle, int end) {
        if (needle.length() <= SHORT_NEEDLE) {
            return text.lastIndexOf(needle, end - needle.length());
        }
        String reversed = new StringBuilder(text.substring(0, end)).reverse().toString();
        int place = indexOf(reversed, new StringBuilder(needle).reverse().toString(), 0);
        return place < 0 ? -1 : end - place - needle.length();
    }

    /// Length in code points.
    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /// Index in `text` of its code point number `place`, which may be its length.
    static int index(String text, int place) {
        return text.offsetByCodePoints(0, place);
    }

    /// One string for each code point.
    static List<Object> characters(String text) {
        List<Object> characters = new ArrayList<>(text.length());
        text.codePoints().forEach(codePoint -> characters.add(Character.toString(codePoint)));
        return characters;
    }

    /// Lines without their ends; also at vertical tabs, form feeds and Unicode's separators.
    static List<String> lines(String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (endsLine(c)) {
                int next = c == '\r' && text.startsWith("\n", i + 1) ? i + 2 : i + 1;
                lines.add(text.substring(start, keepEnds ? next : i));
                start = next;
                i = next - 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    private static boolean endsLine(char c) {
        return (c >= 0x0a && c <= 0x0d) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /// The first letter large, the rest small.
    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        return titleCase(text.codePointAt(0)) + lower(text.substring(first));
    }

    static String titleCase(int codePoint) {
        int title = Character.toTitleCase(codePoint);
        String upper = upper(Character.toString(codePoint));
        if (title != codePoint || length(upper) == 1) {
            return Character.toString(title);
        }
        return Character.toString(upper.codePointAt(0)) + lower(upper.substring(1));
    }

    /// Splits at runs of blanks.
    ///
    /// @param most splits to make, or negative for all
    static List<String> splitBlanks(String text, int most) {
        List<String> parts = new ArrayList<>();
        int i = skipWhitespace(text, 0);
        while (i < text.length()) {
            if (most >= 0 && parts.size() == most) {
                parts.add(text.substring(i));
                break;
            }
            int end = i;
            while (end < text.length() && !isWhitespace(text.charAt(end))) {
                end++;
            }
            parts.add(text.substring(i, end));
            i = skipWhitespace(text, end);
        }
        return parts;
    }

    /// As [#splitBlanks], counted from the end.
    static List<String> splitBlanksFromEnd(String text, int most) {
        List<String> parts = new ArrayList<>();
        int end = blankStart(text, text.length());
        while (end > 0) {
            if (most >= 0 && parts.size() == most) {
                parts.addFirst(text.substring(0, end));
                break;
            }
            int start = end;
            while (start > 0 && !isWhitespace(text.charAt(start - 1))) {
                start--;
            }
            parts.addFirst(text.substring(start, end));
            end = blankStart(text, start);
        }
        return parts;
    }

    /// Start of the run of blanks that ends at `end`.
    private static int blankStart(String text, int end) {
        int start = end;
        while (start > 0 && isWhitespace(text.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    /// Splits at each `separator`.
    static List<String> split(String text, String separator, int most) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        int at = indexOf(text, separator, 0);
        while (at >= 0 && (most < 0 || parts.size() < most)) {
            parts.add(text.substring(start, at));
            start = at + separator.length();
            at = indexOf(text, separator, start);
        }
        parts.add(text.substring(start));
        return parts;
    }

    /// As [#split], counted from the end.
    static List<String> splitFromEnd(String text, String separator, int most, Budget budget) {
        List<String> parts = new ArrayList<>();
        int end = text.length();
        while (most < 0 || parts.size() < most) {
            budget.scan(separator.length() <= SHORT_NEEDLE ? 0 : end);
            int at = lastIndexOf(text, separator, end);
            if (at < 0) {
                break;
            }
            parts.addFirst(text.substring(at + separator.length(), end));
            end = at;
        }
        parts.addFirst(text.substring(0, end));
        return parts;
    }

    /// Fills up to `width` code points.
    ///
    /// @param left whether on the left, the right, or both if both are true
    static String pad(String text, int width, int fill, boolean left, boolean right, Budget budget) {
        int missing = width - length(text);
        if (missing <= 0) {
            return text;
        }
        budget.text(width);
        int before = left && right ? missing / 2 + (missing & width & 1) : left ? missing : 0;
        String filler = Character.toString(fill);
        return filler.repeat(before) + text + filler.repeat(missing - before);
    }
}
