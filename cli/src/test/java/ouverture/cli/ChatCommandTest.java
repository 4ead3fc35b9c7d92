package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `chat`, and `run` with a template, on a small trained model that got one: it tells the last message's story
/// on.
class ChatCommandTest {
    private static final String TEMPLATE = "{% for message in messages %}{{ message.content }}{% endfor %}"
            + "{% if think is defined %}<think>{% endif %}";
    private static final List<String> GREEDY =
            List.of("--temperature", "0", "--max-tokens", "8", "--kv-cache", "f32", "--threads", "1");

    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void addTemplate() {
        model = TemplatedModel.write(folder.resolve("templated.gguf"), TEMPLATE);
    }

    @Test
    void conversationGoesThroughPipes() throws IOException {
        Path saved = folder.resolve("saved.json");
        Invocation chat = chat("Once upon a time\n/reset\nOnce upon a time\n/save " + saved + "\n/stats\n");

        assertThat(chat.code()).isEqualTo(ExitCode.OK);
        assertThat(chat.out().lines()).containsExactly(", there was a little girl", ", there was a little girl");
        assertThat(chat.err()).contains("A new conversation.", "Messages saved: 2.", "prompt 5 tokens");

        Conversation conversation = new Conversation();
        assertThat(conversation.load(saved)).isEqualTo(2);
    }

    @Test
    void savedConversationGoesOn() throws IOException {
        Path saved = Files.writeString(folder.resolve("saved.json"), """
                [{"role": "user", "content": "Once upon"}, {"role": "assistant", "content": " a"}]
                """);

        assertThat(chat(" time", "--load", saved.toString()).out()).isEqualTo(", there was a little girl\n");
    }

    @Test
    void messageThatIsTooLongLeavesTheConversation() {
        Invocation chat = chat("Once upon a time. ".repeat(20) + "\nOnce upon a time\n", "--context", "32");

        assertThat(chat.code()).isEqualTo(ExitCode.PROMPT_TOO_LONG);
        assertThat(chat.out()).endsWith(", there was a little girl\n");
        assertThat(chat.err()).startsWith("ouverture: The prompt has ");
    }

    @Test
    void runUsesTheTemplate() {
        Invocation run = invoke("", "run", "a time", "--quiet", "--system", "Once upon ");

        assertThat(run.out()).isEqualTo(", there was a little girl\n");
    }

    @Test
    void thoughtsStayOutOfTheAnswer() {
        Invocation run = think("--show-thoughts", "--quiet");

        assertThat(run.err()).endsWith("\n\n").doesNotContain("<", "think");
        assertThat(run.err().strip()).isNotEmpty();
        assertThat(run.out()).isNotBlank().doesNotContain("<", "think");
        assertThat(think().err()).hasLineCount(1).startsWith("prompt ");
    }

    @Test
    void jsonTellsWhatBecameOfTheSwitch() {
        JsonNode thinking = Json.MAPPER.readTree(think("--json").out());
        assertThat(thinking.propertyNames())
                .containsExactly(
                        "model",
                        "text",
                        "finish_reason",
                        "reasoning",
                        "tool_calls",
                        "reasoning_applied",
                        "usage",
                        "timings");
        assertThat(thinking.path("reasoning").asString()).isNotBlank().doesNotContain("think");
        assertThat(thinking.path("text").asString()).isNotBlank().doesNotContain("think");
        assertThat(thinking.path("tool_calls")).isEmpty();
        assertThat(thinking.path("reasoning_applied"))
                .hasToString("{\"requested\":\"3\",\"native\":\"none\",\"enforced\":\"opened, budget 3\"}");
    }

    private Invocation think(String... arguments) {
        List<Object> line = new ArrayList<>(List.of("run", model, "Once upon a time", "--reasoning", "3"));
        line.addAll(List.of("--temperature", "0", "--max-tokens", "40", "--threads", "1"));
        line.addAll(List.of(arguments));
        return Invocation.withInput("", line.toArray());
    }

    @Test
    void switchesThatMakeNoSenseAreRefused() {
        assertThat(invoke("", "run", "x", "--raw", "--reasoning", "low").err())
                .isEqualTo("ouverture: --reasoning needs the chat template that --raw leaves out; use one of them.\n");
        assertThat(chat("x", "--show-thoughts", "--hide-thoughts").code()).isEqualTo(ExitCode.USAGE);
        assertThat(chat("x", "--reasoning", "much").err()).contains("'much' is not one of off, auto, low");
    }

    private Invocation chat(String input, String... arguments) {
        return invoke(input, "chat", arguments);
    }

    private Invocation invoke(String input, String command, String... arguments) {
        List<Object> line = new ArrayList<>(List.of(command, model));
        line.addAll(List.of(arguments));
        line.addAll(GREEDY);
        return Invocation.withInput(input, line.toArray());
    }
}
