package ouverture.server.field;

/// What becomes of a field.
public enum Standing {
    /// It does what it says.
    HONOURED("honoured"),
    /// The values named do what they say; all others are refused.
    PARTLY("these values only"),
    /// Any value is refused.
    REFUSED("refused");

    private final String words;

    Standing(String words) {
        this.words = words;
    }

    /// As the tables say it.
    public String words() {
        return words;
    }
}
