package ouverture.text;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ouverture.error.TemplateException;
import ouverture.text.jinja.Limits;
import ouverture.text.jinja.Template;

/// A model's chat template: turns a conversation into the text that the model was trained on.
///
/// Templates are programs in Jinja and come from untrusted files; they see nothing but the variables passed and
/// are stopped by the [Limits]. Immutable; may be used by several threads at once.
public final class ChatTemplate {
    private final Template template;

    private ChatTemplate(Template template) {
        this.template = template;
    }

    /// @param source in Jinja, as model files carry it
    /// @throws TemplateException naming the line and what is wrong there
    public static ChatTemplate parse(String source) {
        return new ChatTemplate(Template.parse(source));
    }

    /// As [#render(Map, LocalDateTime)] with the system's clock and time zone.
    public String render(Map<String, ? extends @Nullable Object> variables) {
        return render(variables, LocalDateTime.now(ZoneId.systemDefault()));
    }

    /// Renders a conversation.
    ///
    /// @param variables usually `messages`, `tools`, `add_generation_prompt`, `bos_token` and `eos_token`; values
    ///     are null, Boolean, Long, Integer, BigInteger, Double, String, and lists and maps of these with strings
    ///     as keys
    /// @param now the date that templates print through `strftime_now`
    /// @throws TemplateException naming the line, if the template fails, refuses the conversation or reaches
    ///     a limit
    /// @throws IllegalArgumentException if a variable is of another type
    public String render(Map<String, ? extends @Nullable Object> variables, LocalDateTime now) {
        return template.render(variables, now, Limits.DEFAULT);
    }
}
