package ouverture.text.harmony;

/// The control tokens of the format. They are tokens of their own; the same characters in somebody's text are
/// plain text.
public enum HarmonyControl {
    /// Begins a message's header.
    START("<|start|>"),
    /// Ends the header: the content follows.
    MESSAGE("<|message|>"),
    /// Stands before the channel in a header.
    CHANNEL("<|channel|>"),
    /// Stands before the content's type in a header.
    CONSTRAIN("<|constrain|>"),
    /// Ends a message.
    END("<|end|>"),
    /// Ends a message and the turn with it.
    RETURN("<|return|>"),
    /// Ends a message to a tool, whose result is waited for.
    CALL("<|call|>");

    private final String text;

    HarmonyControl(String text) {
        this.text = text;
    }

    /// As the vocabulary writes it.
    public String text() {
        return text;
    }

    /// Whether a message is over.
    public boolean endsMessage() {
        return switch (this) {
            case END, RETURN, CALL -> true;
            case START, MESSAGE, CHANNEL, CONSTRAIN -> false;
        };
    }
}
