package ouverture;

/// Whether an answer calls tools.
public sealed interface ToolChoice {
    /// As the model likes.
    ToolChoice AUTO = Freedom.AUTO;

    /// One tool at least is called, whichever the model likes.
    ToolChoice REQUIRED = Freedom.REQUIRED;

    /// The choices that name no tool.
    enum Freedom implements ToolChoice {
        AUTO,
        REQUIRED
    }

    /// One tool is called, and no other.
    record Named(String name) implements ToolChoice {}
}
