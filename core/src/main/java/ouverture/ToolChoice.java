package ouverture;

import java.util.List;
import ouverture.error.RequestException;

/// Whether an answer calls tools.
public sealed interface ToolChoice {
    /// As the model likes.
    ToolChoice AUTO = new Auto();

    /// One tool at least is called, whichever the model likes.
    ToolChoice REQUIRED = new Required();

    /// As the model likes.
    record Auto() implements ToolChoice {}

    /// One tool at least is called.
    record Required() implements ToolChoice {}

    /// One tool is called, and no other.
    record Named(String name) implements ToolChoice {}

    /// The tools that may be called.
    ///
    /// @param tools of the request
    default List<Tool> among(List<Tool> tools) {
        return this instanceof Named(String name)
                ? tools.stream().filter(tool -> tool.name().equals(name)).toList()
                : tools;
    }

    /// Refuses a choice that the tools do not offer.
    ///
    /// @throws RequestException that says why
    default void check(List<Tool> tools) {
        switch (this) {
            case Auto _ -> {}
            case Required _ -> {
                if (tools.isEmpty()) {
                    throw new RequestException("A tool has to be called and the request has none; give some.");
                }
            }
            case Named(String name) -> {
                if (among(tools).isEmpty()) {
                    throw new RequestException(
                            "The tool " + name + " has to be called and is not one of the request's tools.");
                }
            }
        }
    }
}
