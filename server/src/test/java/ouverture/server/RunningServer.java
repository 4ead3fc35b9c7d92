package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.Shared;
import ouverture.file.GgufFixture;
import ouverture.server.model.ModelSource;
import ouverture.server.model.Models;
import ouverture.server.model.ServedModel;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server on a free port of this machine, with a small trained model and a scripted one, and a client for it.
public final class RunningServer implements AutoCloseable {
    /// Name of the trained model.
    public static final String STORIES = "stories";
    static final int TURNS = 8;
    static final int QUEUE = 4;

    private static final String TEMPLATE = "{% for message in messages %}{{ message.content }}{% endfor %}";

    public final ScriptedModel script = new ScriptedModel();
    final List<String> log = new CopyOnWriteArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Server server;

    private RunningServer(Optional<Engine> engine, UnaryOperator<ServerOptions> change) {
        List<ModelSource> sources = new ArrayList<>();
        ServerOptions options = change.apply(options(log));
        engine.ifPresent(opened -> sources.add(source(STORIES, ServedModel.of(opened, options.sharesPrompts()))));
        sources.add(source(ScriptedModel.NAME, script));
        Models models = new Models(sources, QUEUE);
        models.preload();
        server = Server.start(options, models);
    }

    private static ModelSource source(String name, ServedModel model) {
        return new ModelSource(name, "gguf", 1000, Instant.EPOCH, TURNS, _ -> model);
    }

    /// Options of a server that waits for nobody.
    static ServerOptions impatient(ServerOptions options) {
        return options.withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(1));
    }

    private static ServerOptions options(List<String> log) {
        return ServerOptions.DEFAULT
                .withPort(0)
                .withBodyBytes(1 << 20)
                .withPatience(Duration.ofMillis(500))
                .withLog(log::add);
    }

    /// A server with both models.
    public static RunningServer withEngine(Path folder) {
        return withEngine(folder, UnaryOperator.identity());
    }

    /// A server with both models and other options.
    static RunningServer withEngine(Path folder, UnaryOperator<ServerOptions> change) {
        return with(engine(folder), change);
    }

    /// A server with a model in place of the trained one.
    static RunningServer with(Engine engine, UnaryOperator<ServerOptions> change) {
        return new RunningServer(Optional.of(engine), change);
    }

    /// The trained model alone.
    ///
    /// @param folder for its file
    static Engine engine(Path folder) {
        return engine(folder, UnaryOperator.identity());
    }

    /// The trained model alone, with other options.
    ///
    /// @param folder for its file
    static Engine engine(Path folder, UnaryOperator<EngineOptions> change) {
        Path model = GgufFixture.copyOf(Shared.path("models/stories260K/stories260K.gguf"))
                .with("tokenizer.chat_template", TEMPLATE)
                .write(folder.resolve("stories.gguf"));
        EngineOptions options = EngineOptions.DEFAULT.withKernels("scalar").withThreads(1);
        return Engine.open(model, change.apply(options));
    }

    /// A server with the scripted model only.
    public static RunningServer scripted(UnaryOperator<ServerOptions> change) {
        return new RunningServer(Optional.empty(), change);
    }

    int port() {
        return server.port();
    }

    /// Where a client finds a path.
    public String url(String path) {
        return "http://127.0.0.1:" + server.port() + path;
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url(path))).timeout(Duration.ofSeconds(60));
    }

    HttpResponse<String> get(String path) {
        return send(request(path).build());
    }

    HttpResponse<String> post(String path, String body) {
        return send(request(path)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    HttpResponse<String> delete(String path) {
        return send(request(path).DELETE().build());
    }

    /// The JSON of what lies at a path.
    JsonNode look(String path) {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(response.body());
    }

    /// The JSON of an answer with status 200.
    JsonNode ask(String path, String body) {
        HttpResponse<String> response = post(path, body);
        assertThat(response.body()).matches(_ -> response.statusCode() == 200, "status 200");
        return JsonMapper.shared().readTree(response.body());
    }

    /// The data of the events of an answer.
    List<JsonNode> events(String path, String body) {
        return events(post(path, body));
    }

    /// The data of the events of an answer.
    static List<JsonNode> events(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
        return Stream.of(response.body().split("\n\n"))
                .map(event -> event.substring(event.indexOf("data: ") + 6))
                .filter(data -> !data.equals("[DONE]"))
                .map(data -> JsonMapper.shared().readTree(data))
                .toList();
    }

    /// Waits for something that another thread brings about.
    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it came in time").isLessThan(end);
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// A file of text in a folder.
    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Stops the server and keeps the client.
    void stopServer() {
        server.close();
    }

    @Override
    public void close() {
        server.close();
        client.close();
    }
}
