package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How long clients let the server take, and what they get when it is not enough.
class DeadlinesTest {
    private static final String OPENAI = "/v1/chat/completions";
    private static final String ANTHROPIC = "/v1/messages";
    private static final String OLLAMA = "/api/chat";
    private static final String TIMEOUT = "X-Request-Timeout";
    private static final String LIBRARYS = "X-Stainless-Timeout";
    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.scripted(UnaryOperator.identity());
        // What is loaded with the first requests takes none of the others' time.
        for (String path : List.of(OPENAI, ANTHROPIC, OLLAMA)) {
            server.send(asking(server, path, "Hi", false).build());
            server.send(asking(server, path, "Hi", true).build());
        }
        server.send(response("Hi"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String body(String message, boolean stream) {
        String body = """
                {"model": "scripted", "messages": [{"role": "user", "content": "%s"}], "stream": %s""";
        return body.formatted(message, stream);
    }

    private static HttpRequest.Builder asking(RunningServer server, String path, String message, boolean stream) {
        String more = path.equals(ANTHROPIC) ? ", \"max_tokens\": 9}" : "}";
        return server.request(path).POST(HttpRequest.BodyPublishers.ofString(body(message, stream) + more));
    }

    private static HttpRequest response(String input) {
        return server.request("/v1/responses")
                .header(TIMEOUT, "0.5")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\": \"scripted\", \"input\": \"" + input + "\", \"stream\": true}"))
                .build();
    }

    private static HttpResponse<String> ask(String path, boolean stream, String... headers) {
        return server.send(
                asking(server, path, "forever", stream).headers(headers).build());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/chat/completions | "type":"server_error"
            /v1/messages         | "type":"timeout_error"
            /api/chat            | {"error":"The answer was given up
            """)
    void anAnswerEndsAtItsDeadline(String path, String form) {
        HttpResponse<String> whole = ask(path, false, TIMEOUT, "0.5");
        assertThat(whole.statusCode()).isEqualTo(504);
        assertThat(whole.body())
                .contains(form)
                .contains("The answer was given up after 0.5 seconds, as X-Request-Timeout says");
        HttpResponse<String> events = ask(path, true, TIMEOUT, "0.5");
        assertThat(events.statusCode()).isEqualTo(200);
        assertThat(events.body()).contains("word 0").contains(form);
    }

    @Test
    void aResponseThatComesInEventsFailsAtItsDeadline() {
        assertThat(server.send(response("forever")).body())
                .contains("event: response.output_text.delta")
                .contains("event: response.failed")
                .contains("given up after 0.5 seconds");
    }

    @Test
    void whatTheLibrariesTellEndsAWholeAnswerAndNoStream() {
        HttpResponse<String> whole = ask(OPENAI, false, LIBRARYS, "1");
        assertThat(whole.statusCode()).isEqualTo(504);
        assertThat(whole.body()).contains("after 1 seconds, after which its client no longer waits for it");
        String events = ask(OPENAI, true, LIBRARYS, "1", TIMEOUT, "1.5").body();
        assertThat(events).contains("given up after 1.5 seconds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "0", "-1", "1e3", "90000", "1.5s"})
    void aTimeThatIsNoneIsRefused(String time) {
        HttpResponse<String> response = ask(OPENAI, false, TIMEOUT, time);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("X-Request-Timeout must be seconds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOT_GIVEN", "0", "600"})
    void whatLibrariesWriteIsNoMistake(String time) {
        HttpRequest request =
                asking(server, ANTHROPIC, "Hi", false).header(LIBRARYS, time).build();
        assertThat(server.send(request).statusCode()).isEqualTo(200);
    }

    /// Takes all turns of a server until the test has ended.
    private static List<CompletableFuture<HttpResponse<String>>> fill(RunningServer busy) {
        List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
        for (int i = 0; i < RunningServer.TURNS; i++) {
            HttpRequest request =
                    asking(busy, OPENAI, "forever", false).header(TIMEOUT, "20").build();
            running.add(CompletableFuture.supplyAsync(() -> busy.send(request)));
        }
        RunningServer.await(() -> busy.get("/metrics").body().contains("ouverture_answers_running 8.0"));
        return running;
    }

    @Test
    void aRequestThatWaitsEndsAtItsDeadline() {
        RunningServer busy = RunningServer.scripted(UnaryOperator.identity());
        List<CompletableFuture<HttpResponse<String>>> running = fill(busy);
        for (String path : List.of(OPENAI, ANTHROPIC, OLLAMA)) {
            HttpResponse<String> response = busy.send(
                    asking(busy, path, "Hi", true).header(TIMEOUT, "0.1").build());
            assertThat(response.statusCode()).isEqualTo(path.equals(ANTHROPIC) ? 529 : 503);
            assertThat(response.body())
                    .contains("The request has waited 0.1 seconds for its turn, as X-Request-Timeout says")
                    .contains(path.equals(ANTHROPIC) ? "overloaded_error" : "error");
            assertThat(response.headers().firstValue("retry-after")).isPresent();
        }
        assertThat(busy.script.requests()).hasSize(RunningServer.TURNS);
        busy.close();
        assertThat(running).allMatch(each -> each.join().statusCode() == 503);
    }

    @Test
    void aRequestThatWouldWaitTooLongIsToldToComeBack() {
        RunningServer busy = RunningServer.scripted(UnaryOperator.identity());
        HttpRequest measured =
                asking(busy, OPENAI, "forever", false).header(TIMEOUT, "2").build();
        assertThat(busy.send(measured).statusCode()).isEqualTo(504);
        List<CompletableFuture<HttpResponse<String>>> running = fill(busy);
        for (String path : List.of(OPENAI, ANTHROPIC, OLLAMA)) {
            HttpResponse<String> response = busy.send(
                    asking(busy, path, "Hi", true).header(TIMEOUT, "0.2").build());
            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(response.body()).contains("Your request would wait about 1 seconds for its turn");
            assertThat(response.headers().firstValueAsLong("retry-after").orElseThrow())
                    .isBetween(1L, 3L);
        }
        busy.close();
        assertThat(running).allMatch(each -> each.join().statusCode() == 503);
    }
}
