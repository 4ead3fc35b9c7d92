package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Shared;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;
import ouverture.file.quantize.FileType;
import ouverture.file.quantize.QuantizationPlan;
import ouverture.tensor.DType;
import tools.jackson.databind.JsonNode;

class QuantizeCommandTest {
    @TempDir
    private Path folder;

    private static Path source() {
        return Shared.path("conformance/quants/llama-F32.gguf");
    }

    private Path small() {
        return GgufFixture.of("llama")
                .randomTensor("blk.0.attn_q.weight", 1, 256, 4)
                .randomTensor("blk.0.attn_k.weight", 2, 96, 4)
                .randomTensor("output_norm.weight", 3, 256)
                .write(folder.resolve("small.gguf"));
    }

    @Test
    void theReportNamesFormatsSizesAndErrors() throws IOException {
        Path out = folder.resolve("out.gguf");

        Invocation run = Invocation.of("quantize", source(), out, "q4_k_m");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ")))
                .startsWith(
                        "Format tensors before after bits/weight rms error relative",
                        "Q4_K 13 2.81 MiB 405 KiB 4.50 2.68e-02 7.16 %",
                        "Q6_K 3 704 KiB 144 KiB 6.56 2.65e-03 1.77 %",
                        "F32 6 5.13 KiB 5.13 KiB 32.0 0 0 %",
                        "Q4_K_M in all 22 3.51 MiB 555 KiB 4.94 2.40e-02 7.03 %")
                .last()
                .asString()
                .startsWith("The file has 564 KiB, written in ");
        assertThat(out).hasSize(Files.size(Shared.path("conformance/quants/llama-mix-Q4_K_M.gguf")));
    }

    @Test
    void jsonHasAllFigures() {
        Path out = folder.resolve("out.gguf");

        Invocation run = Invocation.of("quantize", small(), out, "Q6_K", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode report = Json.MAPPER.readTree(run.out());
        assertThat(report.path("type").asString()).isEqualTo("Q6_K");
        assertThat(report.path("parameters").longValue()).isEqualTo(256 * 4 + 96 * 4 + 256);
        assertThat(report.path("bytes_before").longValue()).isEqualTo(4 * (256 * 4 + 96 * 4 + 256));
        assertThat(report.path("bytes_after").longValue()).isEqualTo(4 * 210 + 4 * 3 * 34 + 256 * 4);
        assertThat(out).hasSize(report.path("file_bytes").longValue());
        assertThat(report.path("rms_error").doubleValue()).isBetween(1e-3, 2e-2);
        assertThat(report.path("formats").valueStream().map(f -> f.path("type").asString()))
                .containsExactly("Q6_K", "Q8_0", "F32");
        JsonNode fallback = report.path("fallbacks").path(0);
        assertThat(Json.line(fallback))
                .isEqualTo("{\"tensor\":\"blk.0.attn_k.weight\",\"columns\":96,\"wanted\":\"Q6_K\",\"type\":\"Q8_0\"}");
        assertThat(report.path("plan").isNull()).isTrue();
    }

    @Test
    void aDryRunWritesNothing() throws IOException {
        Path model = small();
        Path out = folder.resolve("out.gguf");

        Invocation page = Invocation.of("quantize", model, out, "Q6_K", "--dry-run");
        Invocation json = Invocation.of("quantize", model, out, "Q6_K", "--dry-run", "--json");

        assertThat(page.code()).as(page.err()).isZero();
        assertThat(page.out())
                .contains("blk.0.attn_q.weight  F32  Q6_K")
                .contains("blk.0.attn_k.weight is Q8_0: its rows of 96 numbers are no whole blocks of Q6_K")
                .contains("The file has 2.56 KiB")
                .doesNotContain("written");
        JsonNode report = Json.MAPPER.readTree(json.out());
        assertThat(report.path("plan").path(2).path("to").asString()).isEqualTo("F32");
        assertThat(report.path("rms_error").isNull()).isTrue();
        assertOnly(model);
    }

    @Test
    void whatIsThereIsReplacedOnlyByForce() throws IOException {
        Path model = small();
        Path out = Files.writeString(folder.resolve("out.gguf"), "old");

        Invocation refused = Invocation.of("quantize", model, out, "Q8_0");
        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err())
                .contains("OUT is there already")
                .contains("--force")
                .hasLineCount(1);
        assertThat(out).hasContent("old");

        assertThat(Invocation.of("quantize", model, out, "Q8_0", "--force").code())
                .isZero();
        try (ModelFile file = ModelFile.open(out)) {
            assertThat(file.tensors().get("blk.0.attn_q.weight").type()).isEqualTo(DType.Q8_0);
        }
        assertOnly(model, out);
    }

    @Test
    void theModelItselfIsNeverReplaced() throws IOException {
        Path model = small();
        byte[] before = Files.readAllBytes(model);
        Path link = Files.createSymbolicLink(folder.resolve("link.gguf"), model);

        for (Path out : List.of(model, link)) {
            Invocation refused = Invocation.of("quantize", model, out, "Q8_0", "--force");
            assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
            assertThat(refused.err()).contains("OUT is IN").hasLineCount(1);
        }
        assertThat(model).hasBinaryContent(before);
    }

    @Test
    void mistakesAreOneSentence() throws IOException {
        Path model = small();
        Path text = Files.writeString(folder.resolve("text.gguf"), "no model");

        mistake(ExitCode.USAGE, "the types are F32, F16, BF16", model, folder.resolve("o"), "Q7");
        mistake(ExitCode.USAGE, "can be read here but not written", model, folder.resolve("o"), "IQ2_XS");
        mistake(ExitCode.USAGE, "make that folder", model, folder.resolve("none/o"), "Q8_0");
        mistake(ExitCode.USAGE, "OUT is the folder", model, folder, "Q8_0");
        mistake(ExitCode.USAGE, "number of threads is -1", model, folder.resolve("o"), "Q8_0", "-t", "-1");
        mistake(ExitCode.USAGE, "experts", model, folder.resolve("o"), "MXFP4");
        mistake(ExitCode.MODEL, "not a GGUF file", text, folder.resolve("o"), "Q8_0");
        mistake(ExitCode.MODEL, "There is no file", folder.resolve("gone"), folder.resolve("o"), "Q8_0");
        assertOnly(model, text);
    }

    private static void mistake(int code, String sentence, Object... arguments) {
        Invocation mistake = Invocation.of(
                Stream.concat(Stream.of("quantize"), Stream.of(arguments)).toArray());
        assertThat(mistake.code()).as(mistake.err()).isEqualTo(code);
        assertThat(mistake.err()).startsWith("ouverture: ").contains(sentence).hasLineCount(1);
        assertThat(mistake.out()).isEmpty();
    }

    @Test
    void quantisingAgainIsSaidToLoseMore() {
        Path quantised = Shared.path("conformance/quants/llama-Q8_0.gguf");
        Path out = folder.resolve("out.gguf");

        Invocation refused = Invocation.of("quantize", quantised, out, "Q4_0");
        Invocation allowed = Invocation.of("quantize", quantised, out, "Q4_0", "--requantize");

        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("--requantize").hasLineCount(1);
        assertThat(allowed.code()).isZero();
        assertThat(allowed.err())
                .startsWith("Note: 16 tensors of")
                .contains("loses more")
                .hasLineCount(1);
    }

    @Test
    void aFolderWithoutTokenizerIsWrittenWithANote() {
        Path model = Shared.path("conformance/safetensors/llama3");
        Path out = folder.resolve("out.gguf");

        Invocation noted = Invocation.of("quantize", model, out, "Q8_0");
        Invocation meant = Invocation.of("quantize", model, out, "Q8_0", "--force", "--no-tokenizer");

        assertThat(noted.code()).as(noted.err()).isZero();
        assertThat(noted.err()).contains("no tokenizer.json").hasLineCount(1);
        assertThat(meant.err()).isEmpty();
    }

    @Test
    void onATerminalALineShowsHowFarItIs() {
        StringWriter err = new StringWriter();
        Streams streams = new Streams(
                InputStream.nullInputStream(), new StringWriter(), new PrintWriter(err), false, false, true);
        try (ModelFile model = ModelFile.open(small());
                QuantizeProgress progress =
                        new QuantizeProgress(streams, QuantizationPlan.of(model, Map.of(), FileType.Q8_0, false))) {
            assertThat(progress.line(0, 0, Duration.ZERO)).isEqualTo("Tensor 1 of 3");
            assertThat(progress.line(1, 4096, Duration.ofSeconds(90))).isEqualTo("Tensor 2 of 3, 46 B/s, 0:56 left");
        }
        assertThat(err.toString()).as("nothing stays").isEqualTo("\r\033[K");
    }

    private void assertOnly(Path... expected) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(expected);
        }
    }
}
