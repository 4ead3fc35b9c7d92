package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.RequestException;
import tools.jackson.databind.json.JsonMapper;

/// What others learn of requests: a collector of traces, and JDK Flight Recorder.
class TracesTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CHAT =
            "{\"model\": \"scripted\", \"messages\": [{\"role\": \"user\", \"content\": \"secret words\"}]}";

    @TempDir
    private Path folder;

    @Test
    void aCollectorHearsOfEachRequestToAModel() throws IOException {
        List<String> sent = new CopyOnWriteArrayList<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            sent.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort();
        try (RunningServer server = RunningServer.scripted(
                options -> options.withTracing(Map.of("otel.exporter.otlp.endpoint", endpoint)))) {
            ask(server, "00-" + TRACE + "-00f067aa0ba902b7-01");
            assertThat(server.get("/health").statusCode()).isEqualTo(200);
            assertThat(traceOf(server.log.getFirst())).isEqualTo(TRACE);
        } finally {
            collector.stop(0);
        }
        String all = String.join("", sent);
        assertThat(all)
                .contains("chat scripted", "gen_ai.usage.output_tokens", "first token", "ouverture")
                .contains(new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1))
                .doesNotContain("secret")
                .doesNotContain("/health");
    }

    @Test
    void withoutACollectorTheLogHasTheClientsTrace() {
        try (RunningServer server = RunningServer.scripted(UnaryOperator.identity())) {
            ask(server, "00-" + TRACE + "-00f067aa0ba902b7-01");
            ask(server, "no trace");
            RunningServer.await(() -> server.log.size() == 2);
            assertThat(traceOf(server.log.getFirst())).isEqualTo(TRACE);
            assertThat(traceOf(server.log.getLast())).isEmpty();
        }
    }

    @Test
    void aCollectorThatIsNotThereKeepsNobodyFromAnAnswer() {
        Map<String, String> nowhere =
                Map.of("otel.exporter.otlp.endpoint", "http://127.0.0.1:1", "otel.exporter.otlp.timeout", "200");
        try (RunningServer server = RunningServer.scripted(options -> options.withTracing(nowhere))) {
            ask(server, "");
            server.stopServer();
            assertThat(server.log.getLast()).contains("\"warning\"", "OpenTelemetry: Failed to export");
        }
    }

    @Test
    void settingsThatAreNoGoodAreRefused() {
        assertThatThrownBy(() -> Traces.of(
                        Map.of("otel.exporter.otlp.endpoint", "http://127.0.0.1:1", "otel.traces.exporter", "carrier"),
                        _ -> {}))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("carrier")
                .hasMessageContaining("OTEL_");
        assertThatThrownBy(() -> Traces.of(Map.of("otel.exporter.otlp.endpoint", "no address"), _ -> {}))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("no address");
    }

    @Test
    void flightRecorderHearsOfRequestsAndSteps() throws IOException {
        Path file = folder.resolve("recording.jfr");
        try (RunningServer server = RunningServer.withEngine(folder);
                Recording recording = new Recording()) {
            recording.enable("ouverture.Request");
            recording.enable("ouverture.Step");
            recording.start();
            server.ask(
                    "/v1/completions",
                    "{\"model\": \"stories\", \"prompt\": \"Once upon\", \"max_tokens\": 3, \"temperature\": 0}");
            RunningServer.await(() -> !server.log.isEmpty());
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events)
                .filteredOn(event -> event.getEventType().getName().equals("ouverture.Request"))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getString("model")).isEqualTo("stories");
                    assertThat(event.getInt("generatedTokens")).isEqualTo(3);
                    assertThat(event.getInt("status")).isEqualTo(200);
                    assertThat(event.getDuration("took"))
                            .isGreaterThanOrEqualTo(event.getDuration("firstToken"))
                            .isPositive();
                });
        assertThat(events)
                .filteredOn(event -> event.getEventType().getName().equals("ouverture.Step"))
                .isNotEmpty()
                .allSatisfy(event -> {
                    assertThat(event.getInt("rows")).isPositive();
                    assertThat(event.getInt("sequences")).isEqualTo(1);
                });
    }

    private static void ask(RunningServer server, String parent) {
        HttpRequest.Builder request = server.request("/v1/chat/completions")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(CHAT));
        assertThat(server.send((parent.isEmpty() ? request : request.header("traceparent", parent)).build())
                        .statusCode())
                .isEqualTo(200);
    }

    private static String traceOf(String line) {
        return JsonMapper.shared().readTree(line).path("trace").asString("");
    }
}
