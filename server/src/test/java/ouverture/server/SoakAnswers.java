package ouverture.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import ouverture.ChatRequest;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.Generation;
import ouverture.Pooling;
import ouverture.generate.SamplingParameters;

/// What the engine says alone, with nobody beside it.
final class SoakAnswers implements AutoCloseable {
    /// Tokens of the model's context.
    static final int CONTEXT = 128;

    private static final String[] WORDS = {
        "Once", "upon", "a", "time", "there", "was", "little", "girl", "named", "Lily", "and", "her", "dog", "ball"
    };
    private static final int QUESTIONS = 24;

    private final Engine engine;
    private final List<Question> questions = new ArrayList<>();

    /// A question with the answers that must come.
    ///
    /// @param seed of the answer; temperature 0 if it is negative
    record Question(String text, int maxTokens, int seed, String chat, String completion, float[] vector) {
        /// The sampling as OpenAI's API and Anthropic's take it, but for Anthropic's lack of seeds.
        String fields() {
            return seed < 0 ? ", \"temperature\": 0" : ", \"seed\": " + seed;
        }

        boolean isGreedy() {
            return seed < 0;
        }
    }

    SoakAnswers(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        engine = RunningServer.engine(folder);
        Random random = new Random(7);
        for (int i = 0; i < QUESTIONS; i++) {
            questions.add(question(random, i));
        }
    }

    private Question question(Random random, int number) {
        StringBuilder text = new StringBuilder("Once");
        for (int i = random.nextInt(number < 4 ? 26 : 12); i > 0; i--) {
            text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
        }
        int maxTokens = 1 + random.nextInt(40);
        int seed = number % 3 == 0 ? number : -1;
        SamplingParameters sampling =
                seed < 0 ? SamplingParameters.DEFAULT.withTemperature(0) : SamplingParameters.DEFAULT.withSeed(seed);
        ChatRequest chat =
                ChatRequest.of(text.toString()).withSampling(sampling).withMaxTokens(maxTokens);
        CompletionRequest completion =
                CompletionRequest.of(text.toString()).withSampling(sampling).withMaxTokens(maxTokens);
        int[] ids = engine.tokenizer().orElseThrow().encode(text.toString(), true, false);
        return new Question(
                text.toString(),
                maxTokens,
                seed,
                said(engine.chat(chat)),
                said(engine.complete(completion)),
                engine.embed(List.of(ids), Pooling.MEAN).getFirst());
    }

    private static String said(Generation answer) {
        try (answer) {
            return answer.text();
        }
    }

    Question any(Random random) {
        return questions.get(random.nextInt(questions.size()));
    }

    @Override
    public void close() {
        engine.close();
    }
}
