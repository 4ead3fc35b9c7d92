package ouverture.server.openai;

import java.util.List;
import java.util.Locale;
import ouverture.ChatEvent;
import ouverture.generate.FinishReason;
import ouverture.generate.SamplingParameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What chat completions and completions both say about an answer.
final class Reports {
    private Reports() {}

    static String finishReason(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    /// A tool call of an answer.
    static ObjectNode call(ChatEvent.ToolCall call) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("id", call.call().id())
                .put("type", "function");
        node.putObject("function")
                .put("name", call.call().name())
                .put("arguments", call.call().arguments());
        return node;
    }

    /// What was in force.
    static ObjectNode parameters(SamplingParameters sampling, int maxTokens, List<String> stop) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("temperature", sampling.temperature())
                .put("top_p", sampling.topP())
                .put("top_k", sampling.topK())
                .put("min_p", sampling.minP())
                .put("repetition_penalty", sampling.repetitionPenalty())
                .put("presence_penalty", sampling.presencePenalty())
                .put("frequency_penalty", sampling.frequencyPenalty());
        sampling.seed().ifPresent(seed -> node.put("seed", seed));
        ObjectNode bias = node.putObject("logit_bias");
        sampling.logitBias().forEach((id, value) -> bias.put(Integer.toString(id), value));
        if (maxTokens == 0) {
            node.putNull("max_tokens");
        } else {
            node.put("max_tokens", maxTokens);
        }
        ArrayNode stops = node.putArray("stop");
        stop.forEach(stops::add);
        return node;
    }
}
