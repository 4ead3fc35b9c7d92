package ouverture.server.answer;

import ouverture.ReasoningApplied;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `reasoning_applied`, which all APIs tell in the same words.
public final class ReasoningReport {
    /// Name of the field.
    public static final String FIELD = "reasoning_applied";

    private ReasoningReport() {}

    /// What became of the reasoning setting.
    public static ObjectNode json(ReasoningApplied applied) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("requested", applied.requested().text())
                .put("native", applied.byTemplate())
                .put("enforced", applied.enforced());
        if (!applied.note().isEmpty()) {
            node.put("note", applied.note());
        }
        return node;
    }
}
