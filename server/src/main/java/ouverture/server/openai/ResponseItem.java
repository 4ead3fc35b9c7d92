package ouverture.server.openai;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import ouverture.Message;
import ouverture.Message.Role;
import ouverture.server.field.FieldException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One item of a conversation as `/v1/responses` knows it: what models say in one message is several of these.
sealed interface ResponseItem {
    /// Names the item.
    String id();

    /// Characters that it has.
    int size();

    /// As it stands in answers.
    ObjectNode json();

    /// Something said.
    ///
    /// @param role as clients write it
    /// @param logProbs of the tokens, empty if they were not asked for
    record Said(String id, String role, String text, ArrayNode logProbs) implements ResponseItem {
        Said(String id, String role, String text) {
            this(id, role, text, JsonNodeFactory.instance.arrayNode());
        }

        boolean isAnswer() {
            return role.equals("assistant");
        }

        @Override
        public int size() {
            return text.length();
        }

        @Override
        public ObjectNode json() {
            ObjectNode node = begin(id, "message").put("role", role);
            ObjectNode part = node.putArray("content").addObject();
            if (isAnswer()) {
                outputText(part, text, logProbs);
            } else {
                part.put("type", "input_text").put("text", text);
            }
            return node;
        }
    }

    /// The model asks for a tool.
    record Called(String id, Message.Call call) implements ResponseItem {
        @Override
        public int size() {
            return call.arguments().length();
        }

        @Override
        public ObjectNode json() {
            return begin(id, "function_call")
                    .put("call_id", call.id())
                    .put("name", call.name())
                    .put("arguments", call.arguments());
        }
    }

    /// What a tool gave back.
    record Result(String id, String callId, String output) implements ResponseItem {
        @Override
        public int size() {
            return output.length();
        }

        @Override
        public ObjectNode json() {
            return begin(id, "function_call_output").put("call_id", callId).put("output", output);
        }
    }

    /// What the model thought.
    ///
    /// @param form in which clients get it
    record Thought(String id, String text, Form form) implements ResponseItem {
        /// Where the text of a thought stands.
        ///
        /// @param isSummary whether in `summary`, else in `content`
        /// @param isSealed whether also in `encrypted_content`
        record Form(boolean isSummary, boolean isSealed) {
            static final Form PLAIN = new Form(false, false);
        }

        @Override
        public int size() {
            return text.length();
        }

        @Override
        public ObjectNode json() {
            ObjectNode node = begin(id, "reasoning");
            ArrayNode summary = node.putArray("summary");
            if (form.isSummary) {
                summary.add(part("summary_text", text));
            } else {
                node.putArray("content").add(part("reasoning_text", text));
            }
            if (form.isSealed) {
                node.put(
                        "encrypted_content", Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
            }
            return node;
        }
    }

    private static ObjectNode begin(String id, String type) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("type", type)
                .put("status", "completed");
    }

    /// A part of an item that has a type and a text.
    static ObjectNode part(String type, String text) {
        return JsonNodeFactory.instance.objectNode().put("type", type).put("text", text);
    }

    /// Fills a part that is the text of an answer.
    static ObjectNode outputText(ObjectNode part, String text, ArrayNode logProbs) {
        part.put("type", "output_text").put("text", text).putArray("annotations");
        part.set("logprobs", logProbs);
        return part;
    }

    /// A new name.
    ///
    /// @param kind that it begins with: `msg`
    static String newId(String kind) {
        return kind + "_" + UUID.randomUUID().toString().replace("-", "");
    }

    /// The messages that items make: what a model thought, said and called on one turn is one message.
    ///
    /// @throws FieldException if there is a result without its call
    static List<Message> messages(List<ResponseItem> items) {
        List<Message> messages = new ArrayList<>();
        Set<String> called = new HashSet<>();
        Turn turn = new Turn();
        for (ResponseItem item : items) {
            if (turn.isOverBefore(item)) {
                turn.moveTo(messages);
            }
            switch (item) {
                case Thought thought -> turn.thoughts.append(thought.text);
                case Called call -> {
                    called.add(call.call.id());
                    turn.calls.add(call.call);
                }
                case Said said when said.isAnswer() -> turn.text.append(said.text);
                case Said said -> messages.add(new Message(role(said.role), said.text));
                case Result result -> {
                    if (!called.contains(result.callId)) {
                        throw new FieldException(
                                "input",
                                "`input` has the output of call '" + result.callId
                                        + "', which no item before it makes; send the call too, or"
                                        + " `previous_response_id`.");
                    }
                    messages.add(Message.tool(result.callId, result.output));
                }
            }
        }
        turn.moveTo(messages);
        return messages;
    }

    private static Role role(String name) {
        return name.equals("developer") ? Role.SYSTEM : Role.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /// What a model did on one turn.
    final class Turn {
        private final StringBuilder thoughts = new StringBuilder();
        private final StringBuilder text = new StringBuilder();
        private final List<Message.Call> calls = new ArrayList<>();

        private Turn() {}

        private boolean isOverBefore(ResponseItem next) {
            return switch (next) {
                case Thought _ -> !text.isEmpty() || !calls.isEmpty();
                case Said said -> !said.isAnswer() || !text.isEmpty() || !calls.isEmpty();
                case Called _ -> false;
                case Result _ -> true;
            };
        }

        private void moveTo(List<Message> messages) {
            if (!text.isEmpty() || !thoughts.isEmpty() || !calls.isEmpty()) {
                messages.add(Message.assistant(text.toString(), thoughts.toString(), calls));
                text.setLength(0);
                thoughts.setLength(0);
                calls.clear();
            }
        }
    }
}
