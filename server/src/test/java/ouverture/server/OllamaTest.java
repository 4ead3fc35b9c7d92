package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Ollama's API against a running server.
class OllamaTest {
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

    private static String story(String prompt, String more) {
        return "{\"model\": \"stories:latest\", \"options\": {\"temperature\": 0, \"num_predict\": 12}, " + prompt
                + more + "}";
    }

    private static List<JsonNode> lines(String path, String body) {
        HttpResponse<String> response = server.post(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/x-ndjson");
        return response.body()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    @Test
    void chatsStreamUnlessTheyAreToldNotTo() {
        String messages = "\"messages\": [{\"role\": \"user\", \"content\": \"Once upon a time\"}]";
        List<JsonNode> lines = lines("/api/chat", story(messages, ""));
        String text = lines.stream()
                .map(line -> line.at("/message/content").stringValue())
                .collect(Collectors.joining());
        JsonNode last = lines.getLast();
        assertThat(text).startsWith(", there was a little");
        assertThat(lines.getFirst().at("/done").booleanValue()).isFalse();
        assertThat(last.at("/done").booleanValue()).isTrue();
        assertThat(last.at("/done_reason").stringValue()).isEqualTo("length");
        assertThat(last.at("/eval_count").intValue()).isEqualTo(12);
        assertThat(last.at("/prompt_eval_count").intValue()).isPositive();
        assertThat(last.at("/total_duration").longValue()).isPositive();
        assertThat(last.at("/model").stringValue()).isEqualTo("stories");

        JsonNode whole = server.ask("/api/chat", story(messages, ", \"stream\": false"));
        assertThat(whole.at("/message/content").stringValue()).isEqualTo(text);
        assertThat(whole.at("/message/role").stringValue()).isEqualTo("assistant");
        assertThat(whole.at("/done").booleanValue()).isTrue();
        assertThat(whole.at("/reasoning_applied/requested").stringValue()).isEqualTo("auto");
    }

    @Test
    void promptsAreAnsweredOrContinued() {
        String whole = server.ask("/api/generate", story("\"prompt\": \"Once upon a time\"", ", \"stream\": false"))
                .at("/response")
                .stringValue();
        String raw = server.ask(
                        "/api/generate",
                        story("\"prompt\": \"Once upon a time\"", ", \"stream\": false, \"raw\": true"))
                .at("/response")
                .stringValue();
        assertThat(whole).startsWith(", there was a little").isEqualTo(raw);
        List<JsonNode> lines = lines(
                "/api/generate",
                story("\"prompt\": \"Once upon a time\"", ", \"logprobs\": true, \"top_logprobs\": 1"));
        assertThat(lines.stream()
                        .map(line -> line.at("/response").stringValue())
                        .collect(Collectors.joining()))
                .isEqualTo(whole);
        assertThat(lines.stream().mapToInt(line -> line.at("/logprobs").size()).sum())
                .isEqualTo(12);
    }

    /// The model would tell a story.
    @Test
    void answersAreHeldToAFormat() {
        String schema = ", \"stream\": false, \"format\": {\"enum\": [\"red\", \"blue\"]}";
        assertThat(server.ask("/api/generate", story("\"prompt\": \"Once upon a time\"", schema + ", \"raw\": true"))
                        .at("/response")
                        .stringValue())
                .isIn("\"red\"", "\"blue\"");
        String messages = "\"messages\": [{\"role\": \"user\", \"content\": \"Once upon a time\"}]";
        assertThat(server.ask("/api/chat", story(messages, schema))
                        .at("/message/content")
                        .stringValue())
                .isIn("\"red\"", "\"blue\"");
        assertThat(server.ask("/api/chat", story(messages, ", \"stream\": false, \"format\": \"json\""))
                        .at("/message/content")
                        .stringValue())
                .startsWith("{");
    }

    /// As `curl -d` sends it.
    @Test
    void anyContentTypeWillDo() {
        HttpResponse<String> response = server.send(server.request("/api/chat")
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(chat("Hi", ", \"stream\": false")))
                .build());
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void thoughtsComeBackApart() {
        JsonNode answer = server.ask("/api/chat", chat("think Hm|Yes", ", \"think\": true, \"stream\": false"));
        assertThat(answer.at("/message/thinking").stringValue()).isEqualTo("Hm");
        assertThat(answer.at("/message/content").stringValue()).isEqualTo("Yes");
        assertThat(server.script.last().reasoning()).isEqualTo(Reasoning.Level.MEDIUM);
        server.ask("/api/chat", chat("Hi", ", \"think\": \"high\", \"stream\": false"));
        assertThat(server.script.last().reasoning()).isEqualTo(Reasoning.Level.HIGH);
        server.ask("/api/chat", chat("Hi", ", \"think\": false, \"stream\": false"));
        assertThat(server.script.last().reasoning()).isEqualTo(Reasoning.OFF);
    }

    @Test
    void toolsAreCalled() {
        String tools = ", \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"add\","
                + " \"parameters\": {\"type\": \"object\"}}}], \"stream\": false";
        JsonNode answer = server.ask("/api/chat", chat("call add {\"a\":1}\ncall add {\"a\":2}", tools));
        assertThat(answer.at("/message/tool_calls").size()).isEqualTo(2);
        assertThat(answer.at("/message/tool_calls/1/function/arguments/a").intValue())
                .isEqualTo(2);
        assertThat(answer.at("/done_reason").stringValue()).isEqualTo("stop");
        assertThat(server.script.last().tools()).extracting("name").containsExactly("add");
    }

    @Test
    void resultsFindTheirCalls() {
        server.ask(
                "/api/chat",
                "{\"model\": \"scripted\", \"stream\": false, \"messages\": [{\"role\": \"user\", \"content\": \"?\"},"
                        + "{\"role\": \"assistant\", \"content\": \"\", \"thinking\": \"Hm\", \"tool_calls\":"
                        + " [{\"function\": {\"name\": \"add\", \"arguments\": {\"a\": 1}}}, {\"id\": \"x\","
                        + " \"function\": {\"index\": 1, \"name\": \"sub\", \"arguments\": {}}}]},"
                        + "{\"role\": \"tool\", \"tool_name\": \"sub\", \"content\": \"0\"},"
                        + "{\"role\": \"tool\", \"content\": \"1\"}]}");
        assertThat(server.script.last().messages())
                .containsExactly(
                        Message.user("?"),
                        Message.assistant(
                                "",
                                "Hm",
                                List.of(
                                        new Message.Call("call_0", "add", "{\"a\":1}"),
                                        new Message.Call("x", "sub", "{}"))),
                        Message.tool("x", "0"),
                        Message.tool("call_0", "1"));
    }

    @Test
    void modelsAreListedAndLookedAt() {
        JsonNode tags = JsonMapper.shared().readTree(server.get("/api/tags").body());
        assertThat(tags.at("/models")
                        .valueStream()
                        .map(model -> model.at("/name").stringValue()))
                .containsExactly("stories", "scripted");
        assertThat(tags.at("/models/0/details/family").stringValue()).isEqualTo("llama");
        assertThat(tags.at("/models/0/details/parameter_size").stringValue()).endsWith("K");
        JsonNode show = server.ask("/api/show", "{\"model\": \"scripted\"}");
        assertThat(show.at("/capabilities").toString()).isEqualTo("[\"completion\",\"tools\",\"thinking\"]");
        assertThat(show.at("/model_info/script.context_length").intValue()).isEqualTo(4096);
        JsonNode loaded = JsonMapper.shared().readTree(server.get("/api/ps").body());
        assertThat(loaded.at("/models").size()).isEqualTo(2);
        assertThat(server.get("/api/version").body()).startsWith("{\"version\":\"");
        assertThat(server.get("/").body()).isEqualTo("Ouverture is running");
        HttpResponse<String> head = server.send(server.request("/")
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(head.statusCode()).isEqualTo(200);
    }

    @Test
    void modelsAreLoadedAndUnloaded() {
        JsonNode load = server.ask("/api/generate", "{\"model\": \"scripted\", \"keep_alive\": \"1h30m\"}");
        assertThat(load.at("/done_reason").stringValue()).isEqualTo("load");
        assertThat(expires()).startsWith("20").doesNotStartWith("2318");
        JsonNode unload = server.ask("/api/chat", "{\"model\": \"scripted\", \"messages\": [], \"keep_alive\": 0}");
        assertThat(unload.at("/done_reason").stringValue()).isEqualTo("unload");
        RunningServer.await(() -> !server.get("/api/ps").body().contains("scripted"));
        server.ask("/api/chat", chat("Hi", ", \"stream\": false"));
        assertThat(expires()).startsWith("2318");
    }

    private static String expires() {
        JsonNode models =
                JsonMapper.shared().readTree(server.get("/api/ps").body()).at("/models");
        return models.valueStream()
                .filter(model -> model.at("/name").stringValue().equals("scripted"))
                .map(model -> model.at("/expires_at").stringValue())
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            "temperature": 1                         | `temperature` is no field of a chat request
            "options": {"mirostat": 1}               | `options.mirostat` is no field of options
            "options": {"num_ctx": 100000}           | `options.num_ctx` is 100000 and this server's context holds 4096
            "options": {"num_thread": 4}             | is set when the server starts (`--threads`)
            "options": {"num_predict": 0}            | leaves no room for an answer
            "options": {"repeat_last_n": 64}         | penalties look at all tokens
            "format": "xml"                          | `format` must be
            "think": "very"                          | `think` must be
            "keep_alive": "5 minutes"                | is no duration
            "top_logprobs": 1                        | needs `logprobs`
            "truncate": true                         | prompts are never cut
            """)
    void whatIsNotHonouredIsRefusedByName(String field, String sentence) {
        HttpResponse<String> response = server.post("/api/chat", chat("Hi", ", " + field));
        JsonNode body = JsonMapper.shared().readTree(response.body());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(body.at("/error").stringValue()).contains(sentence).endsWith(".");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            /api/chat     | {"model": "none", "messages": []}                                                     | 404
            /api/show     | {"model": "none"}                                                                     | 404
            /api/chat     | {"model": "scripted", "messages": [{"role": "tool", "content": "x"}]}                 | 400
            /api/chat     | {"model": "scripted", "messages": [{"role": "user", "content": "x", "images": ["x"]}]} | 400
            /api/generate | {"model": "stories", "prompt": "x", "raw": true, "system": "y"}                       | 400
            /api/generate | {"model": "stories", "prompt": "x", "suffix": "y"}                                    | 400
            /api/pull     | {}                                                                                    | 404
            """)
    void errorsAreASentence(String path, String body, int status) {
        HttpResponse<String> response = server.post(path, body);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(JsonMapper.shared().readTree(response.body()).at("/error").stringValue())
                .isNotEmpty();
    }
}
