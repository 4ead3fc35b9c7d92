package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.ModelFileException;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;
import ouverture.generate.SamplingParameters;
import ouverture.tensor.HostMemory;

/// Guesses as an engine's user meets them: the same events, and figures that say what they were good for.
class SpeculationTest {
    private static final EngineOptions OPTIONS =
            EngineOptions.DEFAULT.withKernels("scalar").withThreads(1).withSpeculation(Speculation.OFF);
    private static final String STORY = "Once upon a time, there was a little girl named Lily. ";

    @TempDir
    private Path folder;

    private static Path stories() {
        return Shared.path("models/stories260K/stories260K.gguf");
    }

    /// A conversation whose template opens a thought.
    private Path thinking() {
        return GgufFixture.copyOf(stories())
                .with("tokenizer.chat_template", "{{ messages[0].content }}<think>\n")
                .write(folder.resolve("thinking.gguf"));
    }

    private static List<ChatEvent> events(Generation generation) {
        List<ChatEvent> events = new ArrayList<>();
        generation.forEach(events::add);
        return events;
    }

    private static ChatEvent.Usage usage(List<ChatEvent> events) {
        return ((ChatEvent.Finished) events.getLast()).usage();
    }

    /// All but the figures, which tell the time.
    private static List<ChatEvent> content(List<ChatEvent> events) {
        return events.subList(0, events.size() - 1);
    }

    @Test
    void eventsAreThoseWithoutGuesses() {
        Path model = thinking();
        List<ChatRequest> requests = List.of(
                ChatRequest.of(STORY + STORY)
                        .withReasoning(new Reasoning.Budget(20))
                        .withSampling(SamplingParameters.DEFAULT.withSeed(3)),
                ChatRequest.of(STORY + STORY)
                        .withReasoning(Reasoning.OFF)
                        .withStop(List.of(" was"))
                        .withSampling(SamplingParameters.DEFAULT.withSeed(4)),
                ChatRequest.of(STORY).withMaxTokens(30).withSampling(SamplingParameters.GREEDY.withLogProbs(3)));
        List<Speculation> speculations = List.of(Speculation.NGRAM, new Speculation.DraftModel(stories()));
        List<List<ChatEvent>> plain;
        try (Engine engine = Engine.open(model, OPTIONS)) {
            plain = requests.stream()
                    .map(request -> events(engine.chat(request)))
                    .toList();
        }
        assertThat(plain)
                .allSatisfy(events -> assertThat(usage(events).draftedTokens()).isZero());
        for (Speculation speculation : speculations) {
            try (Engine engine = Engine.open(model, OPTIONS.withSpeculation(speculation))) {
                int drafted = 0;
                for (int i = 0; i < requests.size(); i++) {
                    List<ChatEvent> events = events(engine.chat(requests.get(i)));
                    assertThat(content(events)).isEqualTo(content(plain.get(i)));
                    assertThat(usage(events).generatedTokens())
                            .isEqualTo(usage(plain.get(i)).generatedTokens());
                    assertThat(usage(events).acceptedTokens())
                            .isBetween(0, usage(events).draftedTokens());
                    drafted += usage(events).draftedTokens();
                }
                assertThat(drafted).isPositive();
            }
        }
    }

    @Test
    void logitsOfPromptsAreNotGuessedAbout() {
        int[] ids = {403, 407, 261, 378, 403, 407, 261, 378};
        float[][] plain;
        try (Engine engine = Engine.open(stories(), OPTIONS)) {
            plain = engine.logits(ids, true);
        }
        try (Engine engine = Engine.open(stories(), OPTIONS.withSpeculation(new Speculation.DraftModel(stories())))) {
            assertThat(engine.logits(ids, true)).isDeepEqualTo(plain);
        }
    }

    @Test
    void aDraftModelOfAnotherVocabularyIsRefused() {
        String[] pieces;
        try (ModelFile file = ModelFile.open(stories())) {
            pieces = file.metadata()
                    .strings("tokenizer.ggml.tokens")
                    .orElseThrow()
                    .toArray(String[]::new);
        }
        pieces[300] = "another";
        Path changed = GgufFixture.copyOf(stories())
                .with("tokenizer.ggml.tokens", pieces)
                .write(folder.resolve("changed.gguf"));

        assertThatThrownBy(() -> Engine.open(stories(), OPTIONS.withSpeculation(new Speculation.DraftModel(changed))))
                .isInstanceOf(RequestException.class)
                .hasMessageMatching("changed.gguf cannot guess for stories260K.gguf: their vocabularies differ \\(token"
                        + " 300 is \"another\" and \".+\"\\); take a smaller model of the same family\\.");
        Path silent = GgufFixture.copyOf(stories())
                .with("tokenizer.ggml.model", "none")
                .write(folder.resolve("silent.gguf"));
        assertThatThrownBy(() -> Engine.open(stories(), OPTIONS.withSpeculation(new Speculation.DraftModel(silent))))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("only one of them has a tokenizer");
        Path other = GgufFixture.of("llama")
                .randomTensor("token_embd.weight", 1, 8, 700)
                .write(folder.resolve("other.gguf"));
        assertThatThrownBy(() -> Engine.open(silent, OPTIONS.withSpeculation(new Speculation.DraftModel(other))))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("700 tokens and 512");
        Path missing = folder.resolve("none.gguf");
        assertThatThrownBy(() -> Engine.open(stories(), OPTIONS.withSpeculation(new Speculation.DraftModel(missing))))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("none.gguf");
    }

    @Test
    void bothModelsMustFitTheMemory() {
        EngineOptions both = OPTIONS.withSpeculation(new Speculation.DraftModel(stories()));
        long enough = 3 << 20;

        assertThatThrownBy(() -> Engine.open(stories(), both, () -> new HostMemory(enough, enough, false)))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("stories260K.gguf needs");
        Engine.open(stories(), OPTIONS, () -> new HostMemory(enough, enough, false))
                .close();
    }
}
