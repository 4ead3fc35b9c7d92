package ouverture.train.tune;

import java.nio.file.Path;
import ouverture.Shared;
import ouverture.file.GgufFixture;

/// A model with 260 000 parameters that writes stories.
final class ToyModel {
    private static final String TEMPLATE = "{% for m in messages %}"
            + "{% if m['role'] == 'assistant' %}Bot:\n{% if m['reasoning'] %}({{ m['reasoning'] }}) {% endif %}"
            + "{{ m['content'] }}"
            + "{% if m['tool_calls'] %}{{ m['tool_calls'][0]['function']['name'] }}{% endif %}</s>"
            + "{% else %}{{ m['role'] }}: {{ m['content'] }}\n{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}Bot:\n{% endif %}";

    private ToyModel() {}

    static Path plain() {
        return Shared.path("models/stories260K/stories260K.gguf");
    }

    /// The same with a chat template.
    static Path withTemplate(Path folder) {
        return GgufFixture.copyOf(plain())
                .with("tokenizer.chat_template", TEMPLATE)
                .write(folder.resolve("chat.gguf"));
    }
}
