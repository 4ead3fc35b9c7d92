package ouverture.text.jinja;

import java.util.Map;

/// The filter `striptags`.
final class HtmlText {
    private static final Map<String, String> ENTITIES =
            Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00a0");

    private HtmlText() {}

    /// The text without comments and tags, its runs of blanks made one, its numbered and commonest entities
    /// decoded.
    static String withoutTags(String html) {
        String text = without(without(html, "<!--", "-->"), "<", ">");
        return decoded(String.join(" ", Text.splitBlanks(text, -1)));
    }

    private static String without(String text, String open, String close) {
        StringBuilder out = new StringBuilder(text.length());
        int position = 0;
        int start = text.indexOf(open);
        while (start >= 0) {
            int end = text.indexOf(close, start);
            if (end < 0) {
                break;
            }
            out.append(text, position, start);
            position = end + close.length();
            start = text.indexOf(open, position);
        }
        return out.append(text, position, text.length()).toString();
    }

    private static String decoded(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int position = 0;
        while (position < text.length()) {
            int start = text.indexOf('&', position);
            int end = start < 0 ? -1 : text.indexOf(';', start);
            if (end < 0) {
                break;
            }
            int nested = text.lastIndexOf('&', end);
            out.append(text, position, nested);
            String entity = entity(text.substring(nested + 1, end));
            out.append(entity.isEmpty() ? text.substring(nested, end + 1) : entity);
            position = end + 1;
        }
        return out.append(text, position, text.length()).toString();
    }

    /// What the entity stands for, or nothing if it is not known.
    private static String entity(String name) {
        if (!name.startsWith("#")) {
            return ENTITIES.getOrDefault(name, "");
        }
        boolean hexadecimal = name.startsWith("#x") || name.startsWith("#X");
        String digits = name.substring(hexadecimal ? 2 : 1);
        int radix = hexadecimal ? 16 : 10;
        boolean number = !digits.isEmpty()
                && digits.length() < 8
                && digits.chars().allMatch(c -> c < 128 && Character.digit(c, radix) >= 0);
        int codePoint = number ? Integer.parseInt(digits, radix) : -1;
        return codePoint > 0 && Character.isValidCodePoint(codePoint) ? Character.toString(codePoint) : "";
    }
}
