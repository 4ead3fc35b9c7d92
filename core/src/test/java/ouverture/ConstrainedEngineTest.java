package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.ChatEvent.Finished;
import ouverture.constrain.Constraint;
import ouverture.error.RequestException;
import ouverture.file.GgufFixture;
import ouverture.generate.FinishReason;
import ouverture.generate.SamplingParameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Constraints on a running engine's answers: a small model that knows stories only, held to forms that it would
/// never choose.
class ConstrainedEngineTest {
    private static final String TEMPLATE =
            "{% for message in messages %}{{ message.content }}{% endfor %}{% if think is defined %}<thi"
                    + "nk>\n{% endif %}"
                    + "{% if tools %}{% endif %}";
    private static final EngineOptions OPTIONS =
            EngineOptions.DEFAULT.withKernels("scalar").withThreads(1);
    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"hero\":{\"type\":\"string\",\"maxLength\":"
                    + "12},\"age\":{\"type\":\"integer\",\"minimum\":3,\"maximum\":99},\"mood\":{\"enum"
                    + "\":[\"happy\",\"sad\"]}},"
                    + "\"required\":[\"hero\",\"age\",\"mood\"],\"additionalProperties\":false}";
    private static final Constraint JSON = new Constraint.JsonSchema(SCHEMA);
    private static final String STORY = "Once upon a time, there was a little girl named Lily. ";

    @TempDir
    private static Path folder;

    private static Path model;

    private static Engine engine;

    @BeforeAll
    static void open() {
        model = GgufFixture.copyOf(stories())
                .with("tokenizer.chat_template", TEMPLATE)
                .write(folder.resolve("constrained.gguf"));
        engine = Engine.open(model, OPTIONS.withSpeculation(Speculation.OFF));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static Path stories() {
        return Shared.path("models/stories260K/stories260K.gguf");
    }

    private static ChatRequest request() {
        return ChatRequest.of(STORY).withMaxTokens(300).withSampling(SamplingParameters.GREEDY);
    }

    private static CompletionRequest completion(Constraint constraint, long seed) {
        return CompletionRequest.of(STORY)
                .withMaxTokens(300)
                .withSampling(SamplingParameters.DEFAULT.withTemperature(1.5).withSeed(seed))
                .withConstraint(constraint);
    }

    private static List<ChatEvent> events(Generation generation) {
        List<ChatEvent> events = new ArrayList<>();
        generation.forEach(events::add);
        return events;
    }

    private static String text(List<ChatEvent> events) {
        return events.stream()
                .map(event -> event instanceof ChatEvent.Text(String text, var _) ? text : "")
                .collect(Collectors.joining());
    }

    private static FinishReason reason(List<ChatEvent> events) {
        return ((Finished) events.getLast()).reason();
    }

    private static void assertHero(String json) {
        JsonNode hero = JsonMapper.shared().readTree(json);
        assertThat(hero.propertyNames()).containsExactly("hero", "age", "mood");
        assertThat(hero.get("hero").stringValue().codePoints().count()).isBetween(0L, 12L);
        assertThat(hero.get("age").intValue()).isBetween(3, 99);
        assertThat(hero.get("mood").stringValue()).isIn("happy", "sad");
    }

    @Test
    void answersFitWhateverIsDrawn() {
        for (int seed = 0; seed < 10; seed++) {
            List<ChatEvent> events = events(engine.complete(completion(JSON, seed)));
            assertThat(reason(events)).isEqualTo(FinishReason.STOP);
            assertHero(text(events));
            assertThat(engine.complete(completion(new Constraint.Regex("[A-Z][a-z]{2,8}( [a-z]+){3}\\."), seed))
                            .text())
                    .matches("[A-Z][a-z]{2,8}( [a-z]+){3}\\.");
            assertThat(engine.complete(completion(new Constraint.Choice(List.of("a cat", "a dog", "été")), seed))
                            .text())
                    .isIn("a cat", "a dog", "été");
            assertThat(engine.complete(completion(new Constraint.Gbnf("root ::= \"<\" [a-z]{1,20} \">\""), seed))
                            .text())
                    .matches("<[a-z]{1,20}>");
        }
    }

    @Test
    void anAnswerThatIsCutOffSaysSo() {
        List<ChatEvent> events = events(engine.complete(completion(JSON, 1).withMaxTokens(9)));
        assertThat(reason(events)).isEqualTo(FinishReason.LENGTH);
        assertThat(text(events)).startsWith("{");
    }

    /// The answer is complete with its last token, be it the last one that was asked for.
    @Test
    void completeAtTheLimitIsNoCut() {
        List<ChatEvent> whole = events(engine.complete(completion(JSON, 4)));
        int tokens = ((Finished) whole.getLast()).usage().generatedTokens();
        List<ChatEvent> events = events(engine.complete(completion(JSON, 4).withMaxTokens(tokens)));
        assertThat(reason(events)).isEqualTo(FinishReason.STOP);
        assertThat(text(events)).isEqualTo(text(whole));
    }

    @Test
    void theConstraintBeginsAfterTheThought() {
        ChatRequest thinking = request()
                .withTemplateVariables(java.util.Map.of("think", true))
                .withReasoning(new Reasoning.Budget(12))
                .withConstraint(JSON);
        List<ChatEvent> events = events(engine.chat(thinking));
        String thought = events.stream()
                .map(event -> event instanceof ChatEvent.Thinking(String text, var _) ? text : "")
                .collect(Collectors.joining());
        assertThat(thought).isNotBlank();
        assertHero(text(events));
        List<ChatEvent> off = events(engine.chat(thinking.withReasoning(Reasoning.OFF)));
        assertThat(off).noneMatch(ChatEvent.Thinking.class::isInstance);
        assertHero(text(off));
        assertHero(
                text(events(engine.chat(request().withReasoning(Reasoning.OFF).withConstraint(JSON)))));
    }

    @Test
    void guessesBatchesAndProbabilitiesChangeNothing() {
        List<ChatRequest> requests = new ArrayList<>();
        for (int seed = 0; seed < 6; seed++) {
            requests.add(request()
                    .withSampling(SamplingParameters.DEFAULT.withSeed(seed).withLogProbs(seed % 2 == 0 ? 2 : -1))
                    .withConstraint(seed < 4 ? JSON : new Constraint.JsonObject())
                    .withMaxTokens(120));
        }
        List<String> alone =
                requests.stream().map(each -> text(events(engine.chat(each)))).toList();
        for (Speculation speculation : List.of(Speculation.NGRAM, new Speculation.DraftModel(stories()))) {
            try (Engine guessing =
                    Engine.open(model, OPTIONS.withSpeculation(speculation).withBatchTokens(11))) {
                List<Generation> running = requests.stream().map(guessing::chat).toList();
                List<List<ChatEvent>> events =
                        running.stream().map(ConstrainedEngineTest::events).toList();
                assertThat(events.stream().map(ConstrainedEngineTest::text)).isEqualTo(alone);
                assertThat(events.stream()
                                .mapToInt(each ->
                                        ((Finished) each.getLast()).usage().acceptedTokens())
                                .sum())
                        .isPositive();
            }
        }
    }

    @Test
    void aToolThatMustBeCalledIs() {
        Tool weather = new Tool(
                "get_weather",
                "Tells the weather.",
                "{\"type\":\"object\",\"properties\":{\"town\":{\"type\":\"string\",\"maxLength\":10},\""
                        + "days\":{\"type\":"
                        + "\"integer\",\"minimum\":1,\"maximum\":9}},\"required\":[\"town\",\"days\"]}",
                true);
        Tool other = new Tool("exec", "Runs.", "{\"type\":\"object\",\"additionalProperties\":false}");
        ChatRequest request = request().withReasoning(Reasoning.OFF).withTools(List.of(weather, other));
        int complete = 0;
        for (ToolChoice choice : List.of(ToolChoice.Any.REQUIRED, new ToolChoice.Named("get_weather"))) {
            for (int seed = 0; seed < 8; seed++) {
                List<ChatEvent> events = events(engine.chat(
                        request.withToolChoice(choice).withSampling(SamplingParameters.DEFAULT.withSeed(seed))));
                assertThat(text(events)).isEmpty();
                if (reason(events) == FinishReason.LENGTH) {
                    continue;
                }
                complete++;
                assertThat(reason(events)).isEqualTo(FinishReason.TOOL_CALLS);
                ChatEvent.ToolCall call = (ChatEvent.ToolCall) events.getFirst();
                assertThat(call.isValid()).isTrue();
                if (choice instanceof ToolChoice.Named || call.call().name().equals("get_weather")) {
                    JsonNode arguments =
                            JsonMapper.shared().readTree(call.call().arguments());
                    assertThat(call.call().name()).isEqualTo("get_weather");
                    assertThat(arguments.get("town").stringValue().codePoints().count())
                            .isLessThanOrEqualTo(10);
                    assertThat(arguments.get("days").intValue()).isBetween(1, 9);
                }
            }
        }
        assertThat(complete).isGreaterThan(8);
        // With a strict tool that may be called, a story goes on being one.
        assertThat(text(events(engine.chat(request.withMaxTokens(40))))).isNotBlank();
    }

    @Test
    void whatCannotBePromisedIsRefusedAtOnce() {
        assertThatThrownBy(() -> engine.chat(
                        request().withConstraint(new Constraint.JsonSchema("{\"unevaluatedItems\":false}"))))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("the keyword unevaluatedItems");
        Tool strict = new Tool("a", "", "{\"type\":\"object\",\"unevaluatedItems\":false}", true);
        assertThatThrownBy(() -> engine.chat(request().withTools(List.of(strict))))
                .isInstanceOf(RequestException.class)
                .hasMessageStartingWith("The tool a cannot be strict:");
        assertThatThrownBy(() -> request().withToolChoice(ToolChoice.Any.REQUIRED))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("the request has none");
        assertThatThrownBy(() -> request().withTools(List.of(strict)).withToolChoice(new ToolChoice.Named("b")))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("The tool b has to be called");
    }

    /// An answer whose constraint cannot be followed fails alone.
    @Test
    void othersGoOnBesideAnAnswerThatFails() {
        Constraint hostile = new Constraint.Gbnf("root ::= (a | b | c | d)* \"!\"\na ::= x a | x\nb ::= x b y? | x\n"
                + "c ::= x c | x c y | x\nd ::= (x d | x c | x b){1,9} | x\nx ::= [a-z ]\ny ::= [a-z ]");
        Generation failing = engine.complete(completion(hostile, 1).withMaxTokens(30));
        Generation going = engine.complete(completion(JSON, 2));
        assertHero(text(events(going)));
        try {
            failing.text();
        } catch (RequestException e) {
            assertThat(e.getMessage()).contains("too many ways");
        }
    }
}
