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
import ouverture.Shared;
import tools.jackson.databind.JsonNode;

/// `run` on a small trained model.
class RunCommandTest {
    private static final String PROMPT = "Once upon a time";

    @Test
    void continuesAsRecorded() throws IOException {
        TestStreams streams = TestStreams.piped("not read");

        assertThat(run(streams, PROMPT, "--max-tokens", "64")).isEqualTo(ExitCode.OK);
        assertThat(streams.out()).isEqualTo(recorded() + "\n");
        assertThat(streams.err())
                .contains("prompt 5 tokens", "answer 64 tokens")
                .hasLineCount(1);
    }

    @Test
    void inputAndFileArePromptsToo(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("prompt"), PROMPT + "\n");
        TestStreams input = TestStreams.piped(PROMPT + "\n");
        TestStreams fromFile = TestStreams.piped("");
        TestStreams dash = TestStreams.piped(PROMPT);

        run(input, "--max-tokens", "64", "--quiet");
        run(fromFile, "--max-tokens", "64", "--quiet", "--file", file.toString());
        run(dash, "--max-tokens", "64", "--quiet", "-f", "-");

        assertThat(List.of(input.out(), fromFile.out(), dash.out())).containsOnly(recorded() + "\n");
        assertThat(input.err()).isEmpty();
    }

    @Test
    void promptCanBeLeftOut() throws IOException {
        TestStreams streams = TestStreams.piped("");

        run(streams, PROMPT, "--no-echo", "--max-tokens", "64");
        assertThat(streams.out()).isEqualTo(recorded().substring(PROMPT.length()) + "\n");
    }

    @Test
    void stopStringEndsTheAnswer() {
        TestStreams streams = TestStreams.piped("");

        run(streams, PROMPT, "--stop", "\\n", "--stop", " girl");
        assertThat(streams.out()).isEqualTo("Once upon a time, there was a little\n");
    }

    @Test
    void jsonIsOneObject() throws IOException {
        TestStreams streams = TestStreams.piped("");

        run(streams, PROMPT, "--max-tokens", "64", "--json", "--logprobs", "2");

        assertThat(streams.err()).isEmpty();
        assertThat(streams.out()).hasLineCount(1).endsWith("\n");
        JsonNode object = Json.MAPPER.readTree(streams.out());
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
    void seedMakesAnswersRepeatable() {
        TestStreams first = TestStreams.piped("");
        TestStreams second = TestStreams.piped("");

        run(first, PROMPT, "--temperature", "1", "--seed", "7", "--max-tokens", "32");
        run(second, PROMPT, "--temperature", "1", "--seed", "7", "--max-tokens", "32");
        assertThat(first.out()).isEqualTo(second.out());
    }

    @Test
    void promptThatIsTooLongHasItsExitCode() {
        TestStreams streams = TestStreams.piped("");

        assertThat(run(streams, PROMPT.repeat(20), "--context", "32")).isEqualTo(ExitCode.PROMPT_TOO_LONG);
        assertThat(streams.out()).isEmpty();
        assertThat(streams.err()).startsWith("ouverture: ").contains("32").hasLineCount(1);
    }

    @Test
    void unknownKernelsAreRefused() {
        TestStreams streams = TestStreams.piped("");

        assertThat(run(streams, PROMPT, "--kernels", "abacus")).isIn(ExitCode.USAGE, ExitCode.MACHINE);
        assertThat(streams.err()).contains("abacus").hasLineCount(1);
    }

    @Test
    void modelWithoutATemplateWantsRaw() {
        for (String command : List.of("run", "chat")) {
            TestStreams streams = TestStreams.piped("Hello");

            assertThat(streams.run(command, model())).isEqualTo(ExitCode.USAGE);
            assertThat(streams.err())
                    .contains("no chat template")
                    .contains("--raw")
                    .hasLineCount(1);
        }
    }

    /// Greedy, exact, without a chat template.
    private static int run(TestStreams streams, String... arguments) {
        List<String> line = new ArrayList<>(List.of("run", model(), "--raw", "--temperature", "0"));
        line.addAll(List.of("--kv-cache", "f32", "--threads", "1"));
        line.addAll(Arrays.asList(arguments));
        return streams.run(line.toArray(String[]::new));
    }

    private static String model() {
        return Shared.path("models/stories260K/stories260K.gguf").toString();
    }

    private static String recorded() throws IOException {
        String expected = Files.readString(Shared.path("models/stories260K/expected.json"));
        return Json.MAPPER.readTree(expected).at("/cases/0/text").stringValue();
    }
}
