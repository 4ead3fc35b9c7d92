package ouverture.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import ouverture.error.ModelFileException;
import ouverture.error.RequestException;
import ouverture.error.TemplateException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.ModelFile;
import ouverture.text.ChatTemplate;
import ouverture.text.Tokenizer;
import tools.jackson.databind.JsonNode;

/// A chat template with what its model says about special tokens.
final class PromptTemplate {
    /// What a request looks like.
    static final String SHAPE = "{\"messages\": […]}";

    private static final int MOST_BYTES = 8 << 20;

    private final ChatTemplate template;
    private final @Nullable Path model;
    private @Nullable Tokenizer tokenizer;

    private PromptTemplate(ChatTemplate template, @Nullable Path model) {
        this.template = template;
        this.model = model;
    }

    /// Opens a template file, recognised by its name, or the template of a model.
    ///
    /// @throws TemplateException if it cannot be parsed
    /// @throws UnsupportedModelException if the model has none
    static PromptTemplate open(Path file) throws IOException {
        if (file.toString().matches("(?i).*\\.(jinja2?|j2)") && !Files.isDirectory(file)) {
            return new PromptTemplate(ChatTemplate.parse(source(file)), null);
        }
        try (ModelFile opened = ModelFile.open(file)) {
            String source = opened.metadata()
                    .string("tokenizer.chat_template")
                    .orElseThrow(() -> new UnsupportedModelException(
                            opened.metadata().file() + " has no chat template; give a .jinja file instead."));
            return new PromptTemplate(ChatTemplate.parse(source), file);
        }
    }

    private static String source(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new ModelFileException(
                        file + " is too long for a chat template; at most " + MOST_BYTES + " bytes are accepted.");
            }
            return PromptSource.decode(bytes, "The file " + file);
        }
    }

    /// Renders a request: `messages`, and where it has them `tools`, `add_generation_prompt` (true without it),
    /// `kwargs`, `bos_token` and `eos_token` (the model's without them), `now` (the clock without it).
    ///
    /// @throws RequestException naming the key that makes no sense
    /// @throws TemplateException if the template fails or refuses the conversation
    String render(JsonNode request) {
        if (!request.path("messages").isArray()) {
            throw new RequestException("It has no list of \"messages\".");
        }
        JsonNode tools = request.path("tools");
        if (!tools.isMissingNode() && !tools.isNull() && !tools.isArray()) {
            throw new RequestException("Its \"tools\" are no list.");
        }
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put("messages", Json.plain(request.path("messages")));
        variables.put("tools", tools.isArray() ? Json.plain(tools) : null);
        variables.put("documents", null);
        variables.put("add_generation_prompt", Json.flag(request, "add_generation_prompt", true));
        variables.put("bos_token", token(request, "bos_token"));
        variables.put("eos_token", token(request, "eos_token"));
        variables.putAll(more(request.path("kwargs")));
        return template.render(variables, now(request.path("now")));
    }

    private static Map<String, @Nullable Object> more(JsonNode kwargs) {
        Map<String, @Nullable Object> more = new HashMap<>();
        if (!kwargs.isMissingNode() && !kwargs.isNull() && !kwargs.isObject()) {
            throw new RequestException("Its \"kwargs\" are no object.");
        }
        kwargs.properties().forEach(entry -> more.put(entry.getKey(), Json.plain(entry.getValue())));
        return more;
    }

    private String token(JsonNode request, String key) {
        JsonNode given = request.path(key);
        if (given.isString()) {
            return given.stringValue();
        }
        if (!given.isMissingNode() && !given.isNull()) {
            throw new RequestException("Its \"" + key + "\" is no string.");
        }
        if (model == null) {
            return "";
        }
        // Loading a vocabulary takes a while; templates that are given their tokens need none.
        Tokenizer known = tokenizer == null ? ModelTokenizer.read(model) : tokenizer;
        tokenizer = known;
        OptionalInt id = key.equals("bos_token") ? known.bos() : known.eos();
        return id.isPresent() ? known.piece(id.getAsInt()) : "";
    }

    private static LocalDateTime now(JsonNode given) {
        if (given.isMissingNode() || given.isNull()) {
            return LocalDateTime.now(ZoneId.systemDefault());
        }
        String text = given.isString() ? given.stringValue() : "";
        try {
            return text.indexOf('T') < 0 ? LocalDate.parse(text).atStartOfDay() : LocalDateTime.parse(text);
        } catch (DateTimeException e) {
            throw new RequestException("Its \"now\" is no time; write it as in 2025-06-18T09:41:07 or 2025-06-18.", e);
        }
    }
}
