package ouverture;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.file.Metadata;
import ouverture.text.ChatTemplate;
import ouverture.text.Tokenizer;

/// Renders conversations by a model's own template and turns them into tokens. Special tokens of the template
/// count; what users write never becomes one.
final class ChatPrompt {
    private final ChatTemplate template;
    private final Tokenizer tokenizer;

    private ChatPrompt(ChatTemplate template, Tokenizer tokenizer) {
        this.template = template;
        this.tokenizer = tokenizer;
    }

    /// The chat template of a file, where it has one.
    ///
    /// @throws ouverture.error.TemplateException if it cannot be parsed
    static Optional<ChatPrompt> of(Metadata metadata, Tokenizer tokenizer) {
        return metadata.string("tokenizer.chat_template")
                .map(source -> new ChatPrompt(ChatTemplate.parse(source), tokenizer));
    }

    int[] encode(List<Message> messages) {
        List<Object> rendered = new ArrayList<>();
        for (Message message : messages) {
            rendered.add(Map.of(
                    "role",
                    message.role().name().toLowerCase(Locale.ROOT),
                    "content",
                    tokenizer.guard(message.content())));
        }
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put("messages", rendered);
        variables.put("add_generation_prompt", true);
        variables.put("tools", null);
        String bos =
                tokenizer.bos().isPresent() ? tokenizer.piece(tokenizer.bos().getAsInt()) : "";
        variables.put("bos_token", bos);
        variables.put(
                "eos_token",
                tokenizer.eos().isPresent() ? tokenizer.piece(tokenizer.eos().getAsInt()) : "");
        String text = template.render(variables, LocalDateTime.now(ZoneId.systemDefault()));
        boolean begun = !bos.isEmpty() && text.startsWith(bos);
        return tokenizer.encode(text, !begun, true);
    }
}
