package ouverture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.ChatEvent.Finished;
import ouverture.file.GgufFixture;
import ouverture.generate.FinishReason;
import ouverture.generate.SamplingParameters;

/// Thoughts of a running engine: a small trained model whose template opens a thought, and which never closes one
/// by itself.
class ThinkingEngineTest {
    private static final String TEMPLATE =
            "{% for message in messages %}{{ message.content }}{% endfor %}{% if open is not defined %}<think>\n"
                    + "{% endif %}";
    private static final EngineOptions OPTIONS =
            EngineOptions.DEFAULT.withKernels("scalar").withThreads(1);

    @TempDir
    private static Path folder;

    private static Path model;

    private static Engine engine;

    @BeforeAll
    static void open() {
        model = GgufFixture.copyOf(Shared.path("models/stories260K/stories260K.gguf"))
                .with("tokenizer.chat_template", TEMPLATE)
                .write(folder.resolve("thinking.gguf"));
        engine = Engine.open(model, OPTIONS);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static ChatRequest request() {
        return ChatRequest.of("Once upon a time")
                .withSampling(SamplingParameters.GREEDY)
                .withMaxTokens(48);
    }

    private static List<ChatEvent> answer(Engine engine, ChatRequest request) {
        List<ChatEvent> events = new ArrayList<>();
        engine.chat(request).forEach(events::add);
        return events;
    }

    private static String thoughts(List<ChatEvent> events) {
        return events.stream()
                .map(event -> event instanceof ChatEvent.Thinking(String text, var _) ? text : "")
                .collect(Collectors.joining());
    }

    private static String text(List<ChatEvent> events) {
        return events.stream()
                .map(event -> event instanceof ChatEvent.Text(String text, var _) ? text : "")
                .collect(Collectors.joining());
    }

    @Test
    void aThoughtWithoutAnEndIsAllThought() {
        List<ChatEvent> events = answer(engine, request());
        assertThat(thoughts(events)).isNotBlank();
        assertThat(text(events)).isEmpty();
        assertThat(((Finished) events.getLast()).reasoning())
                .isEqualTo(new ReasoningApplied(Reasoning.AUTO, "none", "none", ""));
    }

    @Test
    void theBudgetClosesTheThought() {
        List<ChatEvent> free = answer(engine, request());
        List<ChatEvent> events = answer(engine, request().withReasoning(new Reasoning.Budget(10)));
        assertThat(thoughts(free)).startsWith(thoughts(events)).isNotEqualTo(thoughts(events));
        assertThat(thoughts(events)).isNotBlank();
        assertThat(text(events)).isNotBlank().doesNotContain("think");
        Finished end = (Finished) events.getLast();
        assertThat(end.usage().generatedTokens()).isEqualTo(48);
        assertThat(end.usage().thoughtTokens()).isBetween(10, 20);
        assertThat(end.reason()).isEqualTo(FinishReason.LENGTH);
        assertThat(end.stop()).isEmpty();
        assertThat(end.reasoning().enforced()).isEqualTo("budget 10");
    }

    /// What is forced is computed like a prompt, in pieces where there is little room, and changes nothing else.
    @Test
    void forcedTokensDependOnNothing() {
        ChatRequest request = request().withReasoning(new Reasoning.Budget(7));
        List<ChatEvent> alone = answer(engine, request);
        try (Engine small = Engine.open(model, OPTIONS.withSequences(3).withBatchTokens(3))) {
            List<Generation> running = List.of(
                    small.chat(request),
                    small.chat(request().withReasoning(new Reasoning.Budget(2))),
                    small.chat(request));
            for (Generation each : List.of(running.getFirst(), running.getLast())) {
                List<ChatEvent> events = new ArrayList<>();
                each.forEach(events::add);
                assertThat(text(events)).isEqualTo(text(alone));
                assertThat(thoughts(events)).isEqualTo(thoughts(alone));
            }
        }
    }

    @Test
    void offClosesTheThoughtInThePrompt() {
        List<ChatEvent> events = answer(engine, request().withReasoning(Reasoning.OFF));
        assertThat(thoughts(events)).isEmpty();
        assertThat(text(events)).isNotBlank();
        Finished end = (Finished) events.getLast();
        assertThat(end.reasoning().enforced()).isEqualTo("closed, budget 0");
    }

    /// Where the closing tag does not fit any more, nothing of it is shown as a thought.
    @Test
    void closingKeepsWithinTheLimit() {
        for (int tokens = 5; tokens < 25; tokens++) {
            ChatRequest request = request().withMaxTokens(tokens).withReasoning(new Reasoning.Budget(4));
            List<ChatEvent> events = answer(engine, request);
            Finished end = (Finished) events.getLast();
            assertThat(end.usage().generatedTokens()).isBetween(4, tokens);
            assertThat(end.reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(thoughts(events) + text(events)).doesNotContain("<", "think");
        }
    }

    @Test
    void theStopStringThatCameIsTold() {
        ChatRequest request = request().withReasoning(new Reasoning.Budget(10));
        String text = text(answer(engine, request)).strip();
        String word = text.substring(0, text.indexOf(' '));
        Finished end = (Finished)
                answer(engine, request.withStop(List.of("never said", word))).getLast();
        assertThat(end.reason()).isEqualTo(FinishReason.STOP);
        assertThat(end.stop()).isEqualTo(word);
    }

    @Test
    void promptsAreCountedWithoutAnAnswer() {
        Finished end = (Finished) answer(engine, request()).getLast();
        assertThat(engine.promptTokens(request())).isEqualTo(end.usage().promptTokens());
    }

    @Test
    void stopStringsAreForTheAnswer() {
        List<ChatEvent> free = answer(engine, request());
        String word = thoughts(free).substring(2, 5);
        assertThat(thoughts(answer(engine, request().withStop(List.of(word))))).isEqualTo(thoughts(free));
    }

    @Test
    void everyTokenHasItsProbability() {
        List<ChatEvent> events = answer(
                engine,
                request()
                        .withSampling(SamplingParameters.GREEDY.withLogProbs(1))
                        .withReasoning(new Reasoning.Budget(6)));
        int tokens = events.stream()
                .mapToInt(event -> switch (event) {
                    case ChatEvent.Text(var _, var probabilities) -> probabilities.size();
                    case ChatEvent.Thinking(var _, var probabilities) -> probabilities.size();
                    case ChatEvent.ToolCall _, Finished _ -> 0;
                })
                .sum();
        assertThat(tokens).isEqualTo(48);
    }

    @Test
    void roomInTheQueueTakesNoMemory() {
        try (Engine patient = Engine.open(model, OPTIONS.withQueue(Integer.MAX_VALUE))) {
            assertThat(answer(patient, request().withMaxTokens(1))).isNotEmpty();
        }
    }
}
