package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Shared;
import ouverture.file.GgufFixture;
import ouverture.tensor.DType;
import tools.jackson.databind.JsonNode;

class InspectCommandTest {
    private static final String STORIES = "models/stories260K/stories260K.gguf";

    @TempDir
    private Path folder;

    @Test
    void summaryIsOneScreen() {
        Path model = Shared.path(STORIES);

        Invocation run = Invocation.of("inspect", model);

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        String page = run.out().replace(model.toString(), "MODEL").replaceAll("\\(this machine has .*\\)", "(MACHINE)");
        assertThat(page).isEqualTo("""
                        File           MODEL
                        Size           1.13 MiB, gguf
                        Name           llama
                        Family         llama, runs here
                        Parameters     293K (292,800)
                        Context        128 tokens
                        Shape          5 layers, width 64, 8 heads, 4 key/value heads
                        Tokenizer      llama, 512 tokens
                        Chat template  none
                        Licence        not stated in the file

                        Tensors
                          format  tensors     bytes
                          F32          48  1.12 MiB

                        Memory for 128 tokens (MACHINE)
                          kv-cache   weights     cache  scratch  together  verdict
                          f32       1.12 MiB   160 KiB  535 KiB  1.80 MiB  fits
                          f16       1.12 MiB  80.0 KiB  535 KiB  1.72 MiB  fits
                          q8_0      1.12 MiB  42.5 KiB  535 KiB  1.68 MiB  fits
                        """);
    }

    @Test
    void jsonHasWhatTheFileSays() {
        JsonNode model = json(Shared.path("conformance/quants/llama-Q8_0.gguf"), "--context", "100", "--tensors");

        assertThat(model.path("container").stringValue()).isEqualTo("gguf");
        assertThat(model.path("architecture").stringValue()).isEqualTo("llama");
        assertThat(model.path("runnable").booleanValue()).isTrue();
        assertThat(model.path("reason").isNull()).isTrue();
        assertThat(model.path("formats").valueStream().map(f -> f.path("type").stringValue()))
                .startsWith("Q8_0")
                .contains("F32");
        long formats = model.path("formats")
                .valueStream()
                .mapToLong(f -> f.path("bytes").longValue())
                .sum();
        long tensors = model.path("tensors")
                .valueStream()
                .mapToLong(t -> t.path("bytes").longValue())
                .sum();
        assertThat(formats)
                .isEqualTo(tensors)
                .isEqualTo(model.path("weight_bytes").longValue());
        assertThat(model.path("memory").path("context").intValue()).isEqualTo(100);
        JsonNode f32 = model.path("memory").path("needs").path(0);
        assertThat(f32.path("kv_cache").stringValue()).isEqualTo("f32");
        long perPosition = 2L
                * Float.BYTES
                * model.path("layers").longValue()
                * model.path("width").longValue()
                / model.path("heads").longValue()
                * model.path("kv_heads").longValue();
        assertThat(f32.path("cache_bytes").longValue()).isEqualTo(100 * perPosition);
        assertThat(f32.path("total_bytes").longValue())
                .isEqualTo(
                        formats + 100 * perPosition + f32.path("scratch_bytes").longValue());
        assertThat(f32.path("scratch_bytes").longValue()).isPositive();
        assertThat(f32.path("fits").booleanValue()).isTrue();
        assertThat(f32.path("fits_larger_than_memory").booleanValue()).isTrue();
        assertThat(f32.path("fitting_context").intValue()).isEqualTo(100);
    }

    @Test
    void verdictSaysWhatWouldFit() throws IOException {
        Path model = GgufFixture.of("gpt2")
                .with("gpt2.context_length", 2)
                .with("gpt2.embedding_length", 64)
                .with("gpt2.feed_forward_length", 1)
                .with("gpt2.block_count", 1)
                .with("gpt2.attention.head_count", 1)
                .with("gpt2.attention.layer_norm_epsilon", 1e-5f)
                .randomTensor("token_embd.weight", 1, 64, 2)
                .randomTensor("position_embd.weight", 1, 64, 2)
                .randomTensor("output_norm.weight", 1, 64)
                .randomTensor("output_norm.bias", 1, 64)
                .randomTensor("blk.0.attn_norm.weight", 1, 64)
                .randomTensor("blk.0.attn_norm.bias", 1, 64)
                .randomTensor("blk.0.attn_qkv.weight", 1, 64, 192)
                .randomTensor("blk.0.attn_output.weight", 1, 64, 64)
                .randomTensor("blk.0.ffn_norm.weight", 1, 64)
                .randomTensor("blk.0.ffn_norm.bias", 1, 64)
                .randomTensor("blk.0.ffn_up.weight", 1, 64, 1)
                .randomTensor("blk.0.ffn_down.weight", 1, 1, 64)
                .write(folder.resolve("model.gguf"));

        Invocation run = Invocation.of("inspect", model, "--context", "2147483647");

        assertThat(run.out()).containsPattern("(?m)^  f32 .* fits with --context [0-9]+[02468]$");
    }

    @Test
    void folderWithSafetensorsLooksLikeItsGguf() {
        JsonNode model = json(Shared.path("conformance/safetensors/llama3"));

        assertThat(model.path("container").stringValue()).isEqualTo("safetensors");
        assertThat(model.path("runnable").booleanValue()).isTrue();
        JsonNode twin = json(Shared.path("conformance/models/llama3.gguf"));
        for (String key : new String[] {"architecture", "layers", "width", "heads", "kv_heads", "context_length"}) {
            assertThat(model.path(key)).as(key).isEqualTo(twin.path(key));
        }
    }

    @Test
    void vocabularyWithoutWeightsServesTokenizeOnly() throws IOException {
        Path vocabulary = folder.resolve("vocab.gguf");
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(Shared.path("conformance/tokenizers/gpt-2/vocab.gguf.gz")))) {
            Files.copy(in, vocabulary);
        }

        Invocation run = Invocation.of("inspect", vocabulary);

        assertThat(run.code()).isZero();
        assertThat(run.out().replaceAll("\\s+", " "))
                .contains("serves ouverture tokenize only")
                .contains("Tokenizer gpt2 (gpt-2), 50,257 tokens")
                .doesNotContain("Memory");
    }

    @Test
    void unknownFamilyIsShownWithTheReason() {
        Path mamba = GgufFixture.of("mamba")
                .with("mamba.context_length", 64L)
                .randomTensor("token_embd.weight", 1, 8, 4)
                .write(folder.resolve("m.gguf"));
        Invocation run = Invocation.of("inspect", mamba);

        assertThat(run.code()).isZero();
        assertThat(run.out().replaceAll("\\s+", " "))
                .contains("Family mamba, does not run here")
                .contains("architecture \"mamba\"")
                .doesNotContain("Memory for");
    }

    @Test
    void damagedFileIsOneSentence() throws IOException {
        byte[] whole = Files.readAllBytes(Shared.path(STORIES));
        Path damaged = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(whole, 5000));

        Invocation run = Invocation.of("inspect", damaged);

        assertThat(run.code()).isEqualTo(ExitCode.MODEL);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("ouverture: cut.gguf is truncated").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "--metadata", "--tensors", "--template", "--json", "--json --metadata --tensors --template"})
    void nothingFromAHostileFileSteersTheTerminal(String options) {
        String evil = "a\u001b]52;c;cm0gLXJm\u0007b\u009b31mc\u202ed\u007fe\r\nFamily  llama, runs here\u2028f";
        Path hostile = GgufFixture.of("llama" + evil)
                .with("general.name", evil)
                .with("general.license", evil)
                .with("tokenizer.ggml.model", evil)
                .with("tokenizer.chat_template", evil)
                .with("key" + evil, evil)
                .tensor("weight" + evil, DType.F32, new byte[Float.BYTES], 1)
                .write(folder.resolve("evil.gguf"));

        Invocation run = Invocation.of(
                (Object[]) ("inspect " + hostile + " " + options).strip().split(" "));

        assertThat(run.out() + run.err())
                .isNotEmpty()
                .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\u2028\\u2029&&[^\\n]]")
                .contains("]52;c;cm0gLXJm");
        if (!options.contains("--template")) {
            assertThat(run.out()).doesNotContainPattern("(?m)^Family  llama, runs here");
        }
    }

    @Test
    void metadataIsShortened() {
        Invocation run = Invocation.of("inspect", Shared.path(STORIES), "--metadata");

        assertThat(run.out())
                .containsPattern("(?m)^llama\\.context_length +128$")
                .contains("[\"<unk>\", \"<s>\", \"</s>\"")
                .contains("512 in all]")
                .containsPattern("(?m)layer_norm_rms_epsilon +1\\.0E-5$")
                .hasLineCount(22);
    }

    @Test
    void missingTemplateAndWrongContextAreRefused() {
        Path model = Shared.path(STORIES);

        assertThat(Invocation.of("inspect", model, "--template"))
                .isEqualTo(new Invocation(
                        ExitCode.USAGE,
                        "",
                        "ouverture: stories260K.gguf has no chat template." + System.lineSeparator()));
        assertThat(Invocation.of("inspect", model, "--context", "-1").code()).isEqualTo(ExitCode.USAGE);
    }

    private static JsonNode json(Path model, String... options) {
        Object[] arguments = new Object[options.length + 3];
        arguments[0] = "inspect";
        arguments[1] = model;
        arguments[2] = "--json";
        System.arraycopy(options, 0, arguments, 3, options.length);
        Invocation run = Invocation.of(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).hasLineCount(1);
        return Json.MAPPER.readTree(run.out());
    }
}
