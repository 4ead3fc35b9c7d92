package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// A model whose answers have 96 positions of memory together.
class TinyCacheTest {
    private static final int CONTEXT = 96;
    private static final String CHAT = "/v1/chat/completions";
    private static final String RESPONSES = "/v1/responses";
    private static final String LENGTHY = "Once upon a time there was a little dog. ";

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.with(
                RunningServer.engine(folder, options -> options.withContext(CONTEXT)), UnaryOperator.identity());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String chat(String text, String limit) {
        return "{\"model\": \"stories\", \"messages\": [{\"role\": \"user\", \"content\": \"" + text + "\"}]" + limit
                + "}";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/chat/completions | , "max_tokens": 500                | "code":"context_length_exceeded"
            /v1/messages         | , "max_tokens": 500                | "type":"invalid_request_error"
            /api/chat            | , "options": {"num_predict": 500}  | {"error":
            """)
    void anAnswerThatCanNeverFitIsRefused(String path, String limit, String form) {
        HttpResponse<String> response = server.post(path, chat("Hello", limit));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .contains(form)
                .containsPattern(
                        path.equals("/v1/messages")
                                ? "input length and `max_tokens` exceed context limit: \\d+ \\+ 500 > 96, "
                                : "The prompt has \\d+ tokens and the answer may have 500, but the context holds 96");
    }

    @Test
    void answersThatDoNotFitTogetherWaitForEachOther() throws InterruptedException, ExecutionException {
        List<String> bodies = IntStream.range(0, RunningServer.TURNS)
                .mapToObj(i -> chat("The number " + i, ", \"max_tokens\": 60, \"temperature\": 0"))
                .toList();
        List<JsonNode> alone = bodies.stream()
                .map(body -> server.ask(CHAT, body).at("/choices"))
                .toList();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<JsonNode>> together = bodies.stream()
                    .map(body -> threads.submit(() -> server.ask(CHAT, body)))
                    .toList();
            for (int i = 0; i < bodies.size(); i++) {
                assertThat(together.get(i).get().at("/choices")).isEqualTo(alone.get(i));
            }
        }
    }

    private static String item(String role, String id) {
        return """
                {"type": "message", "role": "%s", "id": "%s", "content": "%s"}""".formatted(role, id, LENGTHY);
    }

    private static String response(String mode, String... items) {
        return "{\"model\": \"stories\", \"max_output_tokens\": 20, \"temperature\": 0" + mode + ", \"input\": ["
                + String.join(", ", items) + "]}";
    }

    @Test
    void aConversationThatDoesNotFitIsShortenedWhenAskedFor() {
        String[] items = {
            item("system", "s"), item("user", "u1"), item("assistant", "a1"), item("user", "u2"),
            item("assistant", "a2"), item("user", "u3"), item("assistant", "a3"), item("user", "u4")
        };
        HttpResponse<String> refused = server.post(RESPONSES, response("", items));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("context_length_exceeded");
        JsonNode shortened = server.ask(RESPONSES, response(", \"truncation\": \"auto\"", items));
        assertThat(shortened.at("/truncation").stringValue()).isEqualTo("auto");
        int dropped = shortened.at("/dropped_items").intValue();
        assertThat(dropped).as("whole turns").isIn(2, 4, 6);
        String[] left = IntStream.range(0, items.length)
                .filter(i -> i == 0 || i > dropped)
                .mapToObj(i -> items[i])
                .toArray(String[]::new);
        JsonNode same = server.ask(RESPONSES, response("", left));
        assertThat(same.at("/output/0/content/0/text")).isEqualTo(shortened.at("/output/0/content/0/text"));
        assertThat(same.at("/truncation").stringValue()).isEqualTo("disabled");
    }
}
