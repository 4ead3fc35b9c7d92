package ouverture.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchPeersTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void smokeRunMeasuresEveryFamilyOnce() throws IOException {
        assertThat(run("--only=tiny")).as(said()).isZero();

        Set<String> files = new HashSet<>();
        JsonNode results = JsonMapper.shared().readTree(json().toFile());
        for (JsonNode row : results.path("rows")) {
            files.add(row.path("file").stringValue());
            assertThat(row.path("ours").doubleValue()).isPositive();
            assertThat(row.path("bandwidth_share").doubleValue()).isPositive();
            assertThat(row.path("ratio").isNull()).isTrue();
        }
        assertThat(files)
                .containsExactlyInAnyOrder(
                        "tiny-llama-Q4_0.gguf",
                        "tiny-gpt-oss-MXFP4.gguf",
                        "tiny-qwen3-Q4_K_M.gguf",
                        "tiny-deepseek-Q8_0.gguf",
                        "tiny-llama-BF16");
        assertThat(results.path("memory")).hasSize(1);
        assertThat(Files.readString(page())).contains("| tiny-llama-Q4_0 | decode 3 after 64 |");

        byte[] before = Files.readAllBytes(json());
        assertThat(run()).as(said()).isZero();
        assertThat(said()).contains("nothing is missing");
        assertThat(Files.readAllBytes(json())).isEqualTo(before);
    }

    @Test
    void refusesWhatItCannotRun() {
        assertThat(run("--repetitions=0")).isNotZero();
        assertThat(said()).isEqualToIgnoringNewLines("--repetitions and --threads must be 1 at least.");
    }

    @Test
    void figuresOfAnotherMachineAreNotMixedIn() throws IOException {
        Environment other = new Environment("abacus", 1, List.of(), "none", "25", 1);
        Store.write(Results.none(other), folder.resolve("results.json"));

        assertThat(run()).isNotZero();
        assertThat(said()).contains("holds figures of abacus").contains("move it elsewhere");
    }

    private int run(String... more) {
        said.reset();
        List<String> arguments = new ArrayList<>(List.of(
                "--smoke",
                "--no-peer",
                "--warm-up=0",
                "--threads=1",
                "--models=" + folder,
                "--json=" + json(),
                "--page=" + page()));
        if (more.length == 0 || !more[0].startsWith("--repetitions")) {
            arguments.add("--repetitions=1");
        }
        arguments.addAll(List.of(more));
        return BenchPeers.run(new PrintStream(said, true, StandardCharsets.UTF_8), arguments.toArray(String[]::new));
    }

    private Path json() {
        return folder.resolve("latest.json");
    }

    private Path page() {
        return folder.resolve("performance.md");
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }
}
