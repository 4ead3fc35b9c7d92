package ouverture.cli;

/// Text from files and models, made safe for a terminal. Control characters (terminal escape sequences start
/// with one), line separators, invisible formatting such as reversed writing direction, and halves of surrogate
/// pairs are shown as escapes; what is printed can then neither move the cursor, nor set the clipboard, nor
/// imitate our own lines.
final class Printable {
    private Printable() {}

    /// One line: line breaks and tabs are escaped too.
    static String line(String text) {
        return escape(text, false);
    }

    /// Several lines: line feeds and tabs stay.
    static String lines(String text) {
        return escape(text, true);
    }

    /// One line of at most `most` characters; an ellipsis stands for the rest.
    static String line(String text, int most) {
        // Escaping never makes a text shorter, so that what lies beyond cannot come back into view.
        String safe = line(text.length() > most ? text.substring(0, most + 1) : text);
        return safe.length() <= most ? safe : safe.substring(0, most - 1) + "…";
    }

    /// A piece of a model's answer. Formatting characters stay, for emoji and many scripts are written with
    /// them, and so
    /// do line feeds and tabs; the other control characters are left out.
    static String answer(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints()
                .filter(c -> c == '\n' || c == '\t' || !Character.isISOControl(c))
                .forEach(safe::appendCodePoint);
        return safe.toString();
    }

    private static String escape(String text, boolean lines) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (lines && (c == '\n' || c == '\t') || !isHidden(c)) {
                safe.appendCodePoint(c);
            } else {
                safe.append(
                        switch (c) {
                            case '\n' -> "\\n";
                            case '\t' -> "\\t";
                            case '\r' -> "\\r";
                            default -> "\\u{" + Integer.toHexString(c) + "}";
                        });
            }
        });
        return safe.toString();
    }

    /// Whether a code point is invisible and may do something.
    static boolean isHidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }
}
