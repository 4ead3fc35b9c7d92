package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.server.key.ApiKeys;
import ouverture.server.key.Scope;

/// The endpoints under `/v1/history` and `/v1/judgements`.
class ConversationsTest {
    @TempDir
    private Path folder;

    private static HttpRequest.BodyPublisher conversation(String title, String text) {
        return HttpRequest.BodyPublishers.ofString("{\"title\":\"" + title
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text
                + "\"},{\"role\":\"assistant\",\"versions\":[{\"text\":\"Bonjour\"}]}]}");
    }

    private static HttpResponse<String> put(RunningServer server, String path, HttpRequest.BodyPublisher body) {
        return server.send(server.request(path).PUT(body).build());
    }

    private static HttpResponse<String> judge(RunningServer server, String id, String answer, boolean good) {
        return put(
                server,
                "/v1/judgements/" + id,
                HttpRequest.BodyPublishers.ofString("{\"conversation\":\"one\",\"model\":\"scripted\",\"good\":" + good
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"answer\":{\"role\":\"assistant\","
                        + "\"content\":\"" + answer + "\"}}"));
    }

    private RunningServer server() {
        return RunningServer.scripted(options -> options.withHistory(Optional.of(folder.resolve("data"))));
    }

    @Test
    void conversationsAreKeptListedAndDeleted() {
        try (RunningServer server = server()) {
            assertThat(server.look("/health").path("history").booleanValue()).isTrue();
            assertThat(folder).as("nothing is opened before it is needed").isEmptyDirectory();
            assertThat(put(server, "/v1/history/one", conversation("One", "Hi")).statusCode())
                    .isEqualTo(200);
            assertThat(put(server, "/v1/history/two", conversation("Two", "2024"))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(server.ask("/v1/history/search", "{}")
                            .path("conversations")
                            .findValuesAsString("id"))
                    .containsExactlyInAnyOrder("one", "two");
            assertThat(server.ask("/v1/history/search", "{\"search\":\"2024\"}")
                            .path("conversations")
                            .findValuesAsString("title"))
                    .containsExactly("Two");
            assertThat(server.ask("/v1/history/search", "{\"search\":\"BONJOUR\",\"limit\":1}")
                            .path("conversations"))
                    .hasSize(1);
            assertThat(server.look("/v1/history/one")
                            .path("messages")
                            .get(0)
                            .path("content")
                            .stringValue())
                    .isEqualTo("Hi");
            assertThat(server.delete("/v1/history/one").body()).isEqualTo("{\"deleted\":1}");
            assertThat(server.get("/v1/history/one").body()).contains("There is no conversation one of yours.");
            assertThat(server.delete("/v1/history").body()).isEqualTo("{\"deleted\":1}");
        }
    }

    @Test
    void eachKeyHasItsOwn() {
        Path keys = folder.resolve("keys");
        String ann = ApiKeys.add(keys, "ann", EnumSet.of(Scope.INFERENCE));
        String bob = ApiKeys.add(keys, "bob", EnumSet.of(Scope.INFERENCE));
        try (RunningServer server = RunningServer.scripted(
                options -> options.withKeys(Optional.of(keys)).withHistory(Optional.of(folder.resolve("data"))))) {
            String path = "/v1/history/one";
            assertThat(put(server, path, conversation("One", "Hi")).statusCode())
                    .isEqualTo(401);
            HttpRequest keep = server.request(path)
                    .header("authorization", "Bearer " + ann)
                    .PUT(conversation("One", "Hi"))
                    .build();
            assertThat(server.send(keep).statusCode()).isEqualTo(200);
            HttpRequest look = server.request(path)
                    .header("authorization", "Bearer " + bob)
                    .build();
            assertThat(server.send(look).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void judgementsBecomeLessons() {
        try (RunningServer server = server()) {
            assertThat(judge(server, "a", "Yes", true).body()).contains("There is no conversation one");
            put(server, "/v1/history/one", conversation("One", "Hi"));
            assertThat(judge(server, "a", "Yes", true).body()).isEqualTo("{\"id\":\"a\"}");
            judge(server, "b", "No", false);
            HttpResponse<String> labels = server.get("/v1/judgements");
            assertThat(labels.headers().firstValue("content-type")).contains("application/x-ndjson; charset=utf-8");
            assertThat(labels.body()).isEqualTo("""
                    {"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes"}],"label":true}
                    {"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"No"}],"label":false}
                    """);
            assertThat(server.get("/v1/judgements?form=pairs").body()).isEqualTo("""
                    {"prompt":[{"role":"user","content":"Hi"}],"chosen":{"role":"assistant","content":"Yes"},\
                    "rejected":{"role":"assistant","content":"No"}}
                    """);
            assertThat(server.delete("/v1/judgements/b").body()).isEqualTo("{\"deleted\":1}");
            assertThat(server.get("/v1/judgements?form=pairs").body()).isEmpty();
        }
    }

    @Test
    void mistakesAreNamed() {
        try (RunningServer server = server()) {
            assertThat(put(server, "/v1/history/one", conversation("x".repeat(1001), "Hi"))
                            .body())
                    .contains("The title has 1001 characters; it may have 1000.", "\"field\":\"title\"");
            assertThat(put(server, "/v1/history/" + "x".repeat(101), conversation("One", "Hi"))
                            .statusCode())
                    .isEqualTo(400);
            assertThat(server.post("/v1/history/search", "{\"limit\":0}").statusCode())
                    .isEqualTo(400);
            assertThat(server.get("/v1/judgements?form=other").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void withoutAHistoryThereIsNone() {
        try (RunningServer server = RunningServer.scripted(UnaryOperator.identity())) {
            assertThat(server.get("/v1/history/one").statusCode()).isEqualTo(404);
            assertThat(server.delete("/v1/history").body())
                    .contains("This server keeps no conversations: it was started with --no-history.");
        }
    }
}
