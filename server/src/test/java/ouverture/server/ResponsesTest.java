package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.Message;
import ouverture.Message.Role;
import ouverture.Reasoning;
import ouverture.Tool;
import ouverture.ToolChoice;
import ouverture.constrain.Constraint;
import ouverture.server.key.ApiKeys;
import ouverture.server.key.Scope;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// OpenAI's Responses against a running server.
class ResponsesTest {
    private static final String PATH = "/v1/responses";
    private static final String TOOL =
            "{\"type\": \"function\", \"name\": \"add\", \"parameters\": {\"type\": \"object\"}}";

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.scripted(UnaryOperator.identity());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String body(String input, String more) {
        return "{\"model\": \"scripted\", \"input\": " + input + more + "}";
    }

    private static String said(String text, String more) {
        return body(JsonMapper.shared().writeValueAsString(text), more);
    }

    private static JsonNode ask(String text, String more) {
        return server.ask(PATH, said(text, more));
    }

    private static String at(JsonNode node, String pointer) {
        return node.at(pointer).asString("");
    }

    private static List<String> types(List<JsonNode> events) {
        assertThat(events.stream().map(event -> event.path("sequence_number").intValue()))
                .containsExactlyElementsOf(
                        IntStream.range(0, events.size()).boxed().toList());
        return events.stream().map(event -> at(event, "/type")).toList();
    }

    @Test
    void theOldestItemsAreDroppedWhereThatIsAskedFor() {
        String input = "[{\"role\": \"user\", \"content\": \"" + "x".repeat(4090)
                + "\"}, {\"role\": \"assistant\", \"content\": \"yes\"}, {\"role\": \"user\", \"content\": \"b\"}]";
        JsonNode cut = server.ask(PATH, body(input, ", \"truncation\": \"auto\", \"instructions\": \"i\""));
        assertThat(at(cut, "/truncation")).isEqualTo("auto");
        assertThat(cut.at("/dropped_items").intValue()).isEqualTo(2);
        assertThat(server.script.last().messages()).containsExactly(Message.system("i"), Message.user("b"));
        JsonNode whole = server.ask(PATH, body(input, ""));
        assertThat(at(whole, "/truncation")).isEqualTo("disabled");
        assertThat(whole.has("dropped_items")).isFalse();
        assertThat(server.script.last().messages()).hasSize(3);
        JsonNode fits = ask("short", ", \"truncation\": \"auto\"");
        assertThat(fits.at("/dropped_items").intValue()).isZero();
    }

    @Test
    void aTextIsAnswered() {
        JsonNode response = ask("Good morning", ", \"instructions\": \"Be kind.\", \"max_output_tokens\": 50");
        assertThat(at(response, "/object")).isEqualTo("response");
        assertThat(at(response, "/status")).isEqualTo("completed");
        assertThat(response.at("/output")).hasSize(1);
        assertThat(at(response, "/output/0/type")).isEqualTo("message");
        assertThat(at(response, "/output/0/content/0/text")).isEqualTo("Good morning");
        assertThat(at(response, "/instructions")).isEqualTo("Be kind.");
        assertThat(response.at("/usage/input_tokens").intValue()).isEqualTo(10);
        assertThat(response.at("/usage/input_tokens_details/cached_tokens").intValue())
                .isEqualTo(4);
        assertThat(response.at("/max_output_tokens").intValue()).isEqualTo(50);
        assertThat(server.script.last().maxTokens()).isEqualTo(50);
        assertThat(server.script.last().messages())
                .containsExactly(Message.system("Be kind."), Message.user("Good morning"));
    }

    @Test
    void anAnswerIsHeldToItsForm() {
        String schema = "{\"type\":\"object\",\"properties\":{\"sum\":{\"type\":\"integer\"}}}";
        JsonNode response = ask(
                "Add.",
                ", \"text\": {\"format\": {\"type\": \"json_schema\", \"name\": \"sum\", \"strict\": true, \"schema\": "
                        + schema + "}}");
        assertThat(server.script.last().constraint()).contains(new Constraint.JsonSchema(schema));
        assertThat(at(response, "/text/format/type")).isEqualTo("json_schema");
        assertThat(response.at("/text/format/schema").toString()).isEqualTo(schema);
        ask("Add.", ", \"text\": {\"format\": {\"type\": \"json_object\"}}");
        assertThat(server.script.last().constraint()).contains(new Constraint.JsonObject());
        assertThat(at(ask("Add.", ""), "/text/format/type")).isEqualTo("text");
        assertThat(server.script.last().constraint()).isEmpty();
    }

    @Test
    void aToolMustBeCalled() {
        String tools = ", \"tools\": [{\"type\": \"function\", \"name\": \"add\", \"strict\": true}]";
        JsonNode response = ask("Add.", tools + ", \"tool_choice\": {\"type\": \"function\", \"name\": \"add\"}");
        assertThat(server.script.last().toolChoice()).isEqualTo(new ToolChoice.Named("add"));
        assertThat(server.script.last().tools()).allMatch(Tool::isStrict);
        assertThat(at(response, "/tool_choice/name")).isEqualTo("add");
        assertThat(at(ask("Add.", tools + ", \"tool_choice\": \"required\""), "/tool_choice"))
                .isEqualTo("required");
        assertThat(server.script.last().toolChoice()).isEqualTo(ToolChoice.Any.REQUIRED);
    }

    @Test
    void itemsBecomeMessages() {
        server.ask(PATH, body("""
                [{"role": "developer", "content": "Add."},
                 {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "1"},
                   {"type": "input_text", "text": "2"}]},
                 {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text",
                   "text": "Hm"}]},
                 {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed",
                  "content": [{"type": "output_text", "text": "I add.", "annotations": [], "logprobs": []}]},
                 {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"},
                 {"type": "function_call_output", "call_id": "c1", "output": "3"}]""", ""));
        Message.Call call = new Message.Call("c1", "add", "{}");
        assertThat(server.script.last().messages())
                .containsExactly(
                        Message.system("Add."),
                        Message.user("1\n2"),
                        Message.assistant("I add.", "Hm", List.of(call)),
                        Message.tool("c1", "3"));
    }

    @Test
    void aConversationGoesOnWithoutItsInstructions() {
        JsonNode first = ask("one", ", \"instructions\": \"Count.\"");
        JsonNode second = ask("two", ", \"previous_response_id\": \"" + at(first, "/id") + "\"");
        ask("three", ", \"previous_response_id\": \"" + at(second, "/id") + "\"");
        assertThat(server.script.last().messages())
                .containsExactly(
                        Message.user("one"),
                        Message.assistant("one"),
                        Message.user("two"),
                        Message.assistant("two"),
                        Message.user("three"));
        assertThat(at(second, "/previous_response_id")).isEqualTo(at(first, "/id"));
    }

    @Test
    void eventsOfATextComeInOrder() {
        List<JsonNode> events = server.events(PATH, said("one two", ", \"stream\": true"));
        assertThat(types(events))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.completed");
        JsonNode last = events.getLast().at("/response");
        assertThat(at(last, "/output/0/content/0/text")).isEqualTo("one two");
        assertThat(at(events.get(7), "/text")).isEqualTo("one two");
        assertThat(at(events.get(4), "/item_id")).isEqualTo(at(last, "/output/0/id"));
        assertThat(at(events.getFirst(), "/response/status")).isEqualTo("in_progress");
        assertThat(server.look(PATH + "/" + at(last, "/id"))).isEqualTo(last);
    }

    @Test
    void thoughtsAreItemsOfTheirOwn() {
        List<JsonNode> events =
                server.events(PATH, said("think Hm|Yes", ", \"stream\": true, \"reasoning\": {\"effort\": \"high\"}"));
        assertThat(types(events))
                .containsSubsequence(
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.reasoning_text.delta",
                        "response.reasoning_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.done");
        JsonNode output = events.getLast().at("/response/output");
        assertThat(at(output, "/0/type")).isEqualTo("reasoning");
        assertThat(at(output, "/0/content/0/text")).isEqualTo("Hm");
        assertThat(at(output, "/1/content/0/text")).isEqualTo("Yes");
        assertThat(output.toString()).doesNotContain("encrypted_content");
        assertThat(server.script.last().reasoning()).isEqualTo(Reasoning.Level.HIGH);
    }

    @Test
    void thoughtsMayStandInTheSummaryOrGoBackSealed() {
        List<JsonNode> events = server.events(
                PATH,
                said(
                        "think Hm|Yes",
                        ", \"stream\": true, \"store\": false, \"include\": [\"reasoning.encrypted_content\"],"
                                + " \"reasoning\": {\"summary\": \"auto\"}"));
        assertThat(types(events))
                .containsSubsequence(
                        "response.reasoning_summary_part.added",
                        "response.reasoning_summary_text.delta",
                        "response.reasoning_summary_text.done",
                        "response.reasoning_summary_part.done");
        JsonNode response = events.getLast().at("/response");
        assertThat(at(response, "/output/0/summary/0/text")).isEqualTo("Hm");
        String sealed = at(response, "/output/0/encrypted_content");
        server.ask(
                PATH,
                body(
                        "[{\"type\": \"reasoning\", \"summary\": [], \"encrypted_content\": \"" + sealed
                                + "\"}, {\"role\": \"assistant\", \"content\": \"Yes\"}, {\"role\": \"us"
                                + "er\", \"content\": \"And?\"}]",
                        ""));
        assertThat(server.script.last().messages().getFirst().reasoning()).isEqualTo("Hm");
        assertThat(server.get(PATH + "/" + at(response, "/id")).statusCode()).isEqualTo(404);
    }

    @Test
    void toolsAreCalledAndTheirOutputGoesOn() {
        List<JsonNode> events =
                server.events(PATH, said("call add {\"a\":1}", ", \"stream\": true, \"tools\": [" + TOOL + "]"));
        assertThat(types(events))
                .containsSubsequence(
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed");
        JsonNode response = events.getLast().at("/response");
        assertThat(at(response, "/output/0/name")).isEqualTo("add");
        assertThat(at(response, "/output/0/arguments")).isEqualTo("{\"a\":1}");
        assertThat(at(response, "/tools/0/name")).isEqualTo("add");
        String call = at(response, "/output/0/call_id");
        JsonNode next = server.ask(
                PATH,
                body(
                        "[{\"type\": \"function_call_output\", \"call_id\": \"" + call + "\", \"output\": \"2\"}]",
                        ", \"previous_response_id\": \"" + at(response, "/id") + "\""));
        assertThat(at(next, "/output/0/content/0/text")).isEqualTo("2");
        assertThat(server.script.last().messages())
                .extracting(Message::role)
                .containsExactly(Role.USER, Role.ASSISTANT, Role.TOOL);
    }

    @Test
    void oneCallAtATimeOnRequest() {
        JsonNode response =
                ask("call add {}\ncall add {}", ", \"parallel_tool_calls\": false, \"tools\": [" + TOOL + "]");
        assertThat(response.at("/output")).hasSize(1);
    }

    @Test
    void responsesAreListedAndForgotten() {
        JsonNode response = server.ask(
                PATH,
                body(
                        "[{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"user\", \"content\": \"b\"},"
                                + " {\"role\": \"user\", \"content\": \"c\"}]",
                        ", \"metadata\": {\"k\": \"v\"}"));
        String one = PATH + "/" + at(response, "/id");
        assertThat(at(server.look(one), "/metadata/k")).isEqualTo("v");
        JsonNode newest = server.look(one + "/input_items?limit=2");
        assertThat(at(newest, "/data/0/content/0/text")).isEqualTo("c");
        assertThat(newest.at("/has_more").booleanValue()).isTrue();
        JsonNode rest = server.look(one + "/input_items?order=desc&after=" + at(newest, "/last_id"));
        assertThat(at(rest, "/data/0/content/0/text")).isEqualTo("a");
        assertThat(rest.at("/has_more").booleanValue()).isFalse();
        JsonNode deleted = JsonMapper.shared().readTree(server.delete(one).body());
        assertThat(deleted.at("/deleted").booleanValue()).isTrue();
        assertThat(server.get(one).statusCode()).isEqualTo(404);
        assertThat(server.delete(one).body()).contains("not found");
        assertThat(server.post(PATH, said("x", ", \"previous_response_id\": \"" + at(response, "/id") + "\""))
                        .body())
                .contains("previous_response_not_found");
    }

    @Test
    void aResponseGoesOnInTheBackground() {
        JsonNode begun = ask("one two", ", \"background\": true");
        assertThat(at(begun, "/status")).isIn("queued", "in_progress", "completed");
        String one = PATH + "/" + at(begun, "/id");
        RunningServer.await(() -> at(server.look(one), "/status").equals("completed"));
        assertThat(at(server.look(one), "/output/0/content/0/text")).isEqualTo("one two");
        List<JsonNode> events = RunningServer.events(server.get(one + "?stream=true"));
        assertThat(types(events)).startsWith("response.created", "response.queued", "response.in_progress");
        List<JsonNode> rest = RunningServer.events(server.get(one + "?stream=true&starting_after=3"));
        assertThat(rest).isEqualTo(events.subList(4, events.size()));
        RunningServer.await(() -> server.log.stream().anyMatch(line -> line.contains("\"BACKGROUND\"")));
    }

    @Test
    void aBackgroundResponseCanBeGivenUp() {
        int before = server.script.cancelled();
        JsonNode begun = ask("forever", ", \"background\": true");
        String one = PATH + "/" + at(begun, "/id");
        RunningServer.await(() -> at(server.look(one), "/status").equals("in_progress"));
        assertThat(server.post(PATH, said("x", ", \"previous_response_id\": \"" + at(begun, "/id") + "\""))
                        .body())
                .contains("still under way");
        JsonNode cancelled = server.ask(one + "/cancel", "");
        assertThat(at(cancelled, "/status")).isEqualTo("cancelled");
        assertThat(server.script.cancelled()).isGreaterThan(before);
        assertThat(at(server.ask(one + "/cancel", ""), "/status")).isEqualTo("cancelled");
    }

    @Test
    void aBackgroundStreamOutlivesItsClient() {
        List<JsonNode> events = server.events(PATH, said("one two", ", \"background\": true, \"stream\": true"));
        assertThat(types(events))
                .startsWith("response.created", "response.queued")
                .endsWith("response.completed");
        assertThat(at(events.getFirst(), "/response/status")).isEqualTo("queued");
    }

    @Test
    void failuresInTheBackgroundAreTold() {
        JsonNode begun = ask("fail", ", \"background\": true");
        String one = PATH + "/" + at(begun, "/id");
        RunningServer.await(() -> at(server.look(one), "/status").equals("failed"));
        assertThat(at(server.look(one), "/error/code")).isEqualTo("server_error");
        RunningServer.await(() ->
                server.log.stream().anyMatch(line -> line.contains("\"BACKGROUND\"") && line.contains("a mistake")));
    }

    @Test
    void onlyTheKeyThatAskedFindsAResponse(@TempDir Path folder) {
        Path file = folder.resolve("keys");
        String ann = ApiKeys.add(file, "ann", EnumSet.allOf(Scope.class));
        String bob = ApiKeys.add(file, "bob", EnumSet.allOf(Scope.class));
        try (RunningServer locked = RunningServer.scripted(options -> options.withKeys(Optional.of(file)))) {
            HttpResponse<String> made = locked.send(locked.request(PATH)
                    .header("authorization", "Bearer " + ann)
                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString(said("secret", "")))
                    .build());
            String one = PATH + "/" + at(JsonMapper.shared().readTree(made.body()), "/id");
            assertThat(status(locked, one, ann)).isEqualTo(200);
            assertThat(status(locked, one, bob)).isEqualTo(404);
        }
    }

    private static int status(RunningServer server, String path, String key) {
        return server.send(server.request(path)
                        .header("authorization", "Bearer " + key)
                        .build())
                .statusCode();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "x", "colour": 1 | colour | is no field of a response request
            "x", "background": true, "store": false | background | needs `store`
            "x", "truncation": "middle" | truncation | disabled
            "x", "conversation": "c" | conversation | `previous_response_id`
            "x", "tools": [{"type": "web_search"}] | tools[0].type | no tools of its own
            "x", "tools": [{"type": "function"}] | tools[0].name | is missing
            "x", "max_tool_calls": 3 | max_tool_calls | not supported
            "x", "top_logprobs": 3 | top_logprobs | needs `include`
            "x", "stream_options": {"include_obfuscation": false} | stream_options | needs `stream`
            "x", "metadata": {"k": 1} | metadata.k | must be a string
            "x", "reasoning": {"summary": "concise"} | reasoning.summary | must be
            [] | input | not empty
            [{"type": "item_reference", "id": "x"}] | input[0].type | send the item itself
            [{"role": "user", "content": [{"type": "input_image"}]}] | input[0].content[0].type | reads no images
            [{"type": "function_call_output", "call_id": "c", "output": ""}] | input | no item before it makes
            [{"type":"reasoning","summary":[],"encrypted_content":"!"}] | input[0].encrypted_content | none of this
            """)
    void mistakesAreNamed(String input, String field, String sentence) {
        HttpResponse<String> response = server.post(PATH, body(input, ""));
        JsonNode error = JsonMapper.shared().readTree(response.body()).at("/error");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(at(error, "/param")).isEqualTo(field);
        assertThat(at(error, "/message")).contains(sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ?colour=1                 | `colour` is no field
            ?starting_after=1         | needs `stream`
            ?stream=true              | `background`
            ?stream=1                 | must be true or false
            ?stream=true&stream=true  | is there twice
            ?include%5B%5D=x          | was asked for when it was made
            """)
    void mistakesInAddressesAreNamed(String query, String sentence) throws Exception {
        String one = PATH + "/" + at(ask("x", ""), "/id");
        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write(("GET " + one + query + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes());
            String answer = new String(socket.getInputStream().readAllBytes());
            assertThat(answer).startsWith("HTTP/1.1 400").contains(sentence);
        }
    }

    @Test
    void onlyBackgroundResponsesCanBeGivenUp() {
        HttpResponse<String> response = server.post(PATH + "/" + at(ask("x", ""), "/id") + "/cancel", "");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("Cannot cancel a synchronous response.");
    }
}
