package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Shared;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class TemplateCommandTest {
    private static final String GEMMA = "conformance/templates/google-gemma-2-2b-it.jinja";

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> linesGiveTheConformanceCases() throws IOException {
        Optional<Path> templates = Shared.folder("conformance/templates");
        if (templates.isEmpty()) {
            return Stream.empty();
        }
        JsonNode conversations = Json.MAPPER
                .readTree(templates.get().resolve("conversations.json"))
                .path("conversations");
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(templates.get())) {
            for (Path file : files.filter(path -> path.toString().endsWith(".cases.json"))
                    .sorted()
                    .toList()) {
                JsonNode cases = Json.MAPPER.readTree(file);
                Path template = templates.get().resolve(cases.path("template").stringValue());
                tests.add(DynamicTest.dynamicTest(
                        template.getFileName().toString(), () -> check(template, cases, conversations)));
            }
        }
        assertThat(tests).hasSize(28);
        return tests.stream();
    }

    private static void check(Path template, JsonNode cases, JsonNode conversations) {
        StringBuilder input = new StringBuilder();
        for (JsonNode test : cases.path("cases")) {
            ObjectNode line = conversations
                    .path(test.path("conversation").stringValue())
                    .asObject()
                    .deepCopy();
            line.set("add_generation_prompt", test.path("add_generation_prompt"));
            line.set("kwargs", test.path("kwargs"));
            for (String key : new String[] {"bos_token", "eos_token", "now"}) {
                line.set(key, cases.path(key));
            }
            input.append(Json.line(line)).append('\n');
        }

        Invocation run = Invocation.withInput(input.toString(), "template", template, "--jsonl");

        assertThat(run.code()).as(run.err()).isZero();
        List<JsonNode> answers = run.out().lines().map(Json.MAPPER::readTree).toList();
        assertThat(answers).hasSize(cases.path("cases").size()).hasSizeGreaterThan(20);
        for (int i = 0; i < answers.size(); i++) {
            JsonNode test = cases.path("cases").path(i);
            if (test.has("error")) {
                assertThat(answers.get(i).path("error").stringValue()).startsWith("Chat template, line ");
            } else {
                assertThat(answers.get(i).path("text")).isEqualTo(test.path("expected"));
            }
        }
    }

    @Test
    void aSampleShowsHowATemplateFrames() {
        assertThat(Invocation.of("template", Shared.path(GEMMA))).isEqualTo(new Invocation(0, """
                <start_of_turn>user
                What is 2 + 2?<end_of_turn>
                <start_of_turn>model
                It is 4.<end_of_turn>
                <start_of_turn>user
                And 3 + 3?<end_of_turn>
                <start_of_turn>model

                """, ""));
    }

    @Test
    void aConversationFromAFileOrStandardInput() throws IOException {
        Path template =
                template("{{ messages[0].content }}{{ add_generation_prompt }}{{ tools }}{{ bos_token }}{{ x }}");
        Path file = folder.resolve("chat.json");
        Files.writeString(file, "{\"messages\": [{\"content\": \"Hi\"}],\n \"kwargs\": {\"x\": [1.0, null]}}");

        assertThat(Invocation.of("template", template, "--messages", file).out())
                .isEqualTo("HiTrueNone[1.0, None]\n");
        assertThat(Invocation.withInput("[{\"content\": \"Ho\"}]", "template", template, "--messages", "-")
                        .out())
                .isEqualTo("HoTrueNone\n");
    }

    @Test
    void aModelGivesItsTemplateAndTokens() throws IOException {
        Path model = TemplatedModel.write(
                folder.resolve("model.gguf"), "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}");
        String lines = """
                {"messages": [{"content": "Hi"}]}
                {"messages": [{"content": "Hi"}], "bos_token": null, "eos_token": ""}
                """;

        assertThat(Invocation.withInput(lines, "template", model, "--jsonl").out())
                .isEqualTo("{\"text\":\"<s>Hi</s>\"}\n{\"text\":\"<s>Hi\"}\n");
    }

    @Test
    void aFolderGivesItsTemplate() throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        try (Stream<Path> files = Files.list(Shared.path("conformance/safetensors/llama3"))) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        Files.writeString(model.resolve("chat_template.jinja"), "{{ bos_token }}{{ messages[0].content }}\n");
        String lines = "{\"messages\": [{\"content\": \"Hi\"}], \"bos_token\": \"<s>\", \"eos_token\": \"\"}\n";

        assertThat(Invocation.withInput(lines, "template", model, "--jsonl").out())
                .isEqualTo("{\"text\":\"<s>Hi\"}\n");
    }

    @Test
    void aModelWithoutATemplateIsNamed() {
        Invocation none = Invocation.of("template", Shared.path("conformance/models/llama3.gguf"));

        assertThat(none.code()).isEqualTo(ExitCode.MODEL);
        assertThat(none.err()).contains("has no chat template").hasLineCount(1);
    }

    @Test
    void aMalformedLineIsAnsweredAndTheRestGoesOn() throws IOException {
        Path template = template("{% for m in messages %}{{ m.content + '!' }}{% endfor %}{{ strftime_now('%d') }}");
        String good = "{\"messages\": [{\"content\": \"Hi\"}], \"now\": \"2025-06-18\"}";
        List<String> bad = List.of(
                "nonsense",
                "[]",
                "{}",
                "{\"messages\": 5}",
                "{\"messages\": [], \"tools\": 5}",
                "{\"messages\": [], \"kwargs\": []}",
                "{\"messages\": [], \"bos_token\": 5}",
                "{\"messages\": [], \"add_generation_prompt\": 1}",
                "{\"messages\": [], \"now\": \"yesterday\"}",
                "[".repeat(100_000));
        List<String> refused = List.of(
                "{\"messages\": [{\"content\": 5}]}",
                "{\"messages\": [{\"content\": 123456789012345678901234567890}]}",
                "{\"messages\": " + "[".repeat(400) + "]".repeat(400) + "}");
        String input = good + "\n" + String.join("\n", bad) + "\n" + String.join("\n", refused) + "\n" + good;

        Invocation run = Invocation.withInput(input, "template", template, "--jsonl");

        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).isEmpty();
        List<JsonNode> answers = run.out().lines().map(Json.MAPPER::readTree).toList();
        assertThat(answers).hasSize(2 + bad.size() + refused.size());
        assertThat(answers.getFirst().path("text").stringValue()).isEqualTo("Hi!18");
        assertThat(answers.getLast()).isEqualTo(answers.getFirst());
        for (int i = 0; i < bad.size(); i++) {
            assertThat(answers.get(1 + i).path("error").stringValue()).startsWith("Line " + (2 + i) + ": It");
        }
        for (int i = 0; i < refused.size(); i++) {
            assertThat(answers.get(1 + bad.size() + i).path("error").stringValue())
                    .startsWith("Chat template, line ");
        }
    }

    @Test
    void wrongUseIsOneSentence() throws IOException {
        Path template = template("{{ raise_exception('no') }}");

        assertThat(Invocation.of("template", template, "--jsonl", "--messages", "x")
                        .err())
                .contains("--messages and --jsonl exclude each other");
        assertThat(Invocation.withInput("5", "template", template, "--messages", "-")
                        .err())
                .contains("Standard input has no list of messages");
        assertThat(Invocation.withInput("{", "template", template, "--messages", "-")
                        .err())
                .contains("Standard input is not JSON from line 1 on");
        assertThat(Invocation.of("template", template).code()).isEqualTo(ExitCode.MODEL);
        assertThat(Invocation.of("template", folder.resolve("none.jinja")).err())
                .contains("There is no file")
                .hasLineCount(1);
        Invocation broken = Invocation.of("template", template("\n{% if %}"));
        assertThat(broken.code()).isEqualTo(ExitCode.MODEL);
        assertThat(broken.err()).contains("Chat template, line 2").hasLineCount(1);
    }

    private Path template(String source) throws IOException {
        return Files.writeString(folder.resolve("t.jinja"), source, StandardCharsets.UTF_8);
    }
}
