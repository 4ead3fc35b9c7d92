package ouverture.server.ollama;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.ChatRequest;
import ouverture.CompletionRequest;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.server.field.Field;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;

/// What a client asks of `/api/generate`.
///
/// @param asked empty where the model is only to be loaded or unloaded
record GenerateFields(CommonFields common, Optional<Asked> asked) {
    /// What is generated.
    sealed interface Asked {
        /// An answer, with the chat template.
        record Chat(ChatRequest request) implements Asked {}

        /// The continuation of a text.
        record Raw(CompletionRequest request) implements Asked {}
    }

    private static final Field<String> PROMPT = Field.of(
            "prompt",
            JsonTypes.text(),
            "",
            "\"\"",
            "what is asked; without it the model is only loaded, or unloaded if `keep_alive` is 0");
    private static final Field<Optional<String>> SYSTEM =
            Field.optional("system", JsonTypes.text(), "the system message");
    private static final Field<Boolean> RAW = Field.of(
            "raw",
            JsonTypes.flag(),
            false,
            "continues the prompt without the chat template; control tokens are plain text");

    /// How it is read.
    static final ObjectType<GenerateFields> TYPE = new ObjectType<>("a generate request", fields(), GenerateFields::of);

    private static List<Field<?>> fields() {
        List<Field<?>> fields = new ArrayList<>(List.of(CommonFields.MODEL, PROMPT, SYSTEM, RAW));
        fields.addAll(CommonFields.ALL);
        fields.addAll(List.of(
                Field.only("suffix", "models here are not asked to fill in a middle", "\"\""),
                Field.only("images", "this server reads no images", "[]"),
                Field.only("template", "the model's own template holds", "\"\""),
                Field.only("context", "it is out of use; send the conversation to `/api/chat`", "[]")));
        return fields;
    }

    private static GenerateFields of(Values values) {
        CommonFields common = CommonFields.of(values);
        String prompt = values.get(PROMPT);
        if (prompt.isEmpty()) {
            return new GenerateFields(common, Optional.empty());
        }
        return new GenerateFields(
                common, Optional.of(values.get(RAW) ? raw(values, common, prompt) : chat(values, common, prompt)));
    }

    private static Asked raw(Values values, CommonFields common, String prompt) {
        if (values.get(SYSTEM).isPresent() || !common.reasoning().equals(Reasoning.AUTO)) {
            throw values.refuse(RAW, "leaves out the chat template, which `system` and `think` need.");
        }
        return new Asked.Raw(new CompletionRequest(
                new CompletionRequest.Prompt.Text(prompt),
                common.sampling(),
                common.options().maxTokens(),
                common.options().stop(),
                Optional.empty(),
                common.format()));
    }

    private static Asked chat(Values values, CommonFields common, String prompt) {
        List<Message> messages = new ArrayList<>();
        values.get(SYSTEM).filter(text -> !text.isEmpty()).ifPresent(text -> messages.add(Message.system(text)));
        messages.add(Message.user(prompt));
        return new Asked.Chat(common.held(new ChatRequest(
                messages,
                common.sampling(),
                common.options().maxTokens(),
                common.options().stop(),
                List.of(),
                common.reasoning(),
                Map.of())));
    }
}
