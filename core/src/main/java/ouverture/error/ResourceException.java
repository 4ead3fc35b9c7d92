package ouverture.error;

/// The machine has too little of something: memory, disk, or a kernel set that was asked for.
public final class ResourceException extends OuvertureException {
    private static final long serialVersionUID = 1L;

    public ResourceException(String message) {
        super(message);
    }

    public ResourceException(String message, Throwable cause) {
        super(message, cause);
    }
}
