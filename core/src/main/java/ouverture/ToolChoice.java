package ouverture;

import java.util.List;
import ouverture.error.RequestException;

/// Whether an answer calls tools.
public sealed interface ToolChoice {
    /// Any of the tools.
    enum Any implements ToolChoice {
        /// As the model likes.
        AUTO,
        /// One tool at least is called.
        REQUIRED
    }

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
            case Any.AUTO -> {}
            case Any.REQUIRED -> {
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
