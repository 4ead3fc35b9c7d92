package ouverture.benchmarks.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchServerTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void smokeRunMeasuresEachLoadOnceAndSaysWhatItDidNot() throws IOException {
        assertThat(run()).as(said()).isZero();

        JsonNode rows = JsonMapper.shared().readTree(json().toFile()).path("rows");
        assertThat(rows).hasSize(3).allSatisfy(row -> {
            assertThat(row.path("ours").path("median").doubleValue()).isPositive();
            assertThat(row.path("engine").path("median").doubleValue()).isPositive();
            assertThat(row.path("overhead").path("median").doubleValue()).isLessThan(1);
            assertThat(row.path("peer").isNull()).isTrue();
        });
        assertThat(Files.readString(page()))
                .contains("| decode 4, 2 requests | tokens/s |", "| first token after 32 | ms |", "not measured");
        assertThat(Files.readString(folder.resolve("page.svg"))).contains("not measured</text>");

        byte[] before = Files.readAllBytes(json());
        assertThat(run()).as(said()).isZero();
        assertThat(Files.readAllBytes(json())).isEqualTo(before);
    }

    @Test
    void aProgramThatIsMissingIsNamed() {
        assertThat(run("--llama-server=" + folder.resolve("nothing"))).isNotZero();
        assertThat(said()).contains("nothing cannot be started").contains("--llama-server");
    }

    private int run(String... more) {
        said.reset();
        List<String> arguments = new ArrayList<>(List.of(
                "--smoke",
                "--warm-up=0",
                "--threads=1",
                "--repetitions=1",
                "--models=" + folder,
                "--json=" + json(),
                "--page=" + page()));
        arguments.addAll(List.of(more));
        return BenchServer.run(new PrintStream(said, true, StandardCharsets.UTF_8), arguments.toArray(String[]::new));
    }

    private Path json() {
        return folder.resolve("out.json");
    }

    private Path page() {
        return folder.resolve("page.md");
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }
}
