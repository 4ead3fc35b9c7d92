package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.ToolChoice;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// OpenAI's API against a running server.
class OpenAiTest {
    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.withEngine(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// A chat with the scripted model.
    private static String chat(String message, String more) {
        return "{\"model\": \"scripted\", \"messages\": [{\"role\": \"user\", \"content\": "
                + JsonMapper.shared().writeValueAsString(message) + "}]" + more + "}";
    }

    private static String story(String more) {
        return "{\"model\": \"stories\", \"temperature\": 0, \"max_tokens\": 12,"
                + " \"messages\": [{\"role\": \"user\", \"content\": \"Once upon a time\"}]" + more + "}";
    }

    private static String content(JsonNode completion) {
        return completion.at("/choices/0/message/content").stringValue();
    }

    @Test
    void aConversationIsAnswered() {
        JsonNode answer = server.ask(CHAT, story(""));
        assertThat(content(answer)).startsWith(", there was a little");
        assertThat(answer.at("/object").stringValue()).isEqualTo("chat.completion");
        assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(12);
        assertThat(answer.at("/usage/prompt_tokens").intValue()).isPositive();
        assertThat(answer.at("/reasoning_applied/requested").stringValue()).isEqualTo("auto");
    }

    @Test
    void aStreamSaysTheSame() {
        String whole = content(server.ask(CHAT, story("")));
        List<JsonNode> events =
                server.events(CHAT, story(", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));
        String text = events.stream()
                .map(event -> event.at("/choices/0/delta/content"))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .collect(Collectors.joining());
        assertThat(text).isEqualTo(whole);
        assertThat(events.getFirst().at("/choices/0/delta/role").stringValue()).isEqualTo("assistant");
        assertThat(events.getLast().at("/choices").isEmpty()).isTrue();
        assertThat(events.getLast().at("/usage/completion_tokens").intValue()).isEqualTo(12);
        assertThat(events.get(events.size() - 2).at("/choices/0/finish_reason").stringValue())
                .isEqualTo("length");
    }

    @Test
    void severalAnswersHaveSeedsOfTheirOwn() {
        String request = story(", \"n\": 3, \"seed\": 7, \"logprobs\": true, \"top_logprobs\": 2")
                .replace("\"temperature\": 0", "\"temperature\": 1.5");
        JsonNode one = server.ask(CHAT, request);
        JsonNode again = server.ask(CHAT, request);
        List<String> texts = one.at("/choices")
                .valueStream()
                .map(choice -> choice.at("/message/content").stringValue())
                .toList();
        assertThat(texts).hasSize(3).doesNotHaveDuplicates();
        assertThat(again.at("/choices")).isEqualTo(one.at("/choices"));
        assertThat(again.at("/usage/prompt_tokens_details/cached_tokens").intValue())
                .isNotNegative();
        JsonNode tokens = one.at("/choices/0/logprobs/content");
        assertThat(tokens.size()).isEqualTo(12);
        assertThat(tokens.valueStream()
                        .map(token -> token.at("/token").stringValue())
                        .collect(Collectors.joining()))
                .isEqualTo(texts.getFirst());
        assertThat(tokens.get(0).at("/top_logprobs").size()).isEqualTo(2);
    }

    @Test
    void parametersInForceAreToldOnRequest() {
        JsonNode answer = server.ask(CHAT, chat("Hi", ", \"return_parameters\": true, \"top_p\": 0.5"));
        assertThat(answer.at("/parameters/top_p").doubleValue()).isEqualTo(0.5);
        assertThat(answer.at("/parameters/top_k").intValue()).isEqualTo(40);
        assertThat(answer.at("/parameters/seed").isNumber()).isTrue();
        assertThat(server.script.last().sampling().seed())
                .hasValue(answer.at("/parameters/seed").longValue());
    }

    @Test
    void thoughtsComeBackApart() {
        JsonNode answer = server.ask(CHAT, chat("think Hm|Yes", ", \"reasoning_effort\": \"high\""));
        assertThat(content(answer)).isEqualTo("Yes");
        assertThat(answer.at("/choices/0/message/reasoning").stringValue()).isEqualTo("Hm");
        assertThat(answer.at("/choices/0/message/reasoning_content").stringValue())
                .isEqualTo("Hm");
        assertThat(answer.at("/reasoning_applied/requested").stringValue()).isEqualTo("high");
        assertThat(answer.at("/reasoning_applied/note").stringValue()).isEqualTo("a note");
        JsonNode silent = server.ask(CHAT, chat("think Hm|Yes", ", \"reasoning\": {\"exclude\": true}"));
        assertThat(silent.at("/choices/0/message/reasoning").isMissingNode()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "reasoning_effort": "none"                              | off
            "reasoning_effort": "minimal"                           | low
            "reasoning": {"effort": "medium"}                       | medium
            "reasoning": {"max_tokens": 300}                        | 300
            "reasoning": {"enabled": false}                         | off
            "thinking": {"type": "enabled", "budget_tokens": 2000}  | 2000
            "thinking": {"type": "disabled"}                        | off
            "chat_template_kwargs": {"enable_thinking": false}      | off
            "chat_template_kwargs": {"reasoning_effort": "low"}     | low
            "chat_template_kwargs": {"thinking_budget": 77}         | 77
            "reasoning_effort": "low", "reasoning": {"effort": "low"} | low
            "user": "x"                                             | auto
            """)
    void everyClientsReasoningFieldIsTheSameSwitch(String field, String setting) {
        server.ask(CHAT, chat("Hi", ", " + field));
        assertThat(server.script.last().reasoning()).isEqualTo(Reasoning.parse(setting));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "response_format": {"type": "json_object"}                          | JsonObject[]
            "response_format":{"type":"json_schema","json_schema":{"schema":{"a":1}}} | JsonSchema[schema={"a":1}]
            "structured_outputs": {"json": "{}"}                                | JsonSchema[schema={}]
            "structured_outputs": {"regex": "a+"}                               | Regex[expression=a+]
            "structured_outputs": {"choice": ["a", "b"]}                        | Choice[texts=[a, b]]
            "structured_outputs": {"grammar": "root ::= [a]"}                   | Gbnf[grammar=root ::= [a]]
            "structured_outputs": {"json_object": true}                         | JsonObject[]
            """)
    void answersAreHeldToAForm(String field, String constraint) {
        server.ask(CHAT, chat("Hi", ", " + field));
        assertThat(server.script.last().constraint().orElseThrow()).hasToString(constraint);
        server.ask(CHAT, chat("Hi", ", \"response_format\": {\"type\": \"text\"}"));
        assertThat(server.script.last().constraint()).isEmpty();
    }

    @Test
    void toolsAreCalled() {
        String tools = ", \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"add\","
                + " \"parameters\": {\"type\": \"object\"}}}]";
        JsonNode answer = server.ask(CHAT, chat("call add {\"a\":1}\ncall add {\"a\":2}", tools));
        JsonNode message = answer.at("/choices/0/message");
        assertThat(message.at("/content").isNull()).isTrue();
        assertThat(message.at("/tool_calls").size()).isEqualTo(2);
        assertThat(message.at("/tool_calls/1/function/arguments").stringValue()).isEqualTo("{\"a\":2}");
        assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("tool_calls");
        assertThat(server.script.last().tools()).extracting("name").containsExactly("add");

        server.ask(CHAT, chat("Hi", tools + ", \"tool_choice\": \"none\""));
        assertThat(server.script.last().tools()).isEmpty();
        server.ask(CHAT, chat("Hi", tools + ", \"tool_choice\": \"required\""));
        assertThat(server.script.last().toolChoice()).isEqualTo(ToolChoice.Any.REQUIRED);
        server.ask(
                CHAT,
                chat(
                        "Hi",
                        tools.replace("\"name\"", "\"strict\": true, \"name\"")
                                + ", \"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"add\"}}"));
        assertThat(server.script.last().toolChoice()).isEqualTo(new ToolChoice.Named("add"));
        assertThat(server.script.last().tools().getFirst().isStrict()).isTrue();

        JsonNode single = server.ask(
                CHAT, chat("call add {\"a\":1}\ncall add {\"a\":2}", tools + ", \"parallel_tool_calls\": false"));
        assertThat(single.at("/choices/0/message/tool_calls").size()).isEqualTo(1);
        assertThat(single.at("/choices/0/finish_reason").stringValue()).isEqualTo("tool_calls");
    }

    @Test
    void aCallInAStreamIsComplete() {
        List<JsonNode> events = server.events(CHAT, chat("call add {\"a\":1}\ncall sub {}", ", \"stream\": true"));
        List<JsonNode> calls = events.stream()
                .map(event -> event.at("/choices/0/delta/tool_calls/0"))
                .filter(JsonNode::isObject)
                .toList();
        assertThat(calls).extracting(call -> call.at("/index").intValue()).containsExactly(0, 1);
        assertThat(calls)
                .extracting(call -> call.at("/function/name").stringValue())
                .containsExactly("add", "sub");
        assertThat(events.getLast().at("/choices/0/finish_reason").stringValue())
                .isEqualTo("tool_calls");
        assertThat(events.getLast().at("/reasoning_applied/requested").stringValue())
                .isEqualTo("auto");
    }

    @Test
    void anAnswerCanBeSentBack() {
        server.ask(
                CHAT,
                "{\"model\": \"scripted\", \"messages\": [{\"role\": \"developer\", \"content\": \"Be brief.\"},"
                        + "{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"1+\"},"
                        + "{\"type\": \"text\", \"text\": \"1?\"}]},"
                        + "{\"role\": \"assistant\", \"content\": null, \"refusal\": null, \"reasoning\": \"Hm\","
                        + " \"annotations\": [], \"audio\": null, \"reasoning_content\": \"Hm\", \"tool_calls\":"
                        + " [{\"id\": \"c1\", \"type\": \"function\", \"function\": {\"name\": \"add\","
                        + " \"arguments\": \"{}\"}}]},"
                        + "{\"role\": \"tool\", \"tool_call_id\": \"c1\", \"name\": \"add\", \"content\": \"2\"}]}");
        assertThat(server.script.last().messages())
                .containsExactly(
                        Message.system("Be brief."),
                        Message.user("1+\n1?"),
                        Message.assistant("", "Hm", List.of(new Message.Call("c1", "add", "{}"))),
                        Message.tool("c1", "2"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "temprature": 1                              | temprature     | is no field of a chat completion request
            "temperature": "hot"                         | temperature    | must be a number from 0 to 2
            "temperature": 3                             | temperature    | must be a number from 0 to 2
            "n": 1.5                                     | n              | must be a whole number from 1 to 16
            "max_tokens": 0                              | max_tokens     | must be a whole number of at least 1
            "max_tokens": 1, "max_completion_tokens": 2  | max_tokens     | differ
            "top_logprobs": 2                            | top_logprobs   | needs `logprobs`
            "stream_options": {"include_usage": true}    | stream_options | needs `stream`
            "logit_bias": {"a": 1}                       | logit_bias     | no token id
            "stop": [""]                                 | stop[0]        | a string that is not empty
            "response_format": {"type": "json"}          | response_format.type | must be `"text"` or `"json_object"`
            "response_format":{"type":"json_object"},"structured_outputs":{"regex":"a"} | structured_outputs | does not
            "structured_outputs": {"choice": [""]}       | structured_outputs.choice[0] | not empty
            "structured_outputs": {"regex": "a", "grammar": "b"} | structured_outputs.json | exclude each other
            "tool_choice": {"type": "custom"}            | tool_choice.type | JSON arguments
            "tools": [{"type": "function"}]              | tools[0].function | is missing
            "tools": [{"type": "function", "function": {"name": ""}}] | tools[0].function.name | not empty
            "tools":[{"type":"function","function":{"name":"f","strict":1}}]|tools[0].function.strict | true or false
            "audio": {}                                  | audio          | there is no audio output
            "store": true                                | store          | answers are not kept
            "reasoning_effort": "low", "thinking": {"type": "disabled"} | reasoning_effort | say different things
            "messages": []                               | messages       | not empty
            """)
    void whatIsNotHonouredIsRefusedByName(String field, String param, String sentence) {
        String request = field.startsWith("\"messages\"")
                ? "{\"model\": \"scripted\", " + field + "}"
                : chat("Hi", ", " + field);
        HttpResponse<String> response = server.post(CHAT, request);
        JsonNode error = JsonMapper.shared().readTree(response.body()).at("/error");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(error.at("/param").stringValue()).isEqualTo(param);
        assertThat(error.at("/message").stringValue()).contains(sentence).endsWith(".");
        assertThat(error.at("/type").stringValue()).isEqualTo("invalid_request_error");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"role": "robot", "content": ""}                    | messages[0].role
            {"role": "user"}                                    | messages[0].content
            {"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]} | messages[0].content[0].type
            {"role": "user", "content": "x", "name": "Ann"}     | messages[0].name
            {"role": "tool", "content": "x", "tool_call_id": "c"} | messages[0].tool_call_id
            "Hi"                                                | messages[0]
            """)
    void messagesAreReadStrictly(String message, String param) {
        HttpResponse<String> response = server.post(CHAT, "{\"model\": \"scripted\", \"messages\": [" + message + "]}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(JsonMapper.shared()
                        .readTree(response.body())
                        .at("/error/param")
                        .stringValue())
                .isEqualTo(param);
    }

    @Test
    void aPromptThatDoesNotFitIsRefusedWithBothCounts() {
        HttpResponse<String> response =
                server.post(CHAT, story("").replace("Once upon a time", "Once upon a time ".repeat(300)));
        JsonNode error = JsonMapper.shared().readTree(response.body()).at("/error");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error.at("/code").stringValue()).isEqualTo("context_length_exceeded");
        assertThat(error.at("/message").stringValue())
                .containsPattern("has [0-9]+ tokens")
                .contains("holds 128");
    }

    @Test
    void anUnknownModelIsNamed() {
        HttpResponse<String> response = server.post(CHAT, chat("Hi", "").replace("scripted", "gpt-9"));
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("model_not_found", "gpt-9", "stories, scripted");
    }

    @Test
    void textsAreContinued() {
        String request = "{\"model\": \"stories\", \"temperature\": 0, \"max_tokens\": 8, \"n\": 2,"
                + " \"prompt\": [\"Once upon a time\", \"Lily\"], \"echo\": true}";
        JsonNode answer = server.ask("/v1/completions", request);
        assertThat(answer.at("/choices").size()).isEqualTo(4);
        assertThat(answer.at("/choices/0/text").stringValue()).startsWith("Once upon a time, there was");
        assertThat(answer.at("/choices/1/text")).isEqualTo(answer.at("/choices/0/text"));
        assertThat(answer.at("/choices/3/text").stringValue()).startsWith("Lily");
        assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(32);
        List<JsonNode> events =
                server.events("/v1/completions", request.replace("\"n\": 2", "\"n\": 1, \"stream\": true"));
        String second = events.stream()
                .map(event -> event.at("/choices/0"))
                .filter(choice -> choice.at("/index").intValue() == 1)
                .map(choice -> choice.at("/text").stringValue())
                .collect(Collectors.joining());
        assertThat(second).isEqualTo(answer.at("/choices/3/text").stringValue());
    }

    @Test
    void textsAreHeldToAForm() {
        JsonNode answer = server.ask(
                "/v1/completions",
                "{\"model\": \"stories\", \"prompt\": \"Lily\", \"n\": 2, \"structured_outputs\": {\"regex\":"
                        + " \"[0-9]{3}\"}}");
        assertThat(answer.at("/choices")
                        .valueStream()
                        .map(choice -> choice.at("/text").stringValue()))
                .hasSize(2)
                .allMatch(text -> text.matches("[0-9]{3}"));
    }

    @Test
    void tokensOfTextsHaveProbabilities() {
        JsonNode answer = server.ask(
                "/v1/completions",
                "{\"model\": \"stories\", \"temperature\": 0, \"max_tokens\": 5, \"prompt\": [1, 403],"
                        + " \"logprobs\": 3}");
        JsonNode logProbs = answer.at("/choices/0/logprobs");
        assertThat(logProbs.at("/tokens").size()).isEqualTo(5);
        assertThat(logProbs.at("/text_offset/0").intValue()).isZero();
        assertThat(logProbs.at("/token_logprobs").valueStream().mapToDouble(JsonNode::doubleValue))
                .allMatch(value -> value <= 0);
        assertThat(logProbs.at("/top_logprobs/0").size()).isBetween(1, 3);
    }

    @Test
    void modelsAreListed() {
        JsonNode list = JsonMapper.shared().readTree(server.get("/v1/models").body());
        assertThat(list.at("/data").valueStream().map(model -> model.at("/id").stringValue()))
                .containsExactly("stories", "scripted");
        assertThat(server.get("/v1/models/stories").body()).contains("\"context_length\":128");
        assertThat(server.get("/v1/models/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void thereAreNoGuardRailsYet() {
        HttpResponse<String> response = server.post("/v1/moderations", "{\"input\": \"x\"}");
        assertThat(response.statusCode()).isEqualTo(501);
        assertThat(response.body()).contains("no guard rails yet");
    }
}
