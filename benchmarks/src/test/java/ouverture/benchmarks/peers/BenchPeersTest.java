package ouverture.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.cli.BenchReport.Speed;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchPeersTest {
    private static final Speed FAST = Speed.of(List.of(230.0, 250.0, 240.0));
    private static final Speed SLOW = Speed.of(List.of(99.0, 101.0, 100.0));

    @TempDir
    private Path folder;

    @Test
    void smokeRunMeasuresEveryFamily() throws IOException {
        ByteArrayOutputStream progress = new ByteArrayOutputStream();
        Path json = folder.resolve("latest.json");
        Path page = folder.resolve("performance.md");

        int code = BenchPeers.run(
                new PrintStream(progress, true, StandardCharsets.UTF_8),
                "--smoke",
                "--no-peer",
                "--warm-up=0",
                "--repetitions=1",
                "--threads=1",
                "--models=" + folder,
                "--json=" + json,
                "--page=" + page);

        assertThat(code).as(progress.toString(StandardCharsets.UTF_8)).isZero();
        Set<String> files = new HashSet<>();
        for (JsonNode row : JsonMapper.shared().readTree(json.toFile()).path("rows")) {
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
                        "tiny-deepseek-Q8_0.gguf");
        assertThat(Files.readString(page)).contains("| tiny-llama-Q4_0 | decode 4 after 64 |");
    }

    @Test
    void rowsCompareMediansWithPeerAndMachine() {
        Row row = row(Work.decode(0, 8, 64), FAST, SLOW);

        assertThat(row.format()).isEqualTo("Q4_0");
        assertThat(row.ratio()).isEqualTo(2.4, within(1e-9));
        assertThat(row.bandwidthShare()).as("30 of 40 steps a second").isEqualTo(0.75, within(1e-9));
        assertThat(row.peakShare()).isNull();
        assertThat(row(Work.prefill(512), FAST, SLOW).peakShare()).isEqualTo(0.6, within(1e-9));
    }

    @Test
    void whatIsBelowTheBarIsNamedWithItsReason() {
        Row prefill = row(Work.prefill(512), SLOW, SLOW);
        Row decode = row(Work.decode(0, 1, 128), FAST, SLOW);
        Row deep = row(Work.decode(16_384, 1, 32), SLOW, SLOW);
        Results results = results(List.of(prefill, decode, deep));
        String cell = "llama-3.2-1b-Q4_0.gguf, prefill 512: ratio";

        assertThat(Bar.missed(results))
                .extracting(Bar.Missed::cell)
                .containsExactly(
                        cell,
                        "llama-3.2-1b-Q4_0.gguf, prefill 512: share",
                        "llama-3.2-1b-Q4_0.gguf, decode 32 after 16384: ratio",
                        "llama-3.2-1b-Q4_0.gguf: memory");
        assertThat(PerformancePage.of(results, Map.of(cell, "busy machine")))
                .contains("| " + cell + " | 1.00 | 2.30 | busy machine |")
                .contains(
                        "| llama-3.2-1b-Q4_0 | decode 128 | 240.0 (230.0–250.0) | 100.0 (99.0–101.0) | 2.40 | 1.15 |");
        assertThat(RatioPlot.of(results.rows()))
                .contains("llama-3.2-1b-Q4_0, prefill 512</text>")
                .endsWith("</svg>\n");
    }

    @Test
    void workSurvivesTheWayToAnotherProcess() {
        Work work = Work.decode(16_384, 8, 32);

        assertThat(Work.parse(work.line())).isEqualTo(work);
        assertThat(work.toString()).isEqualTo("decode 32, 8 sequences after 16384");
    }

    private static Row row(Work work, Speed ours, Speed peer) {
        return Row.of("llama-3.2-1b-Q4_0.gguf", work, 2, ours, new Row.Peer("llama.cpp", peer), 40, 400.0);
    }

    private static Results results(List<Row> rows) {
        return new Results(
                "2026-01-01",
                "abc",
                "make bench-peers",
                new Results.Environment("processor", 2, List.of("avx2"), "Linux", "25", 0.1, 2),
                "llama.cpp",
                3,
                40e9,
                null,
                rows,
                List.of(new Results.Memory("llama-3.2-1b-Q4_0.gguf", 100, 50, 165)));
    }
}
