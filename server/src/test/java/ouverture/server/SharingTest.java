package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.server.key.ApiKeys;
import ouverture.server.key.Scope;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What requests have in common: the model's time, and what it has computed.
class SharingTest {
    private static final String STORY = "Once upon a time there was a dog. ".repeat(5);

    private static String chat(String text, int tokens) {
        return """
                {"model": "stories", "messages": [{"role": "user", "content": "%s"}], "max_tokens": %d, \
                "temperature": 0}""".formatted(text, tokens);
    }

    private static JsonNode ask(RunningServer server, String key, String path, String body) {
        HttpRequest request = server.request(path)
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return JsonMapper.shared().readTree(server.send(request).body());
    }

    @Test
    void onlyTheSameKeyFindsWhatWasComputed(@TempDir Path folder) {
        Path file = folder.resolve("keys");
        String ann = ApiKeys.add(file, "ann", EnumSet.allOf(Scope.class));
        String bob = ApiKeys.add(file, "bob", EnumSet.allOf(Scope.class));
        String cached = "/usage/prompt_tokens_details/cached_tokens";
        try (RunningServer server = RunningServer.withEngine(folder, options -> options.withKeys(Optional.of(file)))) {
            String path = "/v1/chat/completions";
            String body = chat(STORY, 4);
            JsonNode first = ask(server, ann, path, body);
            int prompt = first.at("/usage/prompt_tokens").intValue();
            assertThat(prompt).isGreaterThan(33);
            assertThat(first.at(cached).intValue()).isZero();
            assertThat(ask(server, bob, path, body).at(cached).intValue()).isZero();
            JsonNode again = ask(server, ann, path, body);
            assertThat(again.at(cached).intValue()).isGreaterThan(prompt - 33);
            assertThat(again.at("/choices")).isEqualTo(first.at("/choices"));
            JsonNode message = ask(server, ann, "/v1/messages", body);
            assertThat(message.at("/usage/cache_read_input_tokens").intValue())
                    .isEqualTo(again.at(cached).intValue());
            assertThat(message.at("/usage/input_tokens").intValue())
                    .isEqualTo(prompt - again.at(cached).intValue());
        }
    }

    @Test
    void allKeysFindWhatWasComputedWhereTheyShare(@TempDir Path folder) {
        Path file = folder.resolve("keys");
        String ann = ApiKeys.add(file, "ann", EnumSet.allOf(Scope.class));
        String bob = ApiKeys.add(file, "bob", EnumSet.allOf(Scope.class));
        try (RunningServer server = RunningServer.withEngine(
                folder, options -> options.withKeys(Optional.of(file)).withSharedPrompts(true))) {
            String body = chat(STORY, 4);
            JsonNode first = ask(server, ann, "/v1/chat/completions", body);
            JsonNode second = ask(server, bob, "/v1/chat/completions", body);
            assertThat(second.at("/usage/prompt_tokens_details/cached_tokens").intValue())
                    .isGreaterThan(first.at("/usage/prompt_tokens").intValue() - 33);
            assertThat(second.at("/choices")).isEqualTo(first.at("/choices"));
            assertThat(second.at("/service_tier").stringValue()).isEqualTo("default");
        }
    }

    /// As many at once as run together, and some that wait.
    @Test
    void manyAtOnceAreAnsweredAsOneAlone(@TempDir Path folder) throws InterruptedException, ExecutionException {
        List<String> bodies = IntStream.range(0, RunningServer.TURNS + RunningServer.QUEUE)
                .mapToObj(i -> chat(i % 3 == 0 ? STORY.substring(i) : "The number " + i, 10 + i))
                .toList();
        try (RunningServer server = RunningServer.withEngine(folder);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<JsonNode> alone = bodies.stream()
                    .map(body -> server.ask("/v1/chat/completions", body).at("/choices"))
                    .toList();
            List<Future<JsonNode>> together = bodies.stream()
                    .map(body -> threads.submit(() -> server.ask("/v1/chat/completions", body)))
                    .toList();
            for (int i = 0; i < bodies.size(); i++) {
                assertThat(together.get(i).get().at("/choices")).isEqualTo(alone.get(i));
            }
        }
    }
}
