package ouverture.server.openai;

import ouverture.ChatEvent.Usage;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What the answers to a request took together.
final class UsageCount {
    private int prompt;
    private int cached;
    private int generated;
    private int thoughts;

    /// @param isFirst whether the answer's prompt has not been counted yet
    void add(Usage usage, boolean isFirst) {
        if (isFirst) {
            prompt += usage.promptTokens();
            cached += usage.cachedTokens();
        }
        generated += usage.generatedTokens();
        thoughts += usage.thoughtTokens();
    }

    ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("prompt_tokens", prompt)
                .put("completion_tokens", generated)
                .put("total_tokens", prompt + generated);
        node.putObject("prompt_tokens_details").put("cached_tokens", cached);
        node.putObject("completion_tokens_details").put("reasoning_tokens", thoughts);
        return node;
    }
}
