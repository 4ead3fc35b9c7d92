package ouverture.train.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import ouverture.ChatLesson;
import ouverture.ChatLesson.Turn;
import ouverture.Message;
import ouverture.Message.Role;
import ouverture.Tool;
import ouverture.error.RequestException;
import ouverture.error.TrainingException;
import ouverture.text.Tokenizer;
import ouverture.train.gradient.TrainingBatch.Document;
import tools.jackson.databind.JsonNode;

/// Turns examples into tokens, each with what it counts. The forms:
///
/// - `{"messages": [...], "tools": [...]}`, a conversation in OpenAI's form
/// - `{"prompt": "...", "completion": "..."}`, both also as lists of messages
/// - `{"text": "..."}`
/// - `{"prompt": ..., "chosen": ..., "rejected": ...}`, two answers to one prompt
/// - `{"messages": [...], "label": true}` or `{"prompt": ..., "completion": ..., "label": false}`, a judged
/// answer
final class ExampleReader {
    private final Tokenizer tokenizer;
    private final Optional<ChatLesson> lesson;
    private final TuningSettings settings;
    private final int longest;

    /// @param lesson the model's chat template, where it has one
    /// @param longest tokens of an example at most
    ExampleReader(Tokenizer tokenizer, Optional<ChatLesson> lesson, TuningSettings settings, int longest) {
        this.tokenizer = tokenizer;
        this.lesson = lesson;
        this.settings = settings;
        this.longest = longest;
    }

    /// What an example is for, by its fields.
    static Method method(JsonNode example) {
        boolean paired = example.has("chosen") || example.has("rejected");
        return paired ? Method.DPO : example.has("label") ? Method.KTO : Method.SFT;
    }

    /// The examples of a line: one, or several where a text is longer than the network takes at once.
    ///
    /// @throws ouverture.error.OuvertureException if it is none
    List<TuningExample> examples(JsonNode node, int line) {
        return switch (method(node)) {
            case SFT -> node.has("text") ? split(text(node), line) : List.of(imitated(node, line));
            case DPO -> {
                List<Turn> turns = List.of(
                        answered(node, node.path("chosen"), "chosen"),
                        answered(node, node.path("rejected"), "rejected"));
                if (Arrays.equals(turns.get(0).answer(), turns.get(1).answer())) {
                    throw new RequestException("\"chosen\" and \"rejected\" are the same answer.");
                }
                yield List.of(checked(
                        new TuningExample(
                                line, turns.stream().map(this::compared).toList(), true),
                        Method.DPO));
            }
            case KTO -> {
                if (!node.path("label").isBoolean()) {
                    throw new RequestException("\"label\" should be true for a good answer and false for a bad one.");
                }
                Turn turn =
                        node.has("messages") ? lastTurn(node) : answered(node, node.path("completion"), "completion");
                boolean good = node.path("label").booleanValue();
                yield List.of(checked(new TuningExample(line, List.of(compared(turn)), good), Method.KTO));
            }
        };
    }

    /// The examples of a file that is one text.
    List<TuningExample> text(String text) {
        return split(ChatLesson.completion(tokenizer, text, ""), 1);
    }

    private Turn text(JsonNode node) {
        String text = ConversationReader.text(node, "text", "the example");
        if (text.isEmpty()) {
            throw new RequestException("\"text\" is empty.");
        }
        return ChatLesson.completion(tokenizer, text, "");
    }

    /// A text counts from beginning to end.
    private List<TuningExample> split(Turn turn, int line) {
        int[] tokens = joined(turn.prompt(), turn.answer());
        List<TuningExample> examples = new ArrayList<>();
        for (int from = 0; from + 1 < tokens.length; from += longest) {
            int[] part = Arrays.copyOfRange(tokens, from, Math.min(tokens.length, from + longest));
            if (part.length > 1) {
                float[] weights = new float[part.length];
                Arrays.fill(weights, settings.weights().answer());
                examples.add(new TuningExample(line, List.of(new Document(part, weights)), true));
            }
        }
        return examples;
    }

    private TuningExample imitated(JsonNode node, int line) {
        if (node.has("messages")) {
            return checked(new TuningExample(line, conversation(node), true), Method.SFT);
        }
        if (!node.has("prompt") || !node.has("completion")) {
            throw new RequestException(
                    "there is nothing to learn: give \"messages\", \"prompt\" and \"completion\"," + " or \"text\".");
        }
        Turn turn = answered(node, node.path("completion"), "completion");
        return checked(new TuningExample(line, List.of(document(turn)), true), Method.SFT);
    }

    private List<Document> conversation(JsonNode node) {
        List<ConversationReader.Said> said = ConversationReader.messages(node.path("messages"), "messages");
        List<Message> messages =
                said.stream().map(ConversationReader.Said::message).toList();
        if (messages.getLast().role() != Role.ASSISTANT) {
            throw new RequestException(
                    "the last of \"messages\" is not the assistant's: there is nothing to learn" + " from it.");
        }
        List<Tool> tools = ConversationReader.tools(node.path("tools"));
        List<Document> documents = new ArrayList<>();
        Document open = null;
        for (int i = 0; i < said.size(); i++) {
            if (messages.get(i).role() == Role.ASSISTANT && said.get(i).learned()) {
                Turn turn = template().turn(messages.subList(0, i + 1), tools);
                Document document = document(turn);
                if (open != null && continues(open, turn)) {
                    System.arraycopy(open.weights(), 0, document.weights(), 0, open.weights().length);
                    documents.removeLast();
                }
                documents.add(document);
                open = document;
            }
        }
        if (documents.isEmpty()) {
            throw new RequestException("every answer has the weight 0: there is nothing to learn.");
        }
        return documents;
    }

    /// Whether a later turn begins with all of an earlier one, as most templates write it.
    private static boolean continues(Document earlier, Turn turn) {
        int length = earlier.tokens().length;
        return turn.prompt().length >= length && Arrays.equals(earlier.tokens(), 0, length, turn.prompt(), 0, length);
    }

    private Turn lastTurn(JsonNode node) {
        List<Message> messages = ConversationReader.messages(node.path("messages"), "messages").stream()
                .map(ConversationReader.Said::message)
                .toList();
        return template().turn(messages, ConversationReader.tools(node.path("tools")));
    }

    /// The answer of an example to its prompt, which are both texts, or one or both messages.
    private Turn answered(JsonNode node, JsonNode answer, String name) {
        JsonNode prompt = node.has("prompt") ? node.path("prompt") : node.path("messages");
        String promptName = node.has("prompt") ? "prompt" : "messages";
        boolean texts = prompt.isString() && answer.isString();
        if (texts && (lesson.isEmpty() || !settings.template())) {
            if (answer.stringValue().isEmpty()) {
                throw new RequestException("\"" + name + "\" is empty.");
            }
            return ChatLesson.completion(tokenizer, prompt.stringValue(), answer.stringValue());
        }
        List<Message> messages = new ArrayList<>();
        if (prompt.isString()) {
            messages.add(Message.user(prompt.stringValue()));
        } else {
            ConversationReader.messages(prompt, promptName).forEach(said -> messages.add(said.message()));
        }
        if (answer.isString()) {
            messages.add(Message.assistant(answer.stringValue()));
        } else {
            JsonNode one = answer.isArray() && answer.size() == 1 ? answer.get(0) : answer;
            messages.add(ConversationReader.answer(one, name));
        }
        return template().turn(messages, ConversationReader.tools(node.path("tools")));
    }

    private ChatLesson template() {
        return lesson.orElseThrow(() -> new RequestException("the model has no chat template for a conversation: give"
                + " \"prompt\" and \"completion\" as texts, or \"text\"."));
    }

    /// A turn whose tokens count by where they stand.
    private Document document(Turn turn) {
        int[] tokens = joined(turn.prompt(), turn.answer());
        float[] weights = new float[tokens.length];
        int answer = turn.prompt().length;
        Arrays.fill(weights, 0, answer, settings.weights().prompt());
        Arrays.fill(
                weights, answer, answer + turn.thoughts(), settings.weights().thoughts());
        Arrays.fill(
                weights,
                answer + turn.thoughts(),
                tokens.length,
                settings.weights().answer());
        return new Document(tokens, weights);
    }

    /// A turn whose answer counts as a whole.
    private Document compared(Turn turn) {
        int[] tokens = joined(turn.prompt(), turn.answer());
        float[] weights = new float[tokens.length];
        Arrays.fill(weights, turn.prompt().length, tokens.length, 1);
        return new Document(tokens, weights);
    }

    private static int[] joined(int[] first, int[] second) {
        int[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        if (joined.length < 2) {
            throw new RequestException("the example is a single token, which follows nothing.");
        }
        return joined;
    }

    /// Preferences go through the network two documents at a time.
    private TuningExample checked(TuningExample example, Method method) {
        int room = method == Method.SFT ? longest : Math.min(longest, settings.tokensPerBatch() / 2 + 1);
        int tokens = example.documents().stream()
                .mapToInt(document -> document.tokens().length)
                .max()
                .orElseThrow();
        if (tokens > room || example.rows() > settings.tokensPerBatch()) {
            throw new TrainingException("the example has " + Math.max(tokens, example.rows())
                    + " tokens and there is room for " + room
                    + ": shorten it, or let batches have more tokens, as far as the model's context goes.");
        }
        return example;
    }
}
