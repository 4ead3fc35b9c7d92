package ouverture.text.harmony;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;

/// What a message says.
public sealed interface HarmonyContent {
    /// Plain text; nothing in it is ever a control token.
    record Text(String text) implements HarmonyContent {}

    /// What a system message tells the model about itself. A part that is null or empty is left out.
    ///
    /// @param reasoningEffort `low`, `medium` or `high`
    /// @param conversationStartDate as in 2025-06-28
    /// @param tools that the model was trained to use
    /// @param channelRequired whether the model is told that every message needs a channel
    record SystemSettings(
            @Nullable String modelIdentity,
            @Nullable String knowledgeCutoff,
            @Nullable String conversationStartDate,
            @Nullable String reasoningEffort,
            List<ToolNamespace> tools,
            List<String> validChannels,
            boolean channelRequired)
            implements HarmonyContent {
        private static final List<String> EFFORTS = List.of("low", "medium", "high");

        /// What the models were trained with.
        public static final SystemSettings DEFAULT = new SystemSettings(
                "You are ChatGPT, a large language model trained by OpenAI.",
                "2024-06",
                null,
                "medium",
                List.of(),
                List.of(HarmonyHeader.ANALYSIS, HarmonyHeader.COMMENTARY, HarmonyHeader.FINAL),
                true);

        /// @throws RequestException if there is no such effort
        public SystemSettings {
            tools = List.copyOf(tools);
            validChannels = List.copyOf(validChannels);
            if (reasoningEffort != null && !EFFORTS.contains(reasoningEffort)) {
                throw new RequestException(
                        "The reasoning effort is \"" + reasoningEffort + "\"; it must be low, medium or high.");
            }
        }
    }

    /// What a developer message tells the model: what other formats call the system prompt, and functions.
    ///
    /// @param functions that the model may call, in this order
    record DeveloperSettings(@Nullable String instructions, List<ToolFunction> functions) implements HarmonyContent {
        public DeveloperSettings {
            functions = List.copyOf(functions);
        }
    }
}
