package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.Shared;
import tools.jackson.databind.JsonNode;

/// Adapters on the command line: the reference logits with `--adapter`, and the same after a merge and a
/// conversion.
class AdapterCommandTest {
    @TempDir
    private Path folder;

    private static Path model(String name) {
        return Shared.path("conformance/models/" + name);
    }

    private static Path lora(String name) {
        return Shared.path("conformance/lora/" + name);
    }

    private static JsonNode reference(int number) {
        return Json.MAPPER
                .readTree(lora("llama3-lora.expected.json"))
                .path("cases")
                .get(number);
    }

    private static float[] expected(JsonNode reference) throws IOException {
        JsonNode place = reference.path("ref64");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(lora("llama3-lora.logits.bin")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(place.path("offset").intValue());
        float[] row = new float[place.path("cols").intValue()];
        bytes.asFloatBuffer().get(row);
        return row;
    }

    private float[] logits(Path model, JsonNode reference, Object... options) throws IOException {
        Path out = folder.resolve("logits.bin");
        List<Object> arguments = new ArrayList<>(
                List.of("logits", model, "--activations", "f32", "--kv-cache", "f32", "--out", out, "--ids"));
        arguments.add(
                reference.path("tokens").valueStream().map(JsonNode::asString).collect(Collectors.joining(",")));
        arguments.addAll(List.of(options));
        Invocation run = Invocation.of(arguments.toArray());
        assertThat(run.code()).as(run.err()).isZero();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(out)).order(ByteOrder.LITTLE_ENDIAN);
        float[] row = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(row);
        return row;
    }

    private static void assertClose(float[] actual, float[] expected, float mark) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i])).isLessThan(mark);
        }
    }

    @Test
    void adaptersAreAppliedWithTheirScales() throws IOException {
        for (int number : new int[] {1, 3}) {
            JsonNode reference = reference(number);
            double scale = reference.path("scale").doubleValue();
            float[] expected = expected(reference);
            assertClose(
                    logits(model("llama3.gguf"), reference, "--adapter", lora("llama3-peft") + "=" + scale),
                    expected,
                    5e-4f);
            String half = lora("llama3-lora.gguf") + "=" + scale / 2;
            assertClose(logits(model("llama3.gguf"), reference, "--adapter", half, "--adapter", half), expected, 5e-4f);
        }
    }

    @Test
    void aMergedModelNeedsNoAdapter() throws IOException {
        Path merged = folder.resolve("merged.gguf");
        Invocation merge =
                Invocation.of("adapter", "merge", model("llama3.gguf"), lora("llama3-peft") + "=0.5", "--out", merged);
        assertThat(merge.code()).as(merge.err()).isZero();
        assertThat(merge.err()).contains("tensors written to").hasLineCount(1);
        assertClose(logits(merged, reference(3)), expected(reference(3)), 5e-4f);
        Invocation again =
                Invocation.of("adapter", "merge", model("llama3.gguf"), lora("llama3-peft"), "--out", merged);
        assertThat(again.code()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err()).contains("is there already").hasLineCount(1);
        Invocation forced = Invocation.of(
                "adapter", "merge", model("llama3.gguf"), lora("llama3-lora.gguf"), "--out", merged, "--force");
        assertThat(forced.code()).as(forced.err()).isZero();
        assertClose(logits(merged, reference(1)), expected(reference(1)), 5e-4f);
        Invocation itself = Invocation.of("adapter", "merge", merged, lora("llama3-peft"), "--out", merged, "--force");
        assertThat(itself.code()).isEqualTo(ExitCode.USAGE);
        assertThat(itself.err()).contains("--out is MODEL");
    }

    @Test
    void formsAreConverted() throws IOException {
        Path gguf = folder.resolve("a.gguf");
        Path peft = folder.resolve("peft");
        Invocation first =
                Invocation.of("adapter", "convert", model("llama3.gguf"), lora("llama3-peft"), "--out", gguf);
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err()).contains("weights changed by").hasLineCount(1);
        Invocation second = Invocation.of("adapter", "convert", model("llama3.gguf"), gguf, "--out", peft);
        assertThat(second.code()).as(second.err()).isZero();
        assertClose(logits(model("llama3.gguf"), reference(1), "--adapter", peft), expected(reference(1)), 5e-4f);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run m p --adapter a=much       | gives the scale "much"; give a number
            run m p --adapter a=NaN        | gives the scale "NaN"
            adapter                        | Say what to do: merge or convert
            adapter merge m a              | Missing required option: '--out=FILE'
            adapter merge m --out o        | Missing required parameter
            """)
    void mistakesAreOneSentence(String arguments, String sentence) {
        Invocation mistake = Invocation.of((Object[]) arguments.split(" +"));
        assertThat(mistake.code()).isEqualTo(ExitCode.USAGE);
        assertThat(mistake.err()).startsWith("ouverture: ").contains(sentence).hasLineCount(1);
    }

    @Test
    void adaptersOfOtherModelsAreRefused() {
        Invocation wrong = Invocation.of(
                "logits", model("mistral.gguf"), "--ids", "1", "--out", "-", "--adapter", lora("qwen2-lora.gguf"));
        assertThat(wrong.code()).isEqualTo(ExitCode.MODEL);
        assertThat(wrong.err())
                .contains("was made for a model of the architecture")
                .hasLineCount(1);
    }
}
