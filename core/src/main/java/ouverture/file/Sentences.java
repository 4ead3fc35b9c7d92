package ouverture.file;

/// Words from untrusted files inside the sentences of errors.
final class Sentences {
    private static final int LONGEST = 80;

    private Sentences() {}

    /// The text cut to a readable length, without characters that could steer a terminal.
    static String clean(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> {
            boolean visible = !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
            clean.appendCodePoint(visible ? c : '?');
        });
        return text.codePointCount(0, text.length()) > LONGEST ? clean + "…" : clean.toString();
    }

    /// As [#clean], in quotation marks.
    static String quoted(String text) {
        return "\"" + clean(text) + "\"";
    }
}
