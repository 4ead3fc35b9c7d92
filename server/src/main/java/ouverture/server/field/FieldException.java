package ouverture.server.field;

/// A request with a field that is missing, unknown, of the wrong kind or out of range.
public final class FieldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;

    /// @param path of the field, as `messages[2].content`; empty for the request as a whole
    /// @param sentence what is wrong and what to do; names the field
    public FieldException(String path, String sentence) {
        super(sentence);
        this.path = path;
    }

    /// Where the field stands, as `messages[2].content`; empty for the request as a whole.
    public String path() {
        return path;
    }

    /// A value that is not what the field takes.
    static FieldException unfit(String path, String wanted) {
        return new FieldException(path, quoted(path) + " must be " + wanted + ".");
    }

    /// The field in a sentence.
    static String quoted(String path) {
        return path.isEmpty() ? "The request" : "`" + path + "`";
    }
}
