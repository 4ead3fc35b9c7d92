package ouverture.server.openai;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import ouverture.Message;
import ouverture.error.RequestException;
import ouverture.server.field.Field;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.TaggedType;
import ouverture.server.field.Values;
import ouverture.server.openai.ResponseItem.Called;
import ouverture.server.openai.ResponseItem.Result;
import ouverture.server.openai.ResponseItem.Said;
import ouverture.server.openai.ResponseItem.Thought;

/// `input` of `/v1/responses`: a text, or items.
final class ResponseInput {
    private static final int ANY = Integer.MAX_VALUE;
    private static final String NO_SERVER_TOOLS = "this server runs no tools of its own";

    private static final Field<String> TEXT = Field.required("text", JsonTypes.text(), "what it says");
    private static final ObjectType<String> TEXT_PART =
            new ObjectType<>("a text part", List.of(TEXT), values -> values.get(TEXT));
    private static final JsonType<String> PART = new TaggedType<String>("a part of a message", "type")
            .with("input_text", TEXT_PART)
            .with(
                    "output_text",
                    new ObjectType<>(
                            "a text part of an answer",
                            List.of(
                                    TEXT,
                                    Field.only("annotations", "answers have no annotations", "[]"),
                                    Field.list(
                                            "logprobs",
                                            JsonTypes.list("log-probabilities", JsonTypes.object(), 0, ANY),
                                            "may go back as it came; the model does not see it")),
                            values -> values.get(TEXT)))
            .without("refusal", "models here do not refuse in a form of their own")
            .without("input_image", "this server reads no images")
            .without("input_audio", "this server hears no audio")
            .without("input_file", "this server reads no files; send their text");
    private static final JsonType<String> CONTENT = JsonTypes.either(
            JsonTypes.text(), JsonTypes.list("text parts", PART, 1, ANY).as(parts -> String.join("\n", parts)));

    private static final Field<Optional<String>> ID =
            Field.optional("id", JsonTypes.name(), "names the item; made up without it");
    private static final Field<Optional<String>> STATUS = Field.optional(
            "status",
            JsonTypes.oneOf("in_progress", "completed", "incomplete"),
            "may go back as it came; the model does not see it");

    private static final Field<String> ROLE =
            Field.required("role", JsonTypes.oneOf("user", "assistant", "system", "developer"), "who says it");
    private static final Field<String> SAID =
            Field.required("content", CONTENT, "what is said; several parts become lines of one text");
    private static final ObjectType<Said> MESSAGE = new ObjectType<>(
            "a message",
            List.of(ROLE, SAID, ID, STATUS),
            values -> new Said(id(values, "msg"), values.get(ROLE), values.get(SAID)));

    private static final Field<String> CALL_ID =
            Field.required("call_id", JsonTypes.name(), "names the call; send it back as it came");
    private static final Field<String> NAME = Field.required("name", JsonTypes.name(), "the tool that was called");
    private static final Field<String> ARGUMENTS =
            Field.required("arguments", JsonTypes.text(), "JSON, as the model wrote it");
    private static final ObjectType<Called> FUNCTION_CALL = new ObjectType<>(
            "a function call",
            List.of(CALL_ID, NAME, ARGUMENTS, ID, STATUS),
            values -> new Called(
                    id(values, "fc"), new Message.Call(values.get(CALL_ID), values.get(NAME), values.get(ARGUMENTS))));

    private static final Field<String> OUTPUT =
            Field.required("output", CONTENT, "what the tool gave back; several parts become lines of one text");
    private static final ObjectType<Result> FUNCTION_CALL_OUTPUT = new ObjectType<>(
            "a function call's output",
            List.of(CALL_ID, OUTPUT, ID, STATUS),
            values -> new Result(id(values, "fco"), values.get(CALL_ID), values.get(OUTPUT)));

    private static final Field<List<String>> SUMMARY = Field.list(
            "summary",
            JsonTypes.list("summaries", tagged("summary_text"), 0, ANY),
            "the thought, where it came back here");
    private static final Field<List<String>> THOUGHT =
            Field.list("content", JsonTypes.list("thoughts", tagged("reasoning_text"), 0, ANY), "the thought");
    private static final Field<Optional<String>> SEALED = Field.optional(
            "encrypted_content",
            JsonTypes.text().as(ResponseInput::unsealed),
            "the thought, as it came back; needed where the others are left out");
    private static final ObjectType<Thought> REASONING =
            new ObjectType<>("a reasoning item", List.of(SUMMARY, THOUGHT, SEALED, ID, STATUS), ResponseInput::thought);

    private static final JsonType<ResponseItem> ITEM = new TaggedType<ResponseItem>("an item", "type")
            .with("message", MESSAGE)
            .with("function_call", FUNCTION_CALL)
            .with("function_call_output", FUNCTION_CALL_OUTPUT)
            .with("reasoning", REASONING)
            .otherwise("message")
            .without("item_reference", "send the item itself, or `previous_response_id`")
            .without("custom_tool_call", "tools have JSON arguments here")
            .without("custom_tool_call_output", "tools have JSON arguments here")
            .without("web_search_call", NO_SERVER_TOOLS)
            .without("file_search_call", NO_SERVER_TOOLS)
            .without("computer_call", NO_SERVER_TOOLS)
            .without("code_interpreter_call", NO_SERVER_TOOLS)
            .without("image_generation_call", NO_SERVER_TOOLS)
            .without("mcp_call", NO_SERVER_TOOLS);

    /// `input`.
    static final Field<List<ResponseItem>> FIELD = Field.required(
            "input",
            JsonTypes.either(
                    JsonTypes.text()
                            .<List<ResponseItem>>as(text -> List.of(new Said(ResponseItem.newId("msg"), "user", text))),
                    JsonTypes.list("items", ITEM, 1, ANY)),
            "the conversation, or what comes new after `previous_response_id`, oldest item first");

    private ResponseInput() {}

    private static JsonType<String> tagged(String type) {
        return new TaggedType<String>("a text", "type").with(type, TEXT_PART);
    }

    private static String id(Values values, String kind) {
        return values.get(ID).orElseGet(() -> ResponseItem.newId(kind));
    }

    private static Thought thought(Values values) {
        List<String> texts = values.get(THOUGHT).isEmpty() ? values.get(SUMMARY) : values.get(THOUGHT);
        String text = texts.isEmpty() ? values.get(SEALED).orElse("") : String.join("\n", texts);
        return new Thought(id(values, "rs"), text, Thought.Form.PLAIN);
    }

    private static String unsealed(String text) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw new RequestException("this is none of this server's; leave the item out.", e);
        }
    }
}
