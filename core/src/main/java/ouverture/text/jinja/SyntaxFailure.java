package ouverture.text.jinja;

/// A fault in a template's source.
final class SyntaxFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;

    /// @param line 1-based
    SyntaxFailure(String message, int line) {
        super(message, null, false, false);
        this.line = line;
    }

    /// The whole sentence for the user.
    String sentence() {
        return "Chat template, line " + line + ": " + getMessage();
    }
}
