package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Shared;
import tools.jackson.databind.JsonNode;

class LogitsCommandTest {
    private static final double MOST_DIFFERENCE = 5e-4;
    private static final double MOST_ROOT_MEAN_SQUARE = 5e-5;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"p1", "p7", "p40"})
    void everyPositionAgreesWithTheReference(String name) throws IOException {
        JsonNode prompt = prompt(name);
        Path out = folder.resolve("logits.bin");

        Invocation run = exact("--ids", ids(prompt), "--all-positions", "--out", out);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEmpty();
        compare(Files.readAllBytes(out), reference(prompt), 0);
    }

    @Test
    void withoutTheFlagOnlyTheLastPositionIsWritten() throws IOException {
        JsonNode prompt = prompt("p7");
        Path idsFile = Files.writeString(folder.resolve("ids.txt"), ids(prompt).replace(",", "\n") + "\n");
        Path out = Files.writeString(folder.resolve("logits.bin"), "what was here before");

        Invocation run = exact("--ids", "@" + idsFile, "--out", out);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(out).hasSize(512 * Float.BYTES);
        compare(Files.readAllBytes(out), reference(prompt), 6 * 512 * Float.BYTES);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("no temporary file stays").containsExactlyInAnyOrder(out, idsFile);
        }
    }

    @Test
    void idsBeyondTheVocabularyLeaveTheOldFile() throws IOException {
        Path out = Files.writeString(folder.resolve("logits.bin"), "old");

        Invocation run = exact("--ids", "1,512", "--out", out);

        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("512").contains("0 to 511").hasLineCount(1);
        assertThat(out).hasContent("old");
    }

    @Test
    void whereNothingCanBeWrittenIsSaidBeforeTheModelLoads() {
        Invocation missing =
                Invocation.of("logits", "no-model", "--ids", "1", "--out", folder.resolve("no/logits.bin"));
        Invocation directory = Invocation.of("logits", "no-model", "--ids", "1", "--out", folder);

        assertThat(missing.code()).isEqualTo(ExitCode.USAGE);
        assertThat(missing.err()).contains("nothing can be written").hasLineCount(1);
        assertThat(directory.code()).isEqualTo(ExitCode.USAGE);
        assertThat(directory.err()).contains("is the folder").hasLineCount(1);
    }

    @Test
    void filesOfIdsThatCannotBeReadAreNamed() throws IOException {
        Path binary = Files.write(folder.resolve("ids.bin"), new byte[] {'1', ',', (byte) 0xFF});
        Invocation bytes = Invocation.of("logits", "no-model", "--ids", "@" + binary, "--out", "-");
        Invocation directory = Invocation.of("logits", "no-model", "--ids", "@" + folder, "--out", "-");

        assertThat(bytes.code()).isEqualTo(ExitCode.USAGE);
        assertThat(bytes.err()).contains("ids.bin is not UTF-8 from byte 3 on").hasLineCount(1);
        assertThat(directory.code()).isEqualTo(ExitCode.USAGE);
        assertThat(directory.err()).contains(folder + " is a folder").hasLineCount(1);
    }

    private static Invocation exact(Object... options) {
        Object[] model = {
            "logits", Shared.path("conformance/models/llama3.gguf"), "--activations", "f32", "--kv-cache", "f32"
        };
        return Invocation.of(Stream.concat(Stream.of(model), Stream.of(options)).toArray());
    }

    private static JsonNode prompt(String name) {
        return Json.MAPPER
                .readTree(Shared.path("conformance/models/llama3.expected.json"))
                .path("prompts")
                .valueStream()
                .filter(p -> p.path("name").stringValue().equals(name))
                .findAny()
                .orElseThrow();
    }

    private static String ids(JsonNode prompt) {
        return prompt.path("tokens").valueStream().map(JsonNode::asString).collect(Collectors.joining(","));
    }

    private static byte[] reference(JsonNode prompt) throws IOException {
        JsonNode reference = prompt.path("ref64");
        int offset = reference.path("offset").intValue();
        int size = reference.path("rows").intValue() * reference.path("cols").intValue() * Float.BYTES;
        byte[] all = Files.readAllBytes(Shared.path("conformance/models/llama3.logits.bin"));
        return java.util.Arrays.copyOfRange(all, offset, offset + size);
    }

    private static void compare(byte[] ours, byte[] reference, int from) {
        assertThat(ours).hasSize(reference.length - from);
        ByteBuffer a = ByteBuffer.wrap(ours).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer b = ByteBuffer.wrap(reference).order(ByteOrder.LITTLE_ENDIAN).position(from);
        double most = 0;
        double squares = 0;
        while (a.hasRemaining()) {
            double difference = a.getFloat() - b.getFloat();
            most = Math.max(most, Math.abs(difference));
            squares += difference * difference;
        }
        assertThat(most).isLessThanOrEqualTo(MOST_DIFFERENCE);
        assertThat(Math.sqrt(squares / (ours.length / Float.BYTES))).isLessThanOrEqualTo(MOST_ROOT_MEAN_SQUARE);
    }
}
