package ouverture;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.ChatEvent.Finished;
import ouverture.ChatEvent.Text;
import ouverture.generate.SamplingParameters;
import ouverture.generate.TokenProbability;

/// What is computed already is not computed again, and what comes of it is the same to the last bit. One small
/// subclass for each kernel set.
public abstract class PrefixCacheContract {
    /// All test models have as many tokens at least.
    private static final int VOCABULARY = 300;
    private static final int QUESTION = 12;
    private static final int ANSWER = 8;

    private final EngineOptions options;

    protected PrefixCacheContract(String kernels) {
        options = EngineOptions.DEFAULT.withKernels(kernels).withThreads(2);
    }

    /// What came of a request.
    private record Answer(List<TokenProbability> tokens, Finished end) {
        List<Integer> ids() {
            return tokens.stream().map(TokenProbability::id).toList();
        }

        int cached() {
            return end.usage().cachedTokens();
        }
    }

    private static CompletionRequest request(List<Integer> ids, int tokens) {
        return CompletionRequest.of(ids)
                .withSampling(SamplingParameters.GREEDY.withLogProbs(2))
                .withMaxTokens(tokens);
    }

    private static Answer answer(Generation generation) {
        List<TokenProbability> tokens = new ArrayList<>();
        for (ChatEvent event : generation) {
            switch (event) {
                case Text(String _, List<TokenProbability> some) -> tokens.addAll(some);
                case Finished end -> {
                    return new Answer(tokens, end);
                }
                default -> throw new AssertionError(event);
            }
        }
        throw new AssertionError("an answer without an end");
    }

    private static List<Integer> random(Random random, int count) {
        return random.ints(count, 0, VOCABULARY).boxed().toList();
    }

    private Engine open(String model, EngineOptions how) {
        return Engine.open(Shared.path("conformance/models/" + model + ".gguf"), how);
    }

    /// An agent's loop, on models whose layers see all that was said and on models some of whose layers see the
    /// last 24 tokens only. Some turns are asked once more in a partition of their own, where nothing is known.
    @ParameterizedTest
    @CsvSource({
        "gpt-oss, 50, 0.05",
        "gemma3, 10, 0.25",
        "gemma3n, 10, 0.25",
        "gemma4-e, 10, 0.25",
        "qwen3, 10, 0.25",
        "deepseek2-v3, 10, 0.25"
    })
    void anAgentsLoopComputesNextToNothingAgain(String model, int turns, double most) {
        Random random = new Random(7);
        List<Integer> conversation = new ArrayList<>();
        int known = 0;
        int again = 0;
        int all = 0;
        try (Engine engine = open(model, options.withContext(turns * (QUESTION + ANSWER) + 50))) {
            for (int turn = 0; turn < turns; turn++) {
                conversation.addAll(random(random, QUESTION));
                CompletionRequest request = request(conversation, ANSWER);
                Answer answer = answer(engine.complete(request));
                if (turn == 1 || turn == Math.min(25, turns - 1)) {
                    Answer anew = answer(engine.complete(request, "turn " + turn));
                    assertThat(anew.cached()).as("another partition").isZero();
                    assertThat(answer.tokens()).isEqualTo(anew.tokens());
                }
                again += known - answer.cached();
                all += conversation.size();
                // The last token of an answer is drawn and never computed.
                known = conversation.size() + answer.end().usage().generatedTokens() - 1;
                conversation.addAll(answer.ids());
            }
        }
        assertThat((double) again / all).as("%d of %d", again, all).isBetween(0.0, most);
    }

    @Test
    void promptsThatComeTogetherAreComputedOnce() {
        List<Integer> ids = random(new Random(5), 100);
        try (Engine engine = open("llama3", options.withBatchTokens(64))) {
            List<Generation> generations = IntStream.range(0, 4)
                    .mapToObj(i -> {
                        List<Integer> own = new ArrayList<>(ids);
                        own.add(i);
                        return engine.complete(request(own, 8));
                    })
                    .toList();
            List<Answer> answers =
                    generations.stream().map(PrefixCacheContract::answer).toList();
            assertThat(answers).extracting(Answer::cached).containsExactly(0, 96, 96, 96);
            for (int i = 0; i < 4; i++) {
                List<Integer> own = new ArrayList<>(ids);
                own.add(i);
                assertThat(answers.get(i).tokens())
                        .isEqualTo(answer(engine.complete(request(own, 8), "alone " + i))
                                .tokens());
            }
        }
    }

    /// What was used least recently goes first when memory runs out.
    @Test
    void whatIsUsedStays() {
        Random random = new Random(9);
        List<Integer> used = random(random, 96);
        try (Engine engine = open("llama3", options.withContext(256))) {
            answer(engine.complete(request(used, 1)));
            for (int i = 0; i < 6; i++) {
                answer(engine.complete(request(random(random, 96), 1)));
                assertThat(answer(engine.complete(request(used, 1))).cached())
                        .as("round %d", i)
                        .isEqualTo(64);
            }
        }
    }

    @Test
    void aShortPromptDoesNotWaitForALongOne() {
        Random random = new Random(11);
        List<Integer> lengthy = random(random, 900);
        List<Integer> brief = random(random, 20);
        try (Engine engine = open("llama3", options.withBatchTokens(32))) {
            Generation first = engine.complete(request(lengthy, 1));
            Generation second = engine.complete(request(brief, 1));
            Duration ofLong = answer(first).end().usage().prefill();
            Duration ofShort = answer(second).end().usage().prefill();
            assertThat(ofShort).isLessThan(ofLong.dividedBy(2));
        }
    }
}
