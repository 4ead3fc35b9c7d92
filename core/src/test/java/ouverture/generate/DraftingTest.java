package ouverture.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import ouverture.model.Adapters;

/// Simulates steps whose cost is known, on texts that are known, to see what guesses gain or lose.
final class DraftingTest {
    private static final int VOCABULARY = 256;

    /// Costs next to nothing more for a row more, as where memory is the limit.
    private static final IntToDoubleFunction MEMORY_BOUND = rows -> 100 + rows;

    /// Each row costs as much as the first.
    private static final IntToDoubleFunction ARITHMETIC_BOUND = rows -> 100 * rows;

    /// What several texts took.
    private record Run(double time, int tokens, int drafted, int accepted) {
        double timePerToken() {
            return time / tokens;
        }
    }

    /// A text that is written token by token.
    private static final class Writer implements Sequence.Listener {
        private Sequence.Counts counts = new Sequence.Counts(0, 0, 0, 0);

        @Override
        public boolean token(int id, TokenProbability probability) {
            return true;
        }

        @Override
        public void finished(FinishReason reason, Sequence.Counts counts) {
            this.counts = counts;
        }

        @Override
        public void failed(Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Writes texts, all at once, each from its token `prompt` on.
    ///
    /// @param disturbance how much longer a step takes by chance, at most
    private static Run write(List<int[]> texts, int prompt, IntToDoubleFunction cost, double disturbance) {
        BlockPool pool = new BlockPool(10_000, 16);
        double[] now = new double[1];
        Random random = new Random(1);
        Drafting drafting = new Drafting(Draft.ngrams(), texts.size(), () -> Math.round(now[0] * 1000));
        List<Writer> writers = new ArrayList<>();
        List<Sequence> sequences = new ArrayList<>();
        for (int[] text : texts) {
            writers.add(new Writer());
            sequences.add(new Sequence(
                    Arrays.copyOf(text, prompt),
                    Adapters.NONE,
                    SamplingParameters.GREEDY,
                    text.length - prompt,
                    _ -> false,
                    writers.getLast(),
                    ""));
            sequences.getLast().admit(pool);
            sequences.getLast().advance(prompt - 1, pool);
        }
        List<Sequence> running = new ArrayList<>(sequences);
        while (!running.isEmpty()) {
            List<int[]> guesses = drafting.guess(running, 500);
            int rows = running.size()
                    + guesses.stream().mapToInt(guess -> guess.length).sum();
            long start = drafting.now();
            now[0] += cost.applyAsDouble(rows) * (1 + disturbance * random.nextDouble());
            drafting.note(rows, start);
            for (int i = 0; i < guesses.size(); i++) {
                Sequence sequence = running.get(i);
                int[] text = texts.get(sequences.indexOf(sequence));
                assertThat(sequence.reserve(sequence.length() + guesses.get(i).length, pool))
                        .isTrue();
                sequence.advance(1, pool);
                int known = sequence.length();
                FinishReason reason = sequence.draw(guesses.get(i), row -> only(text[known + row]), pool);
                drafting.learn(sequence);
                if (reason != null) {
                    drafting.forget(sequence);
                    sequence.finish(reason, pool);
                }
            }
            running.removeIf(sequence -> sequence.left() == 0);
        }
        return new Run(
                now[0],
                writers.stream().mapToInt(each -> each.counts.generated()).sum(),
                writers.stream().mapToInt(each -> each.counts.drafted()).sum(),
                writers.stream().mapToInt(each -> each.counts.accepted()).sum());
    }

    /// Logits that leave no choice.
    private static float[] only(int id) {
        float[] logits = new float[VOCABULARY];
        logits[id] = 10;
        return logits;
    }

    private static int[] noise(int length, long seed) {
        return new Random(seed).ints(length, 0, VOCABULARY).toArray();
    }

    /// Copies of an earlier part, with a few changes.
    private static int[] edited(int length, double changes, long seed) {
        Random random = new Random(seed);
        int[] text = noise(length, seed);
        for (int i = 200; i < length; i++) {
            text[i] = random.nextDouble() < changes ? text[i] : text[i - 200];
        }
        return text;
    }

    @Test
    void aCopyComesManyTimesAsFast() {
        Run run = write(List.of(edited(1200, 0, 1)), 200, MEMORY_BOUND, 0);

        assertThat(run.tokens).isEqualTo(1000);
        assertThat(run.timePerToken()).isLessThan(MEMORY_BOUND.applyAsDouble(1) / 8);
    }

    @Test
    void anEditedTextComesFaster() {
        Run run = write(List.of(edited(2200, 0.1, 2)), 200, MEMORY_BOUND, 0.2);

        assertThat(run.timePerToken()).isLessThan(1.1 * MEMORY_BOUND.applyAsDouble(1) / 3);
        assertThat(run.accepted).isLessThan(run.drafted);
    }

    @Test
    void noiseCostsNextToNothing() {
        for (IntToDoubleFunction cost : List.of(MEMORY_BOUND, ARITHMETIC_BOUND)) {
            Run run = write(List.of(noise(3000, 3)), 500, cost, 0);

            assertThat(run.timePerToken()).isLessThan(1.01 * cost.applyAsDouble(1));
        }
    }

    /// Rows that cost as much as steps cannot pay; a few are tried again and again to see whether that still
    /// holds.
    @Test
    void whereRowsAreDearNothingIsComputedInVain() {
        Run run = write(List.of(edited(5200, 0.1, 4)), 200, ARITHMETIC_BOUND, 0.2);

        assertThat(run.timePerToken()).isLessThan(1.1 * 1.03 * ARITHMETIC_BOUND.applyAsDouble(1));
    }

    /// Where a row costs a third of a step, only guesses that are likely enough pay.
    @Test
    void onlyLikelyGuessesAreComputed() {
        IntToDoubleFunction cost = rows -> 100 + 33 * (rows - 1);
        Run changed = write(List.of(edited(3200, 0.5, 5)), 200, cost, 0.1);
        Run copied = write(List.of(edited(3200, 0.02, 6)), 200, cost, 0.1);

        assertThat(changed.timePerToken()).isLessThan(1.05 * 1.03 * cost.applyAsDouble(1));
        assertThat(copied.timePerToken()).isLessThan(1.05 * cost.applyAsDouble(1) / 1.8);
    }

    @Test
    void theLikelierSequenceGetsTheRows() {
        List<int[]> texts = new ArrayList<>(List.of(edited(1200, 0, 7)));
        IntStream.range(0, 3).forEach(i -> texts.add(noise(1200, 10 + i)));
        Run run = write(texts, 200, MEMORY_BOUND, 0);

        assertThat(run.accepted).isGreaterThan(run.drafted / 2).isGreaterThan(800);
    }

    @Test
    void noMoreIsGuessedThanThereIsRoomFor() {
        Drafting drafting = new Drafting(Draft.ngrams(), 2, () -> 0);
        int[] text = edited(400, 0, 8);
        Sequence nearlyDone =
                new Sequence(text, Adapters.NONE, SamplingParameters.GREEDY, 3, _ -> false, new Writer(), "");
        Sequence beginning =
                new Sequence(text, Adapters.NONE, SamplingParameters.GREEDY, 300, _ -> false, new Writer(), "");

        assertThat(drafting.guess(List.of(nearlyDone, beginning), 500))
                .extracting(guess -> guess.length)
                .satisfies(counts -> assertThat(counts.get(0)).isLessThanOrEqualTo(2))
                .satisfies(counts -> assertThat(counts.get(0) + counts.get(1)).isBetween(1, Draft.MOST));
        assertThat(drafting.guess(List.of(beginning), 1).getFirst()).hasSize(1);
        assertThat(drafting.guess(List.of(beginning), 0).getFirst()).isEmpty();
    }
}
