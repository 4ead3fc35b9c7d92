package ouverture.text.jinja;

/// A template's failure before its line is known: [Template] turns it into the user's exception.
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    private Failure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    /// A fault of the template: wrong types, undefined names, unknown filters.
    Failure(String message) {
        this(Kind.FAULT, message);
    }

    /// The template itself said no to the conversation, through `raise_exception`.
    static Failure refusal(String message) {
        return new Failure(Kind.REFUSAL, message);
    }

    /// A limit was reached.
    static Failure limit(String message) {
        return new Failure(Kind.LIMIT, message);
    }

    /// The whole sentence for the user.
    ///
    /// @param line 1-based line of the template
    String sentence(int line) {
        String message = getMessage();
        return switch (kind) {
            case FAULT -> "Chat template, line " + line + ": " + message;
            case REFUSAL -> "Chat template, line " + line + ", refuses the conversation: " + message;
            case LIMIT -> "Chat template, line " + line + ", is stopped by a limit: " + message;
        };
    }

    private enum Kind {
        FAULT,
        REFUSAL,
        LIMIT
    }
}
