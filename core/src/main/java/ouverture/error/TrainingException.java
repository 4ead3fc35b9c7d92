package ouverture.error;

/// Training cannot go on: its loss is no number any more, its data cannot be learned from, or what it would go
/// on with belongs to another run. Nothing that was saved is lost.
public final class TrainingException extends OuvertureException {
    private static final long serialVersionUID = 1L;

    public TrainingException(String message) {
        super(message);
    }

    public TrainingException(String message, Throwable cause) {
        super(message, cause);
    }
}
