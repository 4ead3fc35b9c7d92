package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Shared;
import tools.jackson.databind.JsonNode;

/// `run` on a small trained model.
class RunCommandTest {
    private static final String PROMPT = "Once upon a time";

    @Test
    void continuesAsRecorded() throws IOException {
        Invocation story = run("not read", PROMPT, "--max-tokens", "64");

        assertThat(story.code()).isEqualTo(ExitCode.OK);
        assertThat(story.out()).isEqualTo(recorded() + "\n");
        assertThat(story.err()).contains("prompt 5 tokens", "answer 64 tokens").hasLineCount(1);
    }

    @Test
    void oneTokenHasNoSpeed() {
        Invocation token = run("", PROMPT, "--max-tokens", "1");

        assertThat(token.err()).contains("; answer 1 token; loading ");
    }

    @Test
    void inputAndFileArePromptsToo(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("prompt"), PROMPT + "\n");
        Invocation input = run(PROMPT + "\n", "--max-tokens", "64", "--quiet");
        Invocation fromFile = run("", "--max-tokens", "64", "--quiet", "--file", file);
        Invocation dash = run(PROMPT, "--max-tokens", "64", "--quiet", "-f", "-");

        assertThat(List.of(input.out(), fromFile.out(), dash.out())).containsOnly(recorded() + "\n");
        assertThat(input.err()).isEmpty();
    }

    @Test
    void promptCanBeLeftOut() throws IOException {
        Invocation story = run("", PROMPT, "--no-echo", "--max-tokens", "64");

        assertThat(story.out()).isEqualTo(recorded().substring(PROMPT.length()) + "\n");
    }

    @Test
    void stopStringEndsTheAnswer() {
        Invocation story = run("", PROMPT, "--stop", "\\n", "--stop", " girl");

        assertThat(story.out()).isEqualTo("Once upon a time, there was a little\n");
    }

    @Test
    void jsonIsOneObject() throws IOException {
        Invocation story = run("", PROMPT, "--max-tokens", "64", "--json", "--logprobs", "2");

        assertThat(story.err()).isEmpty();
        assertThat(story.out()).hasLineCount(1).endsWith("\n");
        JsonNode object = Json.MAPPER.readTree(story.out());
        assertThat(object.propertyNames())
                .containsExactly("model", "text", "finish_reason", "usage", "timings", "logprobs");
        assertThat(object.get("text").stringValue()).isEqualTo(recorded());
        assertThat(object.get("finish_reason").stringValue()).isEqualTo("length");
        assertThat(object.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
        assertThat(object.at("/usage/completion_tokens").intValue()).isEqualTo(64);
        assertThat(object.at("/usage/total_tokens").intValue()).isEqualTo(69);
        assertThat(object.get("logprobs")).hasSize(64);
        assertThat(object.at("/logprobs/0/id").intValue()).isEqualTo(432);
        assertThat(object.at("/logprobs/0/top_logprobs")).hasSize(2);
        assertThat(object.at("/logprobs/0/top_logprobs/0/logprob").doubleValue())
                .isEqualTo(object.at("/logprobs/0/logprob").doubleValue())
                .isNegative();
    }

    @Test
    void guessesShowInTheFiguresOnly() throws IOException {
        Invocation alone = run("", PROMPT, "--max-tokens", "64", "--speculate", "off");
        Invocation drafted = run("", PROMPT, "--max-tokens", "64", "--draft", model());
        Invocation object = run("", PROMPT, "--max-tokens", "64", "--draft", model(), "--json");

        assertThat(List.of(alone.out(), drafted.out())).containsOnly(recorded() + "\n");
        assertThat(alone.err()).contains("; answer 64 tokens, ");
        assertThat(drafted.err()).containsPattern("; answer 64 tokens \\(\\d+ of \\d+ guesses right\\), ");
        JsonNode usage = Json.MAPPER.readTree(object.out()).get("usage");
        assertThat(usage.get("accepted_tokens").intValue())
                .isBetween(1, usage.get("drafted_tokens").intValue());
    }

    @Test
    void draftModelOfAnotherVocabularyIsAMistake() {
        Invocation refused = run("", PROMPT, "--draft", Shared.path("conformance/models/gemma3.gguf"));

        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("their vocabularies differ").hasLineCount(1);
    }

    @Test
    void answersAreHeldToAForm(@TempDir Path folder) throws IOException {
        String schema = "{\"type\": \"object\", \"properties\": {\"age\": {\"type\": \"integer\", \"maximum\": 9,"
                + " \"minimum\": 1}}, \"required\": [\"age\"]}";
        Path file = Files.writeString(folder.resolve("schema.json"), schema);
        Path grammar = Files.writeString(folder.resolve("g.gbnf"), "root ::= \"<\" [a-z]{2,5} \">\"\n");

        for (Object given : List.of(schema, file)) {
            Invocation answer = run("", PROMPT, "--no-echo", "--json-schema", given);
            assertThat(Json.MAPPER.readTree(answer.out()).get("age").intValue()).isBetween(1, 9);
        }
        assertThat(run("", PROMPT, "--no-echo", "--regex", "[A-Z]{3}\\d").out()).matches("[A-Z]{3}\\d\n");
        assertThat(run("", PROMPT, "--no-echo", "--choice", "maybe", "--choice", "never")
                        .out())
                .isIn("maybe\n", "never\n");
        assertThat(run("", PROMPT, "--no-echo", "--grammar", grammar).out()).matches("<[a-z]{2,5}>\n");
    }

    @Test
    void aFormThatCannotBeKeptIsRefused() {
        Invocation keyword = run("", PROMPT, "--json-schema", "{\"unevaluatedItems\": false}");
        Invocation both = run("", PROMPT, "--regex", "a", "--choice", "b");
        Invocation missing = run("", PROMPT, "--grammar", "none.gbnf");

        assertThat(keyword.code()).isEqualTo(ExitCode.USAGE);
        assertThat(keyword.err()).contains("keyword unevaluatedItems").hasLineCount(1);
        assertThat(both.code()).isEqualTo(ExitCode.USAGE);
        assertThat(both.err()).contains("exclude each other").hasLineCount(1);
        assertThat(missing.code()).isEqualTo(ExitCode.MACHINE);
        assertThat(missing.err()).contains("none.gbnf").hasLineCount(1);
    }

    @Test
    void seedMakesAnswersRepeatable() {
        Invocation first = run("", PROMPT, "--temperature", "1", "--seed", "7", "--max-tokens", "32");
        Invocation second = run("", PROMPT, "--temperature", "1", "--seed", "7", "--max-tokens", "32");

        assertThat(first.out()).isEqualTo(second.out());
    }

    @Test
    void promptThatIsTooLongHasItsExitCode() {
        Invocation refused = run("", PROMPT.repeat(20), "--context", "32");

        assertThat(refused.code()).isEqualTo(ExitCode.PROMPT_TOO_LONG);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).startsWith("ouverture: ").contains("32").hasLineCount(1);
    }

    @Test
    void unknownKernelsAreRefused() {
        Invocation refused = run("", PROMPT, "--kernels", "abacus");

        assertThat(refused.code()).isIn(ExitCode.USAGE, ExitCode.MACHINE);
        assertThat(refused.err()).contains("abacus").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "chat"})
    void modelWithoutATemplateWantsRaw(String command) {
        Invocation refused = Invocation.withInput("Hello", command, model());

        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("no chat template").contains("--raw").hasLineCount(1);
    }

    /// Greedy, exact, without a chat template.
    private static Invocation run(String input, Object... arguments) {
        List<Object> line = new ArrayList<>(List.of("run", model(), "--raw", "--temperature", "0"));
        line.addAll(List.of("--kv-cache", "f32", "--threads", "1"));
        line.addAll(Arrays.asList(arguments));
        return Invocation.withInput(input, line.toArray());
    }

    private static Path model() {
        return Shared.path("models/stories260K/stories260K.gguf");
    }

    private static String recorded() throws IOException {
        String expected = Files.readString(Shared.path("models/stories260K/expected.json"));
        return Json.MAPPER.readTree(expected).at("/cases/0/text").stringValue();
    }
}
