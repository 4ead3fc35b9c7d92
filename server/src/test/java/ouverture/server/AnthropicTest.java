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
import ouverture.constrain.Constraint;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Anthropic's API against a running server.
class AnthropicTest {
    private static final String MESSAGES = "/v1/messages";

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

    /// A request to the scripted model.
    private static String request(String message, String more) {
        return "{\"model\": \"scripted\", \"max_tokens\": 100, \"messages\": [{\"role\": \"user\", \"content\": "
                + JsonMapper.shared().writeValueAsString(message) + "}]" + more + "}";
    }

    private static String story(String more) {
        return "{\"model\": \"stories\", \"temperature\": 0, \"max_tokens\": 12,"
                + " \"messages\": [{\"role\": \"user\", \"content\": \"Once upon a time\"}]" + more + "}";
    }

    @Test
    void aConversationIsAnswered() {
        JsonNode answer = server.ask(MESSAGES, story(""));
        assertThat(answer.at("/type").stringValue()).isEqualTo("message");
        assertThat(answer.at("/content").size()).isEqualTo(1);
        assertThat(answer.at("/content/0/type").stringValue()).isEqualTo("text");
        assertThat(answer.at("/content/0/text").stringValue()).startsWith(", there was a little");
        assertThat(answer.at("/stop_reason").stringValue()).isEqualTo("max_tokens");
        assertThat(answer.at("/usage/output_tokens").intValue()).isEqualTo(12);
        assertThat(answer.at("/reasoning_applied/requested").stringValue()).isEqualTo("off");
    }

    @Test
    void aStreamSaysTheSame() {
        String whole = server.ask(MESSAGES, story("")).at("/content/0/text").stringValue();
        List<JsonNode> events = server.events(MESSAGES, story(", \"stream\": true"));
        assertThat(events.getFirst().at("/type").stringValue()).isEqualTo("message_start");
        int prompt = events.getFirst().at("/message/usage/input_tokens").intValue();
        String text = events.stream()
                .map(event -> event.at("/delta/text"))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .collect(Collectors.joining());
        assertThat(text).isEqualTo(whole);
        JsonNode last = events.get(events.size() - 2);
        assertThat(last.at("/delta/stop_reason").stringValue()).isEqualTo("max_tokens");
        assertThat(last.at("/usage/output_tokens").intValue()).isEqualTo(12);
        assertThat(last.at("/usage/input_tokens").intValue()
                        + last.at("/usage/cache_read_input_tokens").intValue())
                .isEqualTo(prompt)
                .isEqualTo(server.ask(
                                MESSAGES + "/count_tokens",
                                "{\"model\": \"stories\", \"messages\":"
                                        + " [{\"role\": \"user\", \"content\": \"Once upon a time\"}]}")
                        .at("/input_tokens")
                        .intValue());
        assertThat(events.getLast().at("/type").stringValue()).isEqualTo("message_stop");
    }

    @Test
    void theStopSequenceThatCameIsTold() {
        JsonNode answer = server.ask(MESSAGES, story(", \"stop_sequences\": [\"zebra\", \"little\"]"));
        assertThat(answer.at("/stop_reason").stringValue()).isEqualTo("stop_sequence");
        assertThat(answer.at("/stop_sequence").stringValue()).isEqualTo("little");
        assertThat(answer.at("/content/0/text").stringValue()).doesNotContain("little");
    }

    @Test
    void thoughtsAreBlocksOfTheirOwn() {
        String thinking = ", \"thinking\": {\"type\": \"enabled\", \"budget_tokens\": 50}";
        JsonNode answer = server.ask(MESSAGES, request("think Hm|Yes", thinking));
        assertThat(answer.at("/content/0/type").stringValue()).isEqualTo("thinking");
        assertThat(answer.at("/content/0/thinking").stringValue()).isEqualTo("Hm");
        assertThat(answer.at("/content/0/signature").stringValue()).isNotEmpty();
        assertThat(answer.at("/content/1/text").stringValue()).isEqualTo("Yes");
        assertThat(answer.at("/stop_reason").stringValue()).isEqualTo("end_turn");
        assertThat(server.script.last().reasoning()).isEqualTo(new Reasoning.Budget(50));

        List<String> types = server.events(MESSAGES, request("think Hm|Yes", thinking + ", \"stream\": true")).stream()
                .map(event -> event.at("/delta/type").asString(event.at("/type").stringValue()))
                .toList();
        assertThat(types)
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "thinking_delta",
                        "signature_delta",
                        "content_block_stop",
                        "content_block_start",
                        "text_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "stream": false                                                           | off
            "thinking": {"type": "disabled"}                                          | off
            "thinking": {"type": "adaptive"}                                          | auto
            "thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}      | high
            "thinking": {"type": "enabled", "budget_tokens": 7}                       | 7
            """)
    void thinkingIsTheSwitch(String field, String setting) {
        server.ask(MESSAGES, request("Hi", ", " + field));
        assertThat(server.script.last().reasoning()).isEqualTo(Reasoning.parse(setting));
    }

    @Test
    void toolsAreUsed() {
        String tools = ", \"tools\": [{\"name\": \"add\", \"description\": \"Adds.\", \"input_schema\":"
                + " {\"type\": \"object\"}, \"cache_control\": {\"type\": \"ephemeral\"}}]";
        JsonNode answer = server.ask(MESSAGES, request("call add {\"a\":1}\ncall add {\"a\":2}", tools));
        assertThat(answer.at("/content").size()).isEqualTo(2);
        assertThat(answer.at("/content/1/type").stringValue()).isEqualTo("tool_use");
        assertThat(answer.at("/content/1/input/a").intValue()).isEqualTo(2);
        assertThat(answer.at("/stop_reason").stringValue()).isEqualTo("tool_use");
        assertThat(server.script.last().tools()).extracting("name").containsExactly("add");

        JsonNode single = server.ask(
                MESSAGES,
                request(
                        "call add {\"a\":1}\ncall add {\"a\":2}",
                        tools + ", \"tool_choice\": {\"type\": \"auto\", \"disable_parallel_tool_use\": true}"));
        assertThat(single.at("/content").size()).isEqualTo(1);
        server.ask(MESSAGES, request("Hi", tools + ", \"tool_choice\": {\"type\": \"any\"}"));
        assertThat(server.script.last().toolChoice()).isEqualTo(ToolChoice.REQUIRED);
        server.ask(
                MESSAGES,
                request(
                        "Hi",
                        ", \"output_config\": {\"format\": {\"type\": \"json_schema\","
                                + " \"schema\": {\"type\": \"null\"}}}"));
        assertThat(server.script.last().constraint()).contains(new Constraint.JsonSchema("{\"type\":\"null\"}"));
        server.ask(MESSAGES, request("Hi", tools + ", \"tool_choice\": {\"type\": \"none\"}"));
        assertThat(server.script.last().tools()).isEmpty();

        List<JsonNode> events = server.events(MESSAGES, request("call add {\"a\":1}", tools + ", \"stream\": true"));
        assertThat(events.get(1).at("/content_block/name").stringValue()).isEqualTo("add");
        assertThat(events.get(2).at("/delta/partial_json").stringValue()).isEqualTo("{\"a\":1}");
    }

    @Test
    void anAnswerCanBeSentBack() {
        server.ask(
                MESSAGES,
                "{\"model\": \"scripted\", \"max_tokens\": 9, \"system\": [{\"type\": \"text\", \"text\": \"Be\"},"
                        + " {\"type\": \"text\", \"text\": \"brief.\", \"cache_control\": {\"type\": \"ephemeral\","
                        + " \"ttl\": \"1h\"}}], \"messages\": [{\"role\": \"user\", \"content\": \"1+1?\"},"
                        + "{\"role\": \"assistant\", \"content\": [{\"type\": \"thinking\", \"thinking\": \"Hm\","
                        + " \"signature\": \"x\"}, {\"type\": \"text\", \"text\": \"Let me\"}, {\"type\": \"tool_use\","
                        + " \"id\": \"c1\", \"name\": \"add\", \"input\": {\"a\": 1}}]},"
                        + "{\"role\": \"user\", \"content\": [{\"type\": \"tool_result\", \"tool_use_id\": \"c1\","
                        + " \"content\": [{\"type\": \"text\", \"text\": \"no\"}], \"is_error\": true},"
                        + " {\"type\": \"text\", \"text\": \"Well?\"}]},"
                        + "{\"role\": \"user\", \"content\": \"Now!\"}]}");
        assertThat(server.script.last().messages())
                .containsExactly(
                        Message.system("Be\nbrief."),
                        Message.user("1+1?"),
                        Message.assistant("Let me", "Hm", List.of(new Message.Call("c1", "add", "{\"a\":1}"))),
                        Message.tool("c1", "Error: no"),
                        Message.user("Well?\nNow!"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            "temprature": 1                                     | `temprature` is no field of a message request
            "temperature": 2                                    | `temperature` must be a number from 0 to 1
            "tool_choice": {"type": "each"}                     | `tool_choice.type` must be
            "tools": [{"type": "bash_20250124", "name": "bash"}] | `tools[0].
            "thinking": {"type": "enabled"}                     | `thinking.budget_tokens` is missing
            "thinking": {"type": "enabled", "budget_tokens": 100} | below `max_tokens`, 100
            "output_config": {"effort": "low"}                  | needs `thinking` of type "adaptive"
            "output_config": {"format": {}}                     | `output_config.format.type` must be
            "mcp_servers": []                                   | `mcp_servers` is not supported
            "system": [{"type": "image"}]                       | this server reads no images
            """)
    void whatIsNotHonouredIsRefusedByName(String field, String sentence) {
        HttpResponse<String> response = server.post(MESSAGES, request("Hi", ", " + field));
        JsonNode body = JsonMapper.shared().readTree(response.body());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(body.at("/type").stringValue()).isEqualTo("error");
        assertThat(body.at("/error/type").stringValue()).isEqualTo("invalid_request_error");
        assertThat(body.at("/error/message").stringValue()).contains(sentence).endsWith(".");
        assertThat(body.at("/request_id").stringValue())
                .isEqualTo(response.headers().firstValue("request-id").orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            {"role": "assistant", "content": "I"}                                     | must end with a user's message
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c"}]} | names no tool use
            {"role": "user", "content": [{"type": "image", "source": {}}]}            | this server reads no images
            {"role": "robot", "content": "x"}                                         | `messages[0].role`
            """)
    void messagesAreReadStrictly(String message, String sentence) {
        HttpResponse<String> response =
                server.post(MESSAGES, "{\"model\": \"scripted\", \"max_tokens\": 9, \"messages\": [" + message + "]}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(JsonMapper.shared()
                        .readTree(response.body())
                        .at("/error/message")
                        .stringValue())
                .contains(sentence);
    }

    @Test
    void errorsHaveTheirKind() {
        HttpResponse<String> unknown = server.post(MESSAGES, request("Hi", "").replace("scripted", "none"));
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("not_found_error");
        assertThat(server.post(MESSAGES + "?beta=true", request("Hi", "")).statusCode())
                .isEqualTo(200);
        assertThat(server.post(MESSAGES + "?x=1", request("Hi", "")).statusCode())
                .isEqualTo(400);
    }
}
