package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Shared;

class ServeCommandTest {
    /// A server that runs as the command starts it, until it is closed.
    private static final class Serving implements AutoCloseable {
        private final StringWriter out = new StringWriter();
        private final StringWriter err = new StringWriter();
        private final AtomicInteger code = new AtomicInteger(-1);
        private final Thread thread;

        private Serving(String... arguments) {
            Streams streams =
                    new Streams(InputStream.nullInputStream(), out, new PrintWriter(err, true), false, false, false);
            thread = Thread.ofPlatform().start(() -> code.set(Main.run(streams, arguments)));
        }

        /// Its address, as soon as it listens.
        private String address() throws InterruptedException {
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!out.toString().endsWith("\n") && thread.isAlive() && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            assertThat(out.toString()).as(err.toString()).startsWith("http://127.0.0.1:");
            return out.toString().strip();
        }

        @Override
        public void close() {
            thread.interrupt();
            try {
                thread.join(Duration.ofSeconds(20));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            assertThat(code.get()).isEqualTo(ExitCode.INTERRUPTED);
        }
    }

    @Test
    void modelsAreServedUntilTheProcessEnds(@TempDir Path folder) throws IOException, InterruptedException {
        Path model = TemplatedModel.write(
                folder.resolve("small.gguf"), "{% for message in messages %}{{ message.content }}{% endfor %}");
        Path keys = folder.resolve("keys");
        String key = Invocation.of("api-key", keys, "ann").out().strip();
        Path story = Shared.path("models/stories260K/stories260K.gguf");
        try (Serving serving = new Serving(
                        "serve",
                        model.toString(),
                        "story=" + story,
                        "--port=0",
                        "--kernels=scalar",
                        "--api-key-file=" + keys,
                        "--no-history",
                        "--shutdown-timeout=0");
                HttpClient client = HttpClient.newHttpClient()) {
            String address = serving.address();
            HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/v1/chat/completions"))
                    .header("authorization", "Bearer " + key)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"model\": \"small\", \"max_tokens\": 3,"
                            + " \"messages\": [{\"role\": \"user\", \"content\": \"Once\"}]}"))
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains("\"completion_tokens\":3");
            HttpResponse<String> health = client.send(
                    HttpRequest.newBuilder(URI.create(address + "/health")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(health.body()).contains("[\"small\",\"story\"]");
            assertThat(serving.err.toString()).contains("\"key\":\"ann\"", "\"status\":200");
        }
    }

    @Test
    void judgedAnswersAreWhatTuneTakes(@TempDir Path folder) throws IOException, InterruptedException {
        Path model = TemplatedModel.write(
                folder.resolve("small.gguf"), "{% for message in messages %}{{ message.content }}{% endfor %}");
        Path data = folder.resolve("data");
        try (Serving serving = new Serving(
                        "serve",
                        model.toString(),
                        "--port=0",
                        "--kernels=scalar",
                        "--data-dir=" + data,
                        "--shutdown-timeout=0");
                HttpClient client = HttpClient.newHttpClient()) {
            String address = serving.address();
            put(client, address + "/v1/history/one", "{\"title\": \"One\", \"messages\": []}");
            String judgement = "{\"conversation\": \"one\","
                    + " \"messages\": [{\"role\": \"user\", \"content\": \"Who?\"}],"
                    + " \"answer\": {\"role\": \"assistant\", \"content\": \"%s\"}, \"good\": %s}";
            put(client, address + "/v1/judgements/a", judgement.formatted(" Lily.", true));
            put(client, address + "/v1/judgements/b", judgement.formatted(" Nobody.", false));
            for (String form : List.of("labels", "pairs")) {
                Path lines = folder.resolve(form + ".jsonl");
                client.send(
                        HttpRequest.newBuilder(URI.create(address + "/v1/judgements?form=" + form))
                                .build(),
                        HttpResponse.BodyHandlers.ofFile(lines));
                Invocation tuned = Invocation.of(
                        "tune",
                        model,
                        "--data",
                        lines,
                        "--out",
                        folder.resolve(form),
                        "--epochs=1",
                        "--kernels",
                        "scalar");
                assertThat(tuned.code()).as(tuned.err()).isZero();
                assertThat(tuned.err()).contains(form.equals("labels") ? "KTO on 2 examples" : "DPO on 1 example");
            }
        }
        assertThat(data.resolve("history.db")).exists();
    }

    private static void put(HttpClient client, String address, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void withoutAModelTheDefaultOneIsServed() throws IOException, InterruptedException {
        try (Serving serving = new Serving("serve", "--port=0", "--no-history", "--shutdown-timeout=0");
                HttpClient client = HttpClient.newHttpClient()) {
            String address = serving.address();
            HttpResponse<String> list = client.send(
                    HttpRequest.newBuilder(URI.create(address + "/v1/models")).build(),
                    HttpResponse.BodyHandlers.ofString());
            HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/v1/chat/completions"))
                    .POST(HttpRequest.BodyPublishers.ofString("{\"model\": \"default\", \"temperature\": 0,"
                            + " \"messages\": [{\"role\": \"user\", \"content\": \"What is 347 + 586?\"}]}"))
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());

            assertThat(list.body()).contains("\"id\":\"default\"");
            assertThat(answer.body()).contains("933");
        }
    }

    @Test
    void aModelThatCannotBeLoadedIsNamed(@TempDir Path folder) {
        Invocation missing = Invocation.of("serve", folder.resolve("none.gguf"), "--port=0");
        assertThat(missing.code()).isEqualTo(ExitCode.MODEL);
        assertThat(missing.err()).contains("none.gguf").hasLineCount(1);
    }

    @Test
    void keysHaveTheScopesAskedFor(@TempDir Path folder) {
        Path keys = folder.resolve("keys");
        assertThat(Invocation.of("api-key", keys, "bob", "--scope", "models").code())
                .isEqualTo(ExitCode.OK);
        assertThat(keys).content().startsWith("bob models ");
    }
}
