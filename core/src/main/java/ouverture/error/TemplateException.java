package ouverture.error;

/// A chat template that cannot be parsed or rendered, or that refuses the conversation; names the line.
public final class TemplateException extends OuvertureException {
    private static final long serialVersionUID = 1L;

    public TemplateException(String message) {
        super(message);
    }

    public TemplateException(String message, Throwable cause) {
        super(message, cause);
    }
}
