package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Shared;
import tools.jackson.databind.JsonNode;

class TokenizeCommandTest {
    private static final String STORIES = "models/stories260K/stories260K.gguf";

    @TempDir
    private Path folder;

    @Test
    void tableShowsTextBytesAndKinds() {
        Invocation run =
                Invocation.of("tokenize", Shared.path(STORIES), "Once upon ï<s>", "--add-special", "--parse-special");

        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo("""
                          1  "<s>"     control
                        403  " Once"
                        407  " upon"
                        410  " "
                        198  bytes C3  byte
                        178  bytes AF  byte
                          1  "<s>"     control
                        """);
    }

    @Test
    void textFromStandardInputLosesItsLastLineEndOnly() {
        Invocation run = Invocation.withInput("Once upon a time\n", "tokenize", Shared.path(STORIES), "--json");

        JsonNode object = Json.MAPPER.readTree(run.out());
        assertThat(ids(object)).containsExactly(403, 407, 261, 378);
        assertThat(object.path("pieces").path(1).stringValue()).isEqualTo("▁upon");
    }

    @Test
    void decodeIsTheWayBack() {
        Path model = Shared.path(STORIES);

        assertThat(Invocation.of("tokenize", model, "--decode", "1,403,407,261,378"))
                .isEqualTo(new Invocation(0, "Once upon a time\n", ""));
        assertThat(Invocation.withInput("[403, 407]\n", "tokenize", model, "--decode", "-")
                        .out())
                .isEqualTo("Once upon\n");
        assertThat(Invocation.of("tokenize", model, "--decode", "403", "--json").out())
                .isEqualTo("{\"ids\":[403],\"pieces\":[\"▁Once\"],\"text\":\"Once\"}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-2", "llama-spm"})
    void linesGiveTheIdsOfTheVectors(String name) throws IOException {
        JsonNode cases = Json.MAPPER
                .readTree(Shared.path("conformance/tokenizers/" + name + "/vectors.json"))
                .path("cases");
        StringBuilder input = new StringBuilder();
        for (JsonNode vector : cases) {
            String text = Json.MAPPER.writeValueAsString(vector.path("text"));
            input.append("{\"text\": ").append(text).append("}\n");
            input.append("{\"add_special\": true, \"parse_special\": true, \"text\": ")
                    .append(text)
                    .append("}\n");
        }

        Invocation run = Invocation.withInput(input.toString(), "tokenize", vocabulary(name), "--jsonl");

        assertThat(run.code()).as(run.err()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(2 * cases.size()).hasSizeGreaterThan(20);
        for (int i = 0; i < cases.size(); i++) {
            JsonNode vector = cases.path(i);
            assertThat(Json.MAPPER.readTree(lines.get(2 * i)).path("ids")).isEqualTo(vector.path("plain"));
            assertThat(Json.MAPPER.readTree(lines.get(2 * i + 1)).path("ids")).isEqualTo(vector.path("special"));
        }
    }

    @Test
    void aMalformedLineIsAnsweredAndTheRestGoesOn() throws IOException {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.writeBytes("""
                {"text": "Once"}

                nonsense
                {"text": 7}
                {"text": "Once", "add_special": "yes"}
                {"text": "Once"} {"text": "twice"}
                ["text"]
                {"text": "\\ud800"}
                """.getBytes(StandardCharsets.UTF_8));
        input.writeBytes(new byte[] {'"', (byte) 0xFF, '"', '\n'});
        input.writeBytes("{\"text\": \"Once\", \"more\": 1}".getBytes(StandardCharsets.UTF_8));

        Invocation run = Invocation.withInput(input.toByteArray(), "tokenize", Shared.path(STORIES), "--jsonl");

        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).isEmpty();
        List<JsonNode> answers = run.out().lines().map(Json.MAPPER::readTree).toList();
        assertThat(answers).hasSize(9);
        assertThat(ids(answers.getFirst())).containsExactly(403);
        assertThat(ids(answers.getLast())).containsExactly(403);
        assertThat(ids(answers.get(6))).isNotEmpty();
        int[] wrong = {1, 2, 3, 4, 5, 7};
        int[] lines = {3, 4, 5, 6, 7, 9};
        for (int i = 0; i < wrong.length; i++) {
            JsonNode answer = answers.get(wrong[i]);
            assertThat(answer.has("ids")).isFalse();
            assertThat(answer.path("error").stringValue()).startsWith("Line " + lines[i] + ": It");
        }
    }

    @Test
    void switchesHoldWhereALineDoesNotSay() {
        Invocation run = Invocation.withInput(
                "{\"text\": \"Once\"}\n{\"text\": \"Once\", \"add_special\": false}\n",
                "tokenize",
                Shared.path(STORIES),
                "--jsonl",
                "--add-special");

        assertThat(run.out()).isEqualTo("{\"ids\":[1,403]}\n{\"ids\":[403]}\n");
    }

    @Test
    void wrongUseIsOneSentence() {
        Path model = Shared.path(STORIES);

        assertThat(Invocation.of("tokenize", model, "text", "--decode", "1").err())
                .isEqualTo("ouverture: TEXT, --decode and --jsonl exclude each other; use one of them."
                        + System.lineSeparator());
        assertThat(Invocation.of("tokenize", model, "--decode", "1,two").code()).isEqualTo(ExitCode.USAGE);
        assertThat(Invocation.of("tokenize", model, "--decode", "512").err())
                .contains("512")
                .contains("511");
        Invocation none = Invocation.of("tokenize", Shared.path("conformance/safetensors/llama3"), "text");
        assertThat(none.code()).isEqualTo(ExitCode.MODEL);
        assertThat(none.err()).contains("no tokenizer").hasLineCount(1);
    }

    private Path vocabulary(String name) throws IOException {
        Path file = folder.resolve(name + ".gguf");
        try (InputStream in = new GZIPInputStream(
                Files.newInputStream(Shared.path("conformance/tokenizers/" + name + "/vocab.gguf.gz")))) {
            Files.copy(in, file);
        }
        return file;
    }

    private static List<Integer> ids(JsonNode answer) {
        return answer.path("ids").valueStream().map(JsonNode::intValue).toList();
    }
}
