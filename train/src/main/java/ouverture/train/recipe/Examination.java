package ouverture.train.recipe;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ouverture.ChatEvent;
import ouverture.ChatRequest;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.Generation;
import ouverture.Reasoning;
import ouverture.Speculation;
import ouverture.generate.SamplingParameters;
import ouverture.train.lesson.Lesson;
import ouverture.train.lesson.Reply;

/// Asks a model what it was not taught, through the engine as any user would.
final class Examination {
    /// Answers that are computed at the same time.
    private static final int TOGETHER = 8;

    /// Tokens of an answer at most: what is longer goes round in circles.
    private static final int LONGEST = 900;

    private final Lessons lessons;
    private final Recipe.Evaluation evaluation;

    Examination(Lessons lessons, Recipe.Evaluation evaluation) {
        this.lessons = lessons;
        this.evaluation = evaluation;
    }

    private record Running(Lesson lesson, Generation generation) {}

    /// What became of a question.
    private record Answered(boolean right, int tokens) {}

    /// Examines a model in subjects.
    ///
    /// @param known what was answered before, which is not asked again; what is answered now is added
    /// @param listener hears of each mark
    List<Answers> examine(Path model, List<String> subjects, AnswerLog known, int threads, Consumer<Mark> listener) {
        EngineOptions options = EngineOptions.DEFAULT
                .withThreads(threads)
                .withSequences(TOGETHER)
                .withSpeculation(Speculation.OFF);
        List<Answers> all = new ArrayList<>();
        try (Engine engine = Engine.open(model, options)) {
            for (Questions questions : evaluation.kinds()) {
                for (String subject : subjects) {
                    for (String name : evaluation.levels()) {
                        Reasoning.Level level = Lessons.level(name);
                        Answers answers = known.find(questions, subject, level)
                                .orElseGet(() -> ask(engine, questions, subject, level, known));
                        all.add(answers);
                        listener.accept(answers.mark());
                    }
                }
            }
        }
        return all;
    }

    private Answers ask(Engine engine, Questions questions, String subject, Reasoning.Level level, AnswerLog log) {
        Deque<Running> running = new ArrayDeque<>();
        List<Answered> answered = new ArrayList<>();
        for (Lesson lesson : lessons.examination(subject, questions, level, evaluation.questions())) {
            if (running.size() == TOGETHER) {
                answered.add(read(running.remove()));
            }
            running.add(new Running(lesson, engine.chat(request(lesson))));
        }
        while (!running.isEmpty()) {
            answered.add(read(running.remove()));
        }
        StringBuilder right = new StringBuilder();
        answered.forEach(answer -> right.append(answer.right ? Answers.RIGHT : Answers.WRONG));
        double tokens = answered.stream().mapToInt(Answered::tokens).average().orElse(0);
        Answers answers = new Answers(questions, subject, level, right.toString(), tokens);
        log.add(answers);
        return answers;
    }

    /// A question as a request, decided greedily.
    static ChatRequest request(Lesson lesson) {
        return ChatRequest.of(lesson.question().messages())
                .withTools(lesson.question().tools())
                .withReasoning(lesson.level())
                .withSampling(SamplingParameters.GREEDY)
                .withMaxTokens(LONGEST);
    }

    private static Answered read(Running running) {
        StringBuilder text = new StringBuilder();
        Reply.@Nullable Call call = null;
        int tokens = 0;
        try (Generation generation = running.generation) {
            for (ChatEvent event : generation) {
                switch (event) {
                    case ChatEvent.Text(String piece, var _) -> text.append(piece);
                    case ChatEvent.ToolCall made ->
                        call = new Reply.Call(made.call().name(), made.call().arguments());
                    case ChatEvent.Finished finished ->
                        tokens = finished.usage().generatedTokens();
                    case ChatEvent.Thinking _ -> {}
                }
            }
        }
        Reply reply = call == null ? new Reply.Text(text.toString()) : call;
        return new Answered(running.lesson.check().accepts(reply), tokens);
    }
}
