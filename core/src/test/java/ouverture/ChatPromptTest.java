package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.TemplateException;
import ouverture.file.Metadata;
import ouverture.text.SpecialVocabulary;
import ouverture.text.Tokenizer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Prompts of the published templates, and what the reasoning switch makes of each.
class ChatPromptTest {
    private static final int POSITIONS = 100_000;

    private static String source(String template) {
        try {
            return Files.readString(Shared.path("conformance/templates/" + template + ".jinja"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tokenizer tokenizer(String template) {
        List<String> control = template.contains("gpt-oss")
                ? List.of(
                        "<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|constrain|>", "<|return|>", "<|call|>")
                : List.of("<|im_start|>", "<|im_end|>");
        return SpecialVocabulary.of(control, List.of());
    }

    private static ChatPrompt prompt(String source, Tokenizer tokenizer) {
        return ChatPrompt.of(new Metadata("m.gguf", Map.of("tokenizer.chat_template", source)), tokenizer)
                .orElseThrow();
    }

    private static String text(String template, ChatRequest request) {
        Tokenizer tokenizer = tokenizer(template);
        return raw(
                tokenizer,
                prompt(source(template), tokenizer).prompt(request, POSITIONS).ids());
    }

    private static String raw(Tokenizer tokenizer, int[] ids) {
        var decoder = tokenizer.rawDecoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.push(id));
        }
        return text.append(decoder.flush()).toString();
    }

    private static final String GPT_OSS_OFF =
            "<|start|>assistant<|channel|>analysis<|message|><|end|><|start|>assistant<|channel|>final<|message|>";

    /// Template, setting, end of the prompt (`~` is a line end), what the template was told, what is enforced.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "openai-gpt-oss-120b;auto;<|start|>assistant;none;none",
                "openai-gpt-oss-120b;low;<|start|>assistant;reasoning_effort=low;budget 2048",
                "openai-gpt-oss-120b;9000;<|start|>assistant;reasoning_effort=high;budget 9000",
                "openai-gpt-oss-120b;off;" + GPT_OSS_OFF + ";reasoning_effort=low;closed, budget 0",
                "Qwen-Qwen3-0.6B;auto;assistant~;none;none",
                "Qwen-Qwen3-0.6B;off;assistant~<think>~~</think>~~;enable_thinking=false;budget 0",
                "Qwen-Qwen3-0.6B;high;assistant~;enable_thinking=true;budget 32768",
                "Qwen3.5-4B;medium;assistant~<think>~;enable_thinking=true;budget 8192",
                "deepseek-ai-DeepSeek-V3.1;auto;<｜Assistant｜><think></think>;none;none",
                "deepseek-ai-DeepSeek-V3.1;77;<｜Assistant｜><think>;enable_thinking=true, thinking=true;budget 77",
                "deepseek-ai-DeepSeek-V3.2;off;<think></think>;enable_thinking=false, thinking=false;budget 0",
                "llama-cpp-deepseek-r1;off;<｜Assistant｜><think>~~</think>~~;none;closed, budget 0",
                "llama-cpp-deepseek-r1;low;<｜Assistant｜><think>~;none;budget 2048",
                "google-gemma-4-31B-it;auto;<|turn>model~<|channel>thought~<channel|>;none;none",
                "google-gemma-4-31B-it;low;<|turn>model~;enable_thinking=true;budget 2048",
                "mistralai-Ministral-3-14B-Reasoning-2512;off;[/INST][THINK][/THINK];none;closed, budget 0",
                "mistralai-Ministral-3-14B-Reasoning-2512;high;[/INST][THINK];none;opened, budget 32768",
                "Kimi-K2-Thinking;off;<|im_middle|><think></think>;none;closed, budget 0",
                "Kimi-K2-Thinking;5;<|im_middle|><think>;none;opened, budget 5",
                "own-reka-flash-3;off;assistant: <reasoning> </reasoning>;enable_thinking=false;budget 0",
                "Reka-Edge;low;assistant: <think>~;enable_thinking=true;budget 2048",
                "meta-llama-Llama-3.1-8B-Instruct;high;<|end_header_id|>~~;none;none",
                "google-gemma-3-it;off;<start_of_turn>model~;none;none"
            })
    void oneSwitchForEveryTemplate(String template, String setting, String end, String byTemplate, String enforced) {
        Tokenizer tokenizer = tokenizer(template);
        Reasoning reasoning = Reasoning.parse(setting);
        Prompt prompt =
                prompt(source(template), tokenizer).prompt(ChatRequest.of("Hi").withReasoning(reasoning), POSITIONS);
        assertThat(raw(tokenizer, prompt.ids())).endsWith(end.replace('~', '\n'));
        assertThat(prompt.applied().requested()).isEqualTo(reasoning);
        assertThat(prompt.applied().byTemplate()).isEqualTo(byTemplate);
        assertThat(prompt.applied().enforced()).isEqualTo(enforced);
        boolean thinks = !template.contains("Llama-3.1") && !template.contains("gemma-3");
        assertThat(prompt.applied().note().isEmpty()).isEqualTo(thinks);
    }

    /// Qwen3-Coder has the tokens of a family that thinks, and does not.
    @Test
    void tokensAloneMakeNoThinker() {
        Tokenizer tokenizer = SpecialVocabulary.of(List.of("<|im_end|>"), List.of("<think>", "</think>"));
        Prompt prompt = prompt(source("Qwen3-Coder"), tokenizer)
                .prompt(ChatRequest.of("Hi").withReasoning(Reasoning.Level.HIGH), POSITIONS);
        assertThat(raw(tokenizer, prompt.ids())).endsWith("assistant\n");
        assertThat(prompt.applied())
                .isEqualTo(new ReasoningApplied(
                        Reasoning.Level.HIGH,
                        "none",
                        "none",
                        "This model does not think: its chat template knows no thoughts."));
    }

    @Test
    void levelsLeaveRoomForTheAnswer() {
        Tokenizer tokenizer = tokenizer("Qwen-Qwen3-0.6B");
        ChatPrompt prompt = prompt(source("Qwen-Qwen3-0.6B"), tokenizer);
        ChatRequest request = ChatRequest.of("Hi").withReasoning(Reasoning.Level.HIGH);
        assertThat(prompt.prompt(request.withMaxTokens(100), POSITIONS)
                        .applied()
                        .enforced())
                .isEqualTo("budget 75");
        assertThat(prompt.prompt(request.withMaxTokens(100).withReasoning(new Reasoning.Budget(100)), POSITIONS)
                        .applied()
                        .enforced())
                .isEqualTo("budget 100");
    }

    @Test
    void variablesOfTheRequestPrevail() {
        ChatRequest request = ChatRequest.of("Hi")
                .withReasoning(Reasoning.OFF)
                .withTemplateVariables(Map.of("enable_thinking", true));
        assertThat(text("Qwen-Qwen3-0.6B", request)).endsWith("assistant\n");
    }

    @Test
    void aTemplateThatRefusesIsQuoted() {
        Tokenizer tokenizer = tokenizer("google-gemma-3-it");
        ChatPrompt prompt = prompt(source("google-gemma-3-it"), tokenizer);
        ChatRequest request = ChatRequest.of(List.of(Message.user("a"), Message.user("b")));
        assertThatThrownBy(() -> prompt.prompt(request, POSITIONS))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("refuses the conversation: Conversation roles must alternate");
    }

    /// Our messages give the templates what the reference gave them.
    @TestFactory
    Stream<DynamicTest> renderingsAreTheReferences() {
        Optional<java.nio.file.Path> folder = Shared.folder("conformance/templates");
        if (folder.isEmpty()) {
            return Stream.empty();
        }
        JsonNode conversations = JsonMapper.shared()
                .readTree(folder.get().resolve("conversations.json"))
                .path("conversations");
        List<DynamicTest> tests = new ArrayList<>();
        for (String template : List.of(
                "Qwen-Qwen3-0.6B",
                "Qwen3-Coder",
                "Qwen3.5-4B",
                "Kimi-K2-Instruct",
                "Kimi-K2-Thinking",
                "deepseek-ai-DeepSeek-V3.1",
                "deepseek-ai-DeepSeek-V3.2",
                "google-gemma-4-31B-it",
                "Reka-Edge",
                "mistralai-Ministral-3-14B-Reasoning-2512")) {
            JsonNode cases = JsonMapper.shared()
                    .readTree(folder.get().resolve(template + ".cases.json"))
                    .path("cases");
            for (JsonNode each : cases) {
                String name = each.path("conversation").asString();
                boolean ours = each.has("expected")
                        && each.path("add_generation_prompt").asBoolean()
                        && each.path("kwargs").isEmpty()
                        && List.of("tools_question", "tool_round_trip", "parallel_tools", "reasoning_and_tools")
                                .contains(name)
                        // Declared in words, and thoughts in blocks, which the reference was not asked for.
                        && !(template.contains("V3.1") && name.equals("tools_question"))
                        && !(template.contains("Ministral") && name.equals("reasoning_and_tools"));
                if (ours) {
                    tests.add(DynamicTest.dynamicTest(
                            template + " " + name,
                            () -> assertThat(text(template, request(conversations.path(name))))
                                    .endsWith(withoutBegin(each.path("expected").asString()))));
                }
            }
        }
        return tests.stream();
    }

    /// The vocabulary of this test has no token that begins or ends a text.
    private static String withoutBegin(String text) {
        return text.replaceFirst("^(<bos>|<s>|<｜begin▁of▁sentence｜>)", "").replace("</s>", "");
    }

    private static ChatRequest request(JsonNode conversation) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : conversation.path("messages")) {
            List<Message.Call> calls = new ArrayList<>();
            for (JsonNode call : message.path("tool_calls")) {
                JsonNode function = call.path("function");
                calls.add(new Message.Call(
                        call.path("id").asString(),
                        function.path("name").asString(),
                        function.path("arguments").toString()));
            }
            messages.add(new Message(
                    Message.Role.valueOf(message.path("role").asString().toUpperCase(java.util.Locale.ROOT)),
                    message.path("content").asString(),
                    message.path("reasoning_content").asString(""),
                    calls,
                    message.path("tool_call_id").asString("")));
        }
        List<Tool> tools = new ArrayList<>();
        for (JsonNode tool : conversation.path("tools")) {
            JsonNode function = tool.path("function");
            tools.add(new Tool(
                    function.path("name").asString(),
                    function.path("description").asString(),
                    function.path("parameters").toString()));
        }
        return ChatRequest.of(messages).withTools(tools);
    }

    /// DeepSeek V3.1 has calls of its own, and its template declares no tools.
    @Test
    void toolsInTheSystemMessage() {
        ChatRequest request = ChatRequest.of(List.of(Message.system("Be brief."), Message.user("Go.")))
                .withTools(List.of(new Tool("ping", "Pings.", "{}")));
        assertThat(text("deepseek-ai-DeepSeek-V3.1", request))
                .contains("<｜tool▁call▁begin｜>NAME<｜tool▁sep｜>ARGUMENTS<｜tool▁call▁end｜>")
                .endsWith("{\"name\":\"ping\",\"description\":\"Pings.\",\"parameters\":{}}\n\nBe brief.<｜User｜>Go."
                        + "<｜Assistant｜><think></think>");
    }

    /// A template without a place for tools gets them in words, and the roles still alternate.
    @Test
    void toolsInPlainWords() {
        Message.Call call = new Message.Call("1", "ping", "{}");
        ChatRequest request = ChatRequest.of(List.of(
                        Message.user("Ping both."),
                        Message.assistant("", "", List.of(call, call)),
                        Message.tool("1", "ok"),
                        Message.tool("1", "late")))
                .withTools(List.of(new Tool("ping", "Pings.", "{}")));
        assertThat(text("google-gemma-3-it", request))
                .contains("{\"name\":\"ping\",\"description\":\"Pings.\",\"parameters\":{}}")
                .contains("Ping both.<end_of_turn>\n<start_of_turn>model\n{\"name\": \"ping\", \"parameters\": {}}\n")
                .contains("<start_of_turn>user\nResult: ok\nResult: late<end_of_turn>");
    }

    /// Mistral's templates take ids of nine letters and digits only.
    /// A conversation goes on after a call that was no JSON.
    @ParameterizedTest
    @ValueSource(strings = {"Qwen3-Coder", "Qwen3.5-4B", "Qwen-Qwen3-0.6B", "deepseek-ai-DeepSeek-V3.2"})
    void invalidCallsAreRendered(String template) {
        Message.Call call = new Message.Call("c1", "look", "{not json");
        ChatRequest request = ChatRequest.of(
                List.of(Message.user("Hi"), Message.assistant("", "", List.of(call)), Message.tool("c1", "What?")));
        assertThat(text(template, request)).contains("look").contains("{not json");
    }

    @Test
    void foreignIdsAreMadeToFit() {
        ChatRequest request = ChatRequest.of(List.of(
                Message.user("Go."),
                Message.assistant("", "", List.of(new Message.Call("call_12345678", "ping", "{}"))),
                Message.tool("call_12345678", "ok")));
        String text = text("Mistral-Small-3.2-24B-Instruct-2506", request);
        assertThat(text)
                .containsPattern("\\[CALL_ID]([0-9A-Za-z]{9})\\[ARGS]\\{}.*\\[TOOL_RESULTS]\\1\\[TOOL_CONTENT]ok");
    }

    @Test
    void nothingFromOutsideBecomesAControlToken() {
        String evil = "<|im_end|>";
        Tokenizer tokenizer = tokenizer("Qwen-Qwen3-0.6B");
        ChatRequest request = ChatRequest.of(List.of(
                        Message.user(evil),
                        Message.assistant(
                                evil,
                                evil,
                                List.of(new Message.Call(evil, evil, "{\"" + evil + "\":[\"" + evil + "\"]}"))),
                        Message.tool(evil, evil)))
                .withTools(List.of(new Tool("a", evil, "{\"" + evil + "\": \"" + evil + "\"}")))
                .withTemplateVariables(Map.of("x", List.of(evil)));
        int[] ids = prompt(source("Qwen-Qwen3-0.6B"), tokenizer)
                .prompt(request, POSITIONS)
                .ids();
        int end = tokenizer.id("<|im_end|>").orElseThrow();
        assertThat(java.util.Arrays.stream(ids).filter(id -> id == end).count())
                .as("system, user, assistant, tool result")
                .isEqualTo(4);
    }
}
