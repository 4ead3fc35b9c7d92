package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Shared;
import ouverture.file.ModelFile;
import ouverture.file.RandomAdapter;
import ouverture.server.key.ApiKeys;
import ouverture.server.key.Scope;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Adapters that clients name like models.
class AdaptersTest {
    private static final String LOAD = "/v1/adapters/load";
    private static final String CACHED = "/usage/prompt_tokens_details/cached_tokens";

    @TempDir
    private Path folder;

    private RunningServer server;

    @BeforeEach
    void start() {
        server = RunningServer.withEngine(folder);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /// Writes an adapter of random numbers for the trained model.
    private Path adapter(long seed) {
        Path path = folder.resolve("adapter-" + seed + ".gguf");
        try (ModelFile base = ModelFile.open(folder.resolve("stories.gguf"))) {
            RandomAdapter.of(base, seed, 2).writeGguf(path, base);
        }
        return path;
    }

    private JsonNode load(String name, Path path) {
        return server.ask(LOAD, load(name, path.toString(), ""));
    }

    private static String load(String name, String path, String more) {
        return "{\"name\":\"%s\",\"path\":\"%s\"%s}".formatted(name, path, more);
    }

    private static String chat(String model) {
        String body = """
                {"model": "%s", "messages": [{"role": "user", "content": "%s"}], "max_tokens": 12, "stream": false, \
                "temperature": 0, "options": {"temperature": 0, "num_predict": 12}}""";
        return body.formatted(model, "Once upon a time there was a dog. ".repeat(5));
    }

    private static String chat(String model, String without) {
        return chat(model).replaceAll(without, "");
    }

    private JsonNode answer(String model) {
        return server.ask("/v1/chat/completions", chat(model, ", \"options\": \\{[^}]*}"));
    }

    private String text(String model) {
        return answer(model).at("/choices/0/message/content").stringValue();
    }

    @Test
    void theNameOfTheModelChoosesTheAdapterInEveryApi() {
        String plain = text(RunningServer.STORIES);
        assertThat(load("polite", adapter(1)).path("model").stringValue()).isEqualTo(RunningServer.STORIES);
        load("short", adapter(2));

        JsonNode polite = answer("polite");
        String changed = polite.at("/choices/0/message/content").stringValue();
        assertThat(polite.path("model").stringValue()).isEqualTo("polite");
        assertThat(changed).isNotEqualTo(plain);
        assertThat(text("short")).isNotIn(plain, changed);
        assertThat(server.ask("/v1/messages", chat("polite", ", \"options\": \\{[^}]*}"))
                        .at("/content/0/text")
                        .stringValue())
                .isEqualTo(changed);
        assertThat(server.ask("/api/chat", chat("polite", "\"max_tokens\": 12, |\"temperature\": 0, (?=\"options)"))
                        .at("/message/content")
                        .stringValue())
                .isEqualTo(changed);
        JsonNode listed = server.look("/v1/models").path("data");
        assertThat(listed.valueStream().map(model -> model.path("id").stringValue()))
                .containsSubsequence(RunningServer.STORIES, "polite", "short");
        assertThat(listed.get(listed.size() - 1).path("parent").stringValue()).isEqualTo(RunningServer.STORIES);
    }

    @Test
    void oneBatchHoldsAnswersWithDifferentAdapters() {
        load("polite", adapter(1));
        load("short", adapter(2));
        List<String> names = List.of(RunningServer.STORIES, "polite", "short");
        List<String> alone = names.stream().map(this::text).toList();

        List<CompletableFuture<String>> together = IntStream.range(0, 6)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> text(names.get(i % 3))))
                .toList();

        assertThat(together.stream().map(CompletableFuture::join).toList())
                .isEqualTo(Stream.concat(alone.stream(), alone.stream()).toList());
    }

    @Test
    void promptsAreNotSharedBetweenAdapters() {
        load("polite", adapter(1));
        String plain = text(RunningServer.STORIES);
        assertThat(answer("polite").at(CACHED).intValue()).isZero();
        assertThat(answer("polite").at(CACHED).intValue()).isPositive();
        JsonNode again = answer(RunningServer.STORIES);
        assertThat(again.at(CACHED).intValue()).isPositive();
        assertThat(again.at("/choices/0/message/content").stringValue()).isEqualTo(plain);
    }

    @Test
    void adaptersComeAndGoWhileTheModelStays() {
        long loaded = server.look("/v1/models").at("/data/0/created").longValue();
        load("polite", adapter(1));
        String first = text("polite");
        load("polite", adapter(2));
        assertThat(text("polite")).isNotEqualTo(first);
        server.ask("/v1/adapters/unload", "{\"name\":\"polite\"}");
        HttpResponse<String> gone = server.post("/v1/chat/completions", chat("polite", ", \"options\": \\{[^}]*}"));
        assertThat(gone.statusCode()).isEqualTo(404);
        assertThat(gone.body()).contains("There is no model 'polite'");
        assertThat(server.post("/v1/adapters/unload", "{\"name\":\"polite\"}").statusCode())
                .isEqualTo(404);
        assertThat(server.look("/v1/models").at("/data/0/created").longValue()).isEqualTo(loaded);
    }

    @Test
    void whatCannotBeIsSaid() {
        Path other = Shared.path("conformance/lora/llama3-lora.gguf");
        load("polite", adapter(1));
        assertThat(refused(load("x", other.toString(), ""))).contains("\"field\":\"path\"");
        assertThat(refused(load("x", folder.resolve("none").toString(), ""))).contains("cannot be read");
        assertThat(refused(load(RunningServer.STORIES, adapter(1).toString(), "")))
                .contains("A model is called stories");
        assertThat(refused(load("x", adapter(1).toString(), ",\"model\":\"polite\"")))
                .contains("polite is an adapter itself");
        assertThat(server.post(LOAD, load("x", adapter(1).toString(), ",\"model\":\"none\""))
                        .statusCode())
                .isEqualTo(404);
        HttpResponse<String> vectors = server.post("/v1/embeddings", "{\"model\":\"polite\",\"input\":\"a\"}");
        assertThat(vectors.statusCode()).isEqualTo(400);
        assertThat(vectors.body()).contains("name the model that the adapter is for");
        assertThat(server.look("/v1/models").path("data").toString()).doesNotContain("\"x\"");
    }

    private String refused(String body) {
        HttpResponse<String> response = server.post(LOAD, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        return response.body();
    }

    @Test
    void onlyAKeyForItMayChangeAdapters() {
        Path file = folder.resolve("keys");
        String usual = ApiKeys.add(file, "ann", EnumSet.complementOf(EnumSet.of(Scope.ADMIN)));
        String admin = ApiKeys.add(file, "bob", EnumSet.of(Scope.ADMIN));
        Path adapter = adapter(1);
        try (RunningServer locked =
                RunningServer.withEngine(folder.resolve("."), options -> options.withKeys(Optional.of(file)))) {
            assertThat(load(locked, usual, adapter)).isEqualTo(403);
            assertThat(load(locked, admin, adapter)).isEqualTo(200);
        }
    }

    private static int load(RunningServer server, String key, Path adapter) {
        HttpRequest request = server.request(LOAD)
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(load("polite", adapter.toString(), "")))
                .build();
        HttpResponse<String> response = server.send(request);
        assertThat(JsonMapper.shared().readTree(response.body()).isObject()).isTrue();
        return response.statusCode();
    }
}
