package ouverture.cli;

/// How a message of several lines is typed: a backslash at the end of a line continues it, and a message that
/// begins with three quotation marks goes on to the next three.
final class MessageSyntax {
    private static final String BLOCK = "\"\"\"";

    private MessageSyntax() {}

    /// Whether what was typed is a whole message; if not, another line follows.
    static boolean isComplete(String typed) {
        String text = typed.strip();
        if (text.startsWith(BLOCK)) {
            return text.length() >= 2 * BLOCK.length() && text.endsWith(BLOCK);
        }
        return !typed.endsWith("\\");
    }

    /// The message that was typed, without what only held it together.
    static String message(String typed) {
        String text = typed.strip();
        if (text.startsWith(BLOCK) && isComplete(text)) {
            return text.substring(BLOCK.length(), text.length() - BLOCK.length())
                    .strip();
        }
        return text.replace("\\\n", "\n");
    }
}
