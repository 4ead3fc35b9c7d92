package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.Shared;
import ouverture.file.GgufFixture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Requests that no model can answer, through every API: each gets 400, the API's own kind of error, and one
/// sentence that names the place.
class BadRequestTest {
    private static final String TEMPLATE =
            "{% for message in messages %}{{ message.content }}{% endfor %}{% if tools %}{% endif %}";
    private static final String MESSAGES = "\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]";
    private static final String REFUSED =
            "{\"type\":\"object\",\"properties\":{\"a\":{\"unevaluatedItems\":false}},\"required\":[\"a\"]}";
    private static final String IMPOSSIBLE = "{\"type\":\"integer\",\"minimum\":3,\"maximum\":2}";

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() {
        Path model = GgufFixture.copyOf(Shared.path("models/stories260K/stories260K.gguf"))
                .with("tokenizer.chat_template", TEMPLATE)
                .write(folder.resolve("tools.gguf"));
        EngineOptions options = EngineOptions.DEFAULT.withKernels("scalar").withThreads(1);
        server = RunningServer.with(Engine.open(model, options), UnaryOperator.identity());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// The sentence of an error in an API's own form.
    private static String sentence(String path, HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonNode body = JsonMapper.shared().readTree(response.body());
        if (path.startsWith("/api/")) {
            return body.at("/error").stringValue();
        }
        if (path.startsWith("/v1/messages")) {
            assertThat(body.at("/type").stringValue()).isEqualTo("error");
        }
        boolean isOwn = body.at("/error").has("kind");
        assertThat(body.at(isOwn ? "/error/kind" : "/error/type").stringValue())
                .isEqualTo(isOwn ? "invalid" : "invalid_request_error");
        return body.at("/error/message").stringValue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            /v1/chat/completions | M, "response_format": {"type": "json_schema", "json_schema": N}
            /v1/chat/completions | M, "structured_outputs": {"json": S}
            /v1/chat/completions | M, "tools": [{"type": "function", "function": F}]
            /v1/completions      | "prompt": "Hi", "response_format": {"type": "json_schema", "json_schema": N}
            /v1/responses        | "input": "Hi", "text": {"format": {"type": "json_schema", "name": "x", "schema": S}}
            /v1/responses        | "input": "Hi", "tools": [G}]
            /v1/messages         | M, "max_tokens": 9, "output_config": {"format": {"type": "json_schema", "schema": S}}
            /v1/messages         | M, "max_tokens": 9, "tools": [{"name": "f", "strict": true, "input_schema": S}]
            /api/chat            | M, "format": S
            /api/generate        | "prompt": "Hi", "format": S
            """)
    void aSchemaThatCannotBeKeptIsRefusedByItsPlace(String path, String fields) {
        for (String stream : new String[] {"false", "true"}) {
            String request = "{\"model\": \"stories\", \"stream\": " + stream + ", "
                    + fields.replace("M,", MESSAGES + ",")
                            .replace("N}", "{\"name\": \"x\", \"schema\": S}}")
                            .replace(
                                    "G}",
                                    "{\"type\": \"function\", \"name\": \"f\", \"strict\": true, \"parameters\": S}")
                            .replace("F}", "{\"name\": \"f\", \"strict\": true, \"parameters\": S}}")
                    + "}";
            assertThat(sentence(path, server.post(path, request.replace("S}", REFUSED + "}"))))
                    .contains("#/properties/a has the keyword unevaluatedItems")
                    .endsWith(".");
            boolean isTool = fields.contains("tools");
            if (!isTool) {
                assertThat(sentence(path, server.post(path, request.replace("S}", IMPOSSIBLE + "}"))))
                        .contains("No answer can fit")
                        .endsWith(".");
            }
        }
        isUnharmed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/chat/completions",
                "/v1/completions",
                "/v1/responses",
                "/v1/embeddings",
                "/v1/messages",
                "/v1/messages/count_tokens",
                "/v1/rerank",
                "/v1/tokenize",
                "/v1/detokenize",
                "/api/chat",
                "/api/generate",
                "/api/embed",
                "/api/show"
            })
    void whatIsNoRequestIsRefusedByItsPlace(String path) {
        assertThat(sentence(path, server.post(path, "{\"model\": \"stories\",")))
                .contains("not sound JSON")
                .endsWith(".");
        assertThat(sentence(path, server.post(path, "[]")))
                .contains("must be a")
                .endsWith(".");
        assertThat(sentence(path, server.post(path, ""))).contains("is empty").endsWith(".");
        assertThat(sentence(path, server.post(path, "{\"model\": \"stories\", \"modle\": 1}")))
                .contains("`modle` is no field of")
                .endsWith(".");
        assertThat(sentence(path, server.post(path, "{\"model\": 7}")))
                .contains("`model` must be a string")
                .endsWith(".");
        isUnharmed();
    }

    private static void isUnharmed() {
        assertThat(server.ask("/v1/completions", "{\"model\": \"stories\", \"prompt\": \"Hi\", \"max_tokens\": 1}")
                        .at("/usage/completion_tokens")
                        .intValue())
                .isEqualTo(1);
    }
}
