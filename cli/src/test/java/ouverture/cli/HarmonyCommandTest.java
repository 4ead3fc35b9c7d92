package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Shared;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class HarmonyCommandTest {
    @TempDir
    private Path folder;

    @Test
    void renderingsOfTheConformanceCases() throws IOException {
        List<JsonNode> cases = cases("renderings");
        String input =
                cases.stream().map(HarmonyCommandTest::withoutExpectations).collect(Collectors.joining("\n"));

        List<JsonNode> answers = answers(Invocation.withInput(input, "harmony", "render", "--jsonl"));

        assertThat(answers).hasSameSizeAs(cases).hasSize(27);
        for (int i = 0; i < cases.size(); i++) {
            assertThat(answers.get(i).path("text")).isEqualTo(cases.get(i).path("expected_text"));
            assertThat(answers.get(i).path("tokens")).isEqualTo(cases.get(i).path("expected_tokens"));
        }
        assertThat(answers(Invocation.withInput(input, "harmony", "render", "--jsonl", vocabulary())))
                .isEqualTo(answers);
    }

    @Test
    void parsesOfTheConformanceCases() throws IOException {
        List<JsonNode> cases = cases("parses");
        String input =
                cases.stream().map(HarmonyCommandTest::withoutExpectations).collect(Collectors.joining("\n"));

        List<JsonNode> answers = answers(Invocation.withInput(input, "harmony", "parse", "--jsonl"));

        assertThat(answers).hasSameSizeAs(cases).hasSize(17);
        for (int i = 0; i < cases.size(); i++) {
            assertThat(answers.get(i).path("messages")).isEqualTo(cases.get(i).path("messages"));
        }
        assertThat(answers(Invocation.withInput(input, "harmony", "parse", "--jsonl", vocabulary())))
                .isEqualTo(answers);
    }

    @Test
    void textIsParsedAsItsTokensAre() {
        List<JsonNode> cases =
                cases("parses").stream().filter(node -> node.has("text")).toList();
        String input = cases.stream()
                .map(node -> Json.line(node.asObject().deepCopy().putNull("tokens")))
                .collect(Collectors.joining("\n"));

        List<JsonNode> answers = answers(Invocation.withInput(input, "harmony", "parse", "--jsonl"));

        assertThat(answers).hasSameSizeAs(cases).hasSize(12);
        for (int i = 0; i < cases.size(); i++) {
            assertThat(answers.get(i).path("messages")).isEqualTo(cases.get(i).path("messages"));
        }
    }

    @Test
    void strictParsesAnswerWithTheReason() {
        for (JsonNode node : cases("parses")) {
            if (node.has("strict_error")) {
                ObjectNode line = node.asObject().deepCopy();
                line.remove("strict");
                List<JsonNode> answers = answers(Invocation.withInput(Json.line(line), "harmony", "parse", "--jsonl"));
                assertThat(answers.getFirst().path("error").stringValue())
                        .contains(node.path("strict_error").stringValue());
            }
        }
    }

    @Test
    void peopleReadMessages() {
        String written = "<|channel|>analysis<|message|>Two\nlines.<|end|><|start|>assistant<|channel|>commentary"
                + " to=functions.f json<|message|>{}<|call|>\n";

        assertThat(Invocation.withInput(written, "harmony", "parse")).isEqualTo(new Invocation(0, """
                assistant, analysis
                    Two
                    lines.

                assistant to functions.f, commentary, json
                    {}
                """, ""));
        assertThat(Invocation.withInput(
                        "{\"conversation\": {\"messages\":\n[{\"role\": \"user\", \"text\": \"a\"}]}}",
                        "harmony",
                        "render"))
                .isEqualTo(new Invocation(0, "<|start|>user<|message|>a<|end|>\n", ""));
    }

    @Test
    void aMalformedLineIsAnsweredAndTheRestGoesOn() {
        List<String> bad = List.of(
                "{}",
                "[]",
                "{\"text\": 5}",
                "{\"text\": \"a\", \"role\": \"king\"}",
                "{\"text\": \"a\", \"strict\": 1}",
                "{\"tokens\": \"1\"}",
                "{\"prefix\": \"a\", \"middle_tokens\": [1], \"suffix\": 7}");
        String good = "{\"text\": \"a\", \"strict\": false}";

        Invocation run = Invocation.withInput(String.join("\n", bad) + "\n" + good, "harmony", "parse", "--jsonl");

        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        List<JsonNode> answers = run.out().lines().map(Json.MAPPER::readTree).toList();
        assertThat(answers).hasSize(bad.size() + 1);
        for (int i = 0; i < bad.size(); i++) {
            assertThat(answers.get(i).path("error").stringValue()).startsWith("Line " + (i + 1) + ": It");
        }
        assertThat(run.out()).endsWith("{\"messages\":[{\"role\":\"assistant\",\"text\":\"a\"}]}\n");
        assertThat(Invocation.withInput("{}\n", "harmony", "render", "--jsonl").out())
                .startsWith("{\"error\":\"Line 1: There is no \\\"conversation\\\"");
    }

    @Test
    void malformedIdsAreAnsweredToo() {
        String input = """
                {"tokens": [1, "2"]}
                {"tokens": [99999999999]}
                {"tokens": 5}
                {"prefix": 5, "middle_tokens": []}
                {"role": "assistant"}
                {"tokens": [200006, 500000]}
                {"tokens": [200008, 500000, -1, 64], "strict": false}
                """;

        Invocation run = Invocation.withInput(input, "harmony", "parse", "--jsonl");

        List<JsonNode> answers = run.out().lines().map(Json.MAPPER::readTree).toList();
        assertThat(answers).hasSize(7);
        for (int i = 0; i < 5; i++) {
            assertThat(answers.get(i).path("error").stringValue()).startsWith("Line " + (i + 1) + ": It");
        }
        assertThat(answers.get(5).path("error").stringValue()).contains("500000 is out of range");
        assertThat(answers.get(6).path("messages").path(0).path("text").stringValue())
                .isEqualTo("a");
    }

    @Test
    void wrongUseIsOneSentence() throws IOException {
        assertThat(Invocation.of("harmony").err()).contains("render or parse").hasLineCount(1);
        assertThat(Invocation.withInput("{}", "harmony", "render", "model.gguf").err())
                .contains("MODEL is for the token ids of --jsonl");
        assertThat(Invocation.withInput("[]", "harmony", "render").err()).contains("no JSON object");
        assertThat(Invocation.withInput("{", "harmony", "render").err()).contains("not JSON from line 1");
        Invocation other = Invocation.of("harmony", "render", "--jsonl", Shared.path("conformance/models/llama2.gguf"));
        assertThat(other.code()).isEqualTo(ExitCode.MODEL);
        assertThat(other.err()).contains("has no <|start|>").hasLineCount(1);
    }

    private Path vocabulary() throws IOException {
        Path file = folder.resolve("gpt-oss.gguf");
        if (!Files.exists(file)) {
            try (InputStream in = new GZIPInputStream(
                    Files.newInputStream(Shared.path("conformance/tokenizers/gpt-oss/vocab.gguf.gz")))) {
                Files.copy(in, file);
            }
        }
        return file;
    }

    private static List<JsonNode> cases(String key) {
        return Json.MAPPER
                .readTree(Shared.path("conformance/harmony/harmony.json"))
                .path(key)
                .valueStream()
                .toList();
    }

    private static String withoutExpectations(JsonNode node) {
        ObjectNode line = node.asObject().deepCopy();
        line.remove(List.of("expected_text", "expected_tokens", "messages", "strict_error"));
        return Json.line(line);
    }

    private static List<JsonNode> answers(Invocation run) {
        assertThat(run.code()).as(run.out() + run.err()).isZero();
        return run.out().lines().map(Json.MAPPER::readTree).toList();
    }
}
