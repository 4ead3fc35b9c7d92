package ouverture.train.tune;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import ouverture.AdapterSource;
import ouverture.ChatEvent;
import ouverture.ChatRequest;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.Generation;
import ouverture.Message;
import ouverture.Speculation;
import ouverture.Tool;
import ouverture.error.RequestException;
import ouverture.generate.SamplingParameters;
import ouverture.train.Score;
import tools.jackson.databind.JsonNode;

/// Asks a model the conversations of a file, through the engine as any user would, and counts the answers whose
/// text is exactly the one that stands there.
public final class ExactAnswers {
    /// Answers that are computed at the same time.
    private static final int TOGETHER = 8;

    /// Tokens of an answer with its thoughts at most; a longer one counts as wrong.
    private static final int LONGEST = 512;

    private final List<Asked> asked = new ArrayList<>();

    /// @param answer what should come of the messages
    private record Asked(List<Message> messages, List<Tool> tools, String answer) {}

    private record Running(Generation generation, String answer) {}

    /// Reads conversations that end with a text of the assistant.
    ///
    /// @param examples JSON lines, as they are learned from
    /// @throws ouverture.error.TrainingException if a line is no such conversation
    public ExactAnswers(Path examples) {
        ExampleFile.each(examples, (node, _) -> asked.add(read(node)));
    }

    private static Asked read(JsonNode node) {
        List<Message> messages = ConversationReader.messages(node.path("messages"), "messages").stream()
                .map(ConversationReader.Said::message)
                .toList();
        Message last = messages.getLast();
        if (last.role() != Message.Role.ASSISTANT || !last.calls().isEmpty()) {
            throw new RequestException("the last of \"messages\" is no text of the assistant to compare with.");
        }
        return new Asked(
                messages.subList(0, messages.size() - 1), ConversationReader.tools(node.path("tools")), last.content());
    }

    /// Answers all, the likeliest token each time, and compares.
    ///
    /// @param adapters that the model is asked with
    /// @param threads that compute, at least 1
    /// @throws ouverture.error.OuvertureException if the model cannot be loaded
    public Score count(Path model, List<AdapterSource> adapters, int threads) {
        EngineOptions options = EngineOptions.DEFAULT
                .withThreads(threads)
                .withSequences(TOGETHER)
                .withSpeculation(Speculation.OFF)
                .withAdapters(adapters);
        Deque<Running> running = new ArrayDeque<>();
        int right = 0;
        try (Engine engine = Engine.open(model, options)) {
            for (Asked question : asked) {
                if (running.size() == TOGETHER) {
                    right += right(running.remove());
                }
                ChatRequest request = ChatRequest.of(question.messages)
                        .withTools(question.tools)
                        .withSampling(SamplingParameters.GREEDY)
                        .withMaxTokens(LONGEST);
                running.add(new Running(engine.chat(request), question.answer));
            }
            while (!running.isEmpty()) {
                right += right(running.remove());
            }
        }
        return new Score(right, asked.size());
    }

    /// 1 if the answer is the one that should come, else 0.
    private static int right(Running running) {
        StringBuilder text = new StringBuilder();
        try (Generation generation = running.generation) {
            for (ChatEvent event : generation) {
                if (event instanceof ChatEvent.Text(String piece, var _)) {
                    text.append(piece);
                }
            }
        }
        return text.toString().strip().equals(running.answer.strip()) ? 1 : 0;
    }
}
