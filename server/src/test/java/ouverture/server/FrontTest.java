package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.RequestException;
import ouverture.server.key.ApiKeys;
import ouverture.server.key.Scope;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the server does with requests that are not as they should be, and with clients that go.
class FrontTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String HI = chat("Hi", "");
    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.scripted(RunningServer::impatient);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String chat(String message, String more) {
        return "{\"model\": \"scripted\", \"messages\": [{\"role\": \"user\", \"content\": \"" + message + "\"}]" + more
                + "}";
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body());
    }

    /// Whether others are still served.
    private static void isUnharmed() {
        assertThat(server.ask(CHAT, HI).at("/choices/0/message/content").stringValue())
                .isEqualTo("Hi");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"model": "scripted"                     | not sound JSON
            {"model": "scripted", "model": "x"}      | Duplicate
            {"model": "scripted"} {}                 | not sound JSON
            [1]                                      | must be a chat completion request
            ``                                       | is empty
            {"model": NaN}                           | not sound JSON
            {'model': 'x'}                           | not sound JSON
            """)
    void bodiesThatAreNoRequestAreRefused(String body, String sentence) {
        HttpResponse<String> response = server.post(CHAT, body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json(response).at("/error/message").stringValue())
                .contains(sentence)
                .endsWith(".");
    }

    @Test
    void depthHasALimit() {
        HttpResponse<String> response = server.post(CHAT, "{\"model\":" + "[".repeat(100_000));
        assertThat(response.statusCode()).as(() -> server.log.getLast()).isEqualTo(400);
        assertThat(response.body().length()).isLessThan(1000);
        isUnharmed();
    }

    @Test
    void textMustBeUtf8() {
        byte[] body = HI.replace("Hi", "H\u00e9").getBytes(StandardCharsets.ISO_8859_1);
        HttpResponse<String> response = server.send(server.request(CHAT)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("not UTF-8");
    }

    @Test
    void giantBodiesAreRefusedBeforeTheyAreRead() throws IOException {
        String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000000\r\n\r\n{\"model\"";
        assertThat(raw(head)).startsWith("HTTP/1.1 413 ").contains("has more than 1048576 bytes");
        isUnharmed();
    }

    @Test
    void giantChunkedBodiesAreRefused() throws IOException {
        String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        assertThat(raw(head + chunk.repeat(17))).startsWith("HTTP/1.1 413 ");
        isUnharmed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n"
            })
    void whatIsNoHttpIsRefused(String text) throws IOException {
        assertThat(raw(text)).startsWith("HTTP/1.1 400 ").contains("not sound HTTP");
        isUnharmed();
    }

    @Test
    void headersHaveALimit() throws IOException {
        String head = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n";
        assertThat(raw(head)).startsWith("HTTP/1.1 4");
        isUnharmed();
    }

    /// Sends bytes and reads what comes until the server closes the connection, or nothing more comes.
    private static String raw(String text) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(5000);
            try {
                socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                // The server has closed already; what it said is there to be read.
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aRequestMustComeInTime() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET /v1/models HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.US_ASCII));
            long start = System.nanoTime();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(4));
        }
        isUnharmed();
    }

    @Test
    void aBodyMustComeInTime() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        isUnharmed();
    }

    private static Socket open(String body) throws IOException {
        return open(server, body);
    }

    private static Socket open(RunningServer server, String body) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new java.net.InetSocketAddress("127.0.0.1", server.port()));
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + bytes.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(bytes);
        return socket;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", \"stream\": true", ", \"stream\": true, \"n\": 3"})
    void theAnswerEndsWhenItsClientGoes(String more) throws IOException {
        int before = server.script.cancelled();
        int log = server.log.size();
        int asked = server.script.requests().size();
        try (Socket socket = open(chat("forever", more))) {
            RunningServer.await(() -> server.script.requests().size() > asked);
            if (!more.isEmpty()) {
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
        }
        RunningServer.await(() -> server.script.cancelled() > before);
        RunningServer.await(() -> server.log.size() > log);
        assertThat(server.log.subList(log, server.log.size())).anyMatch(line -> line.contains("\"status\":499"));
    }

    @Test
    void theAnswerEndsWhenItsClientReadsNothing() throws IOException {
        int before = server.script.cancelled();
        try (Socket socket = open(chat("forever", ", \"stream\": true"))) {
            assertThat(socket.isConnected()).isTrue();
            isUnharmed();
            RunningServer.await(() -> server.script.cancelled() > before);
        }
    }

    @Test
    void tooManyAreToldToComeBack() throws IOException {
        try (RunningServer busy = RunningServer.scripted(UnaryOperator.identity())) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < RunningServer.TURNS + RunningServer.QUEUE; i++) {
                sockets.add(open(busy, chat("forever", "")));
            }
            RunningServer.await(() -> busy.get("/metrics").body().contains("ouverture_answers_waiting 4.0"));
            HttpResponse<String> response = busy.post(CHAT, HI);
            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(response.body()).contains("rate_limit_exceeded", "4 of your requests wait already");
            assertThat(response.headers().firstValueAsLong("retry-after").orElseThrow())
                    .isBetween(1L, 60L);
            assertThat(busy.script.requests()).hasSize(RunningServer.TURNS);
            for (Socket socket : sockets) {
                socket.close();
            }
            RunningServer.await(() -> busy.get("/metrics").body().contains("ouverture_answers_waiting 0.0"));
            RunningServer.await(() -> busy.post(CHAT, HI).statusCode() == 200);
        }
    }

    @Test
    void requestsMayFollowEachOtherOnAConnection() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(5000);
            String request =
                    "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + HI.length() + "\r\n\r\n" + HI;
            socket.getOutputStream().write((request + request).getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream()
                    .write(request.replace("Host", "Connection: close\r\nHost").getBytes(StandardCharsets.US_ASCII));
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(4);
        }
    }

    @Test
    void pathsAndMethodsAreKnown() {
        assertThat(server.get("/v1/nothing").statusCode()).isEqualTo(404);
        assertThat(json(server.get("/v1/nothing")).at("/error/message").stringValue())
                .contains("/v1/nothing");
        HttpResponse<String> wrong = server.get(CHAT);
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(json(wrong).at("/error/message").stringValue()).contains("takes POST and not GET");
    }

    @Test
    void aMistakeOfOursIsAFailureWithANumber() {
        HttpResponse<String> response = server.post(CHAT, chat("fail", ""));
        String id = response.headers().firstValue("x-request-id").orElseThrow();
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains(id).doesNotContain("a mistake");
        RunningServer.await(
                () -> server.log.stream().anyMatch(line -> line.contains(id) && line.contains("a mistake")));
    }

    @Test
    void theLogDoesNotTellWhatWasSaid() {
        server.ask(CHAT, chat("a secret", ", \"user\": \"ann\""));
        RunningServer.await(() -> server.log.stream().anyMatch(line -> line.contains("\"ann\"")));
        String ann = server.log.stream()
                .filter(line -> line.contains("\"ann\""))
                .findFirst()
                .orElseThrow();
        JsonNode line = JsonMapper.shared().readTree(ann);
        assertThat(server.log).noneMatch(each -> each.contains("secret"));
        assertThat(line.at("/model").stringValue()).isEqualTo("scripted");
        assertThat(line.at("/user").stringValue()).isEqualTo("ann");
        assertThat(line.at("/prompt_tokens").intValue()).isEqualTo(10);
        assertThat(line.at("/cached_tokens").intValue()).isEqualTo(4);
        assertThat(line.at("/finish").stringValue()).isEqualTo("stop");
    }

    @Test
    void healthAndMetricsAreThere() {
        server.ask(CHAT, chat("one two three", ""));
        assertThat(server.get("/health").body())
                .isEqualTo("{\"status\":\"ok\",\"history\":false,\"models\":[\"scripted\"]}");
        assertThat(server.get("/metrics").body())
                .contains(
                        "gen_ai_server_request_duration_seconds_bucket{",
                        "gen_ai_operation_name=\"chat\"",
                        "gen_ai_server_time_to_first_token_seconds_count{",
                        "gen_ai_server_time_per_output_token_seconds_sum{",
                        "ouverture_tokens_cached_total{",
                        "ouverture_requests_running 1.0",
                        "jvm_memory_used_bytes{");
    }

    @Test
    void pagesOfOthersMayNotAsk() {
        HttpRequest.Builder request = server.request("/v1/models");
        assertThat(server.send(request.header("origin", "https://example.org").build())
                        .statusCode())
                .isEqualTo(403);
        HttpResponse<String> own = server.send(server.request("/v1/models")
                .header("origin", "http://127.0.0.1:" + server.port())
                .build());
        assertThat(own.statusCode()).isEqualTo(200);
    }

    @Test
    void aServerWithoutKeysAnswersUnderItsOwnAddressOnly() throws IOException {
        String head = "GET /v1/models HTTP/1.1\r\nConnection: close\r\nHost: ";
        assertThat(raw(head + "evil.example.org\r\n\r\n")).startsWith("HTTP/1.1 403 ");
        assertThat(raw(head + "localhost:1\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(raw(head + "[::1]:1\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void pagesThatAreAllowedMayAsk() {
        try (RunningServer open =
                RunningServer.scripted(options -> options.withOrigins(Set.of("https://example.org")))) {
            HttpResponse<String> preflight = open.send(open.request(CHAT)
                    .header("origin", "https://example.org")
                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                    .build());
            assertThat(preflight.statusCode()).isEqualTo(204);
            assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                    .contains("https://example.org");
        }
    }

    @Test
    void keysOpenWhatTheyAreFor(@TempDir Path folder) {
        Path file = folder.resolve("keys");
        String all = ApiKeys.add(file, "ann", EnumSet.allOf(Scope.class));
        String listing = ApiKeys.add(file, "bob", EnumSet.of(Scope.MODELS));
        assertThat(file)
                .content()
                .contains("ann inference,models,metrics,admin ")
                .doesNotContain(all);
        try (RunningServer locked = RunningServer.scripted(options -> options.withKeys(Optional.of(file)))) {
            assertThat(locked.get("/health").statusCode()).isEqualTo(200);
            assertThat(locked.post(CHAT, HI).statusCode()).isEqualTo(401);
            assertThat(ask(locked, "authorization", "Bearer wrong")).isEqualTo(401);
            assertThat(ask(locked, "authorization", "Bearer " + all)).isEqualTo(200);
            assertThat(ask(locked, "x-api-key", all)).isEqualTo(200);
            assertThat(ask(locked, "x-api-key", listing)).isEqualTo(403);
            RunningServer.await(() -> locked.log.stream().anyMatch(line -> line.contains("\"key\":\"ann\"")));
            assertThat(locked.log).noneMatch(line -> line.contains(all));
        }
        assertThatThrownBy(() -> ApiKeys.add(file, "ann", EnumSet.allOf(Scope.class)))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("already");
    }

    private static int ask(RunningServer server, String header, String value) {
        return server.send(server.request(CHAT)
                        .header(header, value)
                        .POST(HttpRequest.BodyPublishers.ofString(HI))
                        .build())
                .statusCode();
    }

    @Test
    void othersAreNotLetInWithoutKeys() {
        assertThatThrownBy(() -> RunningServer.scripted(options -> options.withHost("0.0.0.0")))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("Others can reach 0.0.0.0")
                .hasMessageContaining("--api-key-file");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ann inference          | is not a name, scopes and a hash
            ann everything %s      | unknown scope 'everything'
            #                      | has no keys
            """)
    void aDamagedKeyFileIsNamed(String line, String sentence, @TempDir Path folder) {
        Path file = RunningServer.write(folder.resolve("keys"), line.formatted("0".repeat(64)));
        assertThatThrownBy(() -> ApiKeys.read(file))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining(sentence)
                .hasMessageContaining(file.toString());
    }

    @Test
    void answersHaveATimeLimit() {
        try (RunningServer quick =
                RunningServer.scripted(options -> options.withAnswerTimeout(Duration.ofSeconds(1)))) {
            HttpResponse<String> response = quick.post(CHAT, chat("forever", ""));
            assertThat(response.statusCode()).isEqualTo(504);
            assertThat(response.body()).contains("given up after 1 seconds");
            String events =
                    quick.post(CHAT, chat("forever", ", \"stream\": true")).body();
            assertThat(events).contains("data: {\"error\":{\"message\":\"The answer was given up");
            assertThat(quick.post("/api/chat", chat("forever", "")).body())
                    .contains("\n{\"error\":\"The answer was given up");
            assertThat(quick.post("/v1/messages", chat("forever", ", \"max_tokens\": 9, \"stream\": true"))
                            .body())
                    .contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"timeout_error\"");
        }
    }

    @Test
    void closingLetsAnswersEnd() {
        RunningServer closing = RunningServer.scripted(UnaryOperator.identity());
        CompletableFuture<HttpResponse<String>> endless =
                CompletableFuture.supplyAsync(() -> closing.post(CHAT, chat("forever", "")));
        RunningServer.await(() -> !closing.script.requests().isEmpty());
        CompletableFuture<Void> closed = CompletableFuture.runAsync(closing::stopServer);
        RunningServer.await(() -> closing.get("/health").statusCode() == 503);
        assertThat(endless.join().statusCode()).isEqualTo(503);
        assertThat(endless.join().body()).contains("shut down before the answer was complete");
        closed.join();
        closing.close();
    }
}
