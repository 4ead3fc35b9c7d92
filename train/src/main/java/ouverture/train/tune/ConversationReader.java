package ouverture.train.tune;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import ouverture.Message;
import ouverture.Message.Role;
import ouverture.Tool;
import ouverture.error.RequestException;
import tools.jackson.databind.JsonNode;

/// Conversations in the form of OpenAI's chat API, as its fine-tuning takes them. What is wrong is said in a
/// sentence, to which the caller adds where.
final class ConversationReader {
    private ConversationReader() {}

    /// A message and whether it is learned from, if it is the assistant's.
    record Said(Message message, boolean learned) {}

    /// The messages of a list.
    ///
    /// @throws RequestException if they are no conversation
    static List<Said> messages(JsonNode list, String name) {
        if (!list.isArray() || list.isEmpty()) {
            throw new RequestException("\"" + name + "\" should be a list of messages.");
        }
        List<Said> messages = new ArrayList<>();
        Set<String> open = new HashSet<>();
        for (JsonNode node : list) {
            String where = "message " + (messages.size() + 1) + " of \"" + name + "\"";
            Said said = new Said(message(node, where), learned(node, where));
            Role before = messages.isEmpty()
                    ? Role.SYSTEM
                    : messages.getLast().message.role();
            checkOrder(said.message, before, open, messages.isEmpty(), where);
            messages.add(said);
        }
        return messages;
    }

    private static void checkOrder(Message message, Role before, Set<String> open, boolean first, String where) {
        switch (message.role()) {
            case SYSTEM -> require(first, where + " is a system message; it should be the first.");
            case USER -> require(open.isEmpty(), where + " comes before the result of a called tool.");
            case ASSISTANT -> {
                require(!first && before != Role.SYSTEM, where + " is an answer to nothing; begin with the user.");
                require(before != Role.ASSISTANT, where + " follows another answer; join the two.");
                require(open.isEmpty(), where + " comes before the result of a called tool.");
                message.calls().forEach(call -> open.add(call.id()));
            }
            case TOOL ->
                require(
                        open.remove(message.callId()),
                        where + " is the result of a call that was not made (tool_call_id \"" + message.callId()
                                + "\").");
        }
    }

    private static void require(boolean sound, String complaint) {
        if (!sound) {
            throw new RequestException(complaint);
        }
    }

    private static Message message(JsonNode node, String where) {
        require(node.isObject(), where + " should be an object.");
        String role = text(node, "role", where);
        return switch (role) {
            case "system", "developer" -> new Message(Role.SYSTEM, content(node, where, true));
            case "user" -> Message.user(content(node, where, true));
            case "assistant" -> {
                List<Message.Call> calls = calls(node, where);
                String thoughts = node.path("reasoning").isString()
                        ? text(node, "reasoning", where)
                        : node.path("reasoning_content").isString() ? text(node, "reasoning_content", where) : "";
                yield Message.assistant(content(node, where, calls.isEmpty()), thoughts, calls);
            }
            case "tool" -> Message.tool(text(node, "tool_call_id", where), content(node, where, true));
            default ->
                throw new RequestException(where + " has the role \"" + role
                        + "\"; it can be system, developer, user, assistant or tool.");
        };
    }

    /// A message that must be the assistant's.
    ///
    /// @throws RequestException if it is not
    static Message answer(JsonNode node, String name) {
        Message message = message(node, "\"" + name + "\"");
        require(message.role() == Role.ASSISTANT, "\"" + name + "\" should be a message of the assistant.");
        return message;
    }

    /// OpenAI's data gives answers that are not to be learned the weight 0.
    private static boolean learned(JsonNode node, String where) {
        JsonNode weight = node.path("weight");
        boolean known =
                weight.isMissingNode() || weight.isNumber() && (weight.doubleValue() == 0 || weight.doubleValue() == 1);
        require(known, where + " has another weight than 0 or 1.");
        return weight.isMissingNode() || weight.doubleValue() == 1;
    }

    /// A text, or a list of text parts.
    private static String content(JsonNode node, String where, boolean required) {
        JsonNode content = node.path("content");
        if (content.isString()) {
            return content.stringValue();
        }
        if (content.isArray()) {
            for (JsonNode part : content) {
                require(part.path("text").isString(), where + " has a part that is no text.");
            }
            return content.valueStream()
                    .map(part -> part.path("text").stringValue())
                    .collect(Collectors.joining("\n"));
        }
        require(!required && (content.isMissingNode() || content.isNull()), where + " has no \"content\".");
        return "";
    }

    private static List<Message.Call> calls(JsonNode node, String where) {
        List<Message.Call> calls = new ArrayList<>();
        for (JsonNode call : node.path("tool_calls")) {
            JsonNode function = call.path("function");
            JsonNode arguments = function.path("arguments");
            calls.add(new Message.Call(
                    text(call, "id", where),
                    text(function, "name", where),
                    arguments.isObject() ? arguments.toString() : text(function, "arguments", where)));
        }
        return calls;
    }

    /// The tools of an example, in OpenAI's form.
    ///
    /// @throws RequestException if they are none
    static List<Tool> tools(JsonNode list) {
        require(list.isMissingNode() || list.isNull() || list.isArray(), "\"tools\" should be a list of tools.");
        List<Tool> tools = new ArrayList<>();
        for (JsonNode node : list) {
            JsonNode function = node.path("function");
            JsonNode parameters = function.path("parameters");
            tools.add(new Tool(
                    text(function, "name", "a tool"),
                    function.path("description").asString(""),
                    parameters.isMissingNode() ? "{}" : parameters.toString()));
        }
        return tools;
    }

    /// A string under a name.
    ///
    /// @throws RequestException if there is none
    static String text(JsonNode node, String name, String where) {
        JsonNode value = node.path(name);
        require(value.isString(), where + " should have a text \"" + name + "\".");
        return value.stringValue();
    }
}
