package ouverture.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.server.RunningServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Ollama's library for JavaScript, which npm fetches; left out where it cannot.
class OllamaClientTest {
    private static final long PATIENCE_SECONDS = 120;

    @Test
    void itFindsItsWay(@TempDir Path folder) throws IOException, InterruptedException {
        copy("package.json", folder);
        copy("ollama.js", folder);
        String installed = run(folder, "npm", "install", "--no-audit", "--no-fund", "--silent");
        if (!Files.exists(folder.resolve("node_modules/ollama/package.json"))) {
            assertThat(System.getenv("CI"))
                    .as("npm cannot fetch the package ollama: " + installed)
                    .isNull();
            Assumptions.abort("left out: npm cannot fetch the package ollama: " + installed);
        }
        try (RunningServer server = RunningServer.withEngine(folder)) {
            String output = run(folder, "node", "ollama.js", server.url(""));
            assertThat(output).startsWith("{");
            JsonNode said = JsonMapper.shared().readTree(output);
            assertThat(said.at("/whole").stringValue()).isEqualTo("Good morning");
            assertThat(said.at("/pieces").toString()).isEqualTo("[\"one\",\" \",\"two\",\"\"]");
            assertThat(said.at("/thinking").stringValue()).isEqualTo("Hm");
            assertThat(said.at("/answer").stringValue()).isEqualTo("Yes");
            assertThat(said.at("/call/arguments/a").intValue()).isEqualTo(1);
            assertThat(said.at("/result").stringValue()).isEqualTo("2");
            assertThat(said.at("/story").stringValue()).startsWith(", there was");
            assertThat(said.at("/models").toString()).isEqualTo("[\"stories\",\"scripted\"]");
            assertThat(said.at("/loaded")).isEqualTo(said.at("/models"));
            assertThat(said.at("/capabilities").toString()).contains("thinking");
            assertThat(said.at("/error").stringValue()).contains("`options.mirostat` is no field");
            assertThat(said.at("/endless").stringValue()).startsWith("word ");
            assertThat(said.at("/aborted").stringValue()).isEqualTo("AbortError");
        }
    }

    private static void copy(String name, Path folder) throws IOException {
        try (InputStream in = OllamaClientTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            Files.copy(in, folder.resolve(name));
        }
    }

    /// What a program writes; its complaint if it cannot be started.
    private static String run(Path folder, String... command) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of(command));
        Path output = folder.resolve(words.getFirst() + ".out");
        try {
            Process process = new ProcessBuilder(words)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
