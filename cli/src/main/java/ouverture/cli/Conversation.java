package ouverture.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import ouverture.Message;
import ouverture.Message.Role;
import ouverture.error.RequestException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The messages of a chat so far. Its file is a JSON object with `messages` as in OpenAI's chat API.
final class Conversation {
    private static final String REASONING = "reasoning_content";

    private final List<Message> messages = new ArrayList<>();

    /// The messages, oldest first; a copy.
    List<Message> messages() {
        return List.copyOf(messages);
    }

    void add(Message message) {
        messages.add(message);
    }

    /// Takes the newest message back.
    void removeLast() {
        messages.removeLast();
    }

    /// Forgets everything but the system message.
    void reset() {
        messages.removeIf(message -> message.role() != Role.SYSTEM);
    }

    /// Puts a system message in the place of the one there is; an empty text removes it.
    void system(String text) {
        messages.removeIf(message -> message.role() == Role.SYSTEM);
        if (!text.isEmpty()) {
            messages.addFirst(Message.system(text));
        }
    }

    /// Writes the conversation; an older file stays whole until the new one is.
    void save(Path file) throws IOException {
        ObjectNode object = Json.object();
        ArrayNode array = object.putArray("messages");
        for (Message message : messages) {
            ObjectNode node = array.addObject()
                    .put("role", message.role().name().toLowerCase(Locale.ROOT))
                    .put("content", message.content());
            if (!message.reasoning().isEmpty()) {
                node.put(REASONING, message.reasoning());
            }
        }
        byte[] content = (Json.indented(object) + "\n").getBytes(UTF_8);
        WholeFile.write(file, stream -> stream.write(content));
    }

    /// Replaces the conversation with one from a file: an object with `messages`, or the array alone.
    ///
    /// @return the number of messages
    /// @throws RequestException if the file holds something else; the conversation is then unchanged
    int load(Path file) throws IOException {
        List<Message> loaded = new ArrayList<>();
        JsonNode root = parse(file);
        JsonNode array = root.isObject() ? root.path("messages") : root;
        if (!array.isArray()) {
            throw new RequestException("The file " + file + " has no list of messages.");
        }
        for (JsonNode node : array) {
            JsonNode content = node.path("content");
            if (!content.isString()) {
                throw new RequestException(
                        "Message " + (loaded.size() + 1) + " in " + file + " has no text as its content.");
            }
            loaded.add(new Message(
                    role(node.path("role"), loaded.size() + 1, file),
                    content.stringValue(),
                    node.path(REASONING).asString(""),
                    List.of(),
                    ""));
        }
        messages.clear();
        messages.addAll(loaded);
        return loaded.size();
    }

    private static JsonNode parse(Path file) throws IOException {
        String text = PromptSource.file(file);
        try {
            return Json.MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new RequestException(
                    "The file " + file + " is not JSON from line "
                            + e.getLocation().getLineNr() + " on.",
                    e);
        }
    }

    private static Role role(JsonNode node, int number, Path file) {
        return switch (node.isString() ? node.stringValue() : "") {
            case "system" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            default ->
                throw new RequestException("Message " + number + " in " + file
                        + " has no known role; it must be system, user or assistant.");
        };
    }
}
