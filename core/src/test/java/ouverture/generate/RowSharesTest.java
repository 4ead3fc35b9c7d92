package ouverture.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import ouverture.model.Adapters;

final class RowSharesTest {
    private static final int BLOCK_SIZE = 4;

    private final AtomicLong clock = new AtomicLong();
    private final BlockPool pool = new BlockPool(1000, BLOCK_SIZE);

    private RowShares shares(int batchTokens) {
        return new RowShares(batchTokens, clock::get);
    }

    private static final class Silent implements Sequence.Listener {
        @Override
        public boolean token(int id, TokenProbability probability) {
            return true;
        }

        @Override
        public void finished(FinishReason reason, Sequence.Counts counts) {}

        @Override
        public void failed(Throwable failure) {}
    }

    /// A sequence of equal tokens.
    ///
    /// @param pending tokens that are not computed yet
    private Sequence sequence(int token, int length, int pending, String partition) {
        int[] tokens = new int[length];
        Arrays.fill(tokens, token);
        Sequence sequence =
                new Sequence(tokens, Adapters.NONE, SamplingParameters.GREEDY, 10, _ -> false, new Silent(), partition);
        sequence.admit(pool);
        sequence.advance(length - pending - sequence.computed(), pool);
        return sequence;
    }

    private Sequence sequence(int token, int pending) {
        return sequence(token, pending, pending, "");
    }

    private Sequence answer(int token) {
        return sequence(token, 9, 1, "");
    }

    @Test
    void promptsShareEvenlyAndLeaveNothing() {
        RowShares shares = shares(100);
        assertThat(shares.counts(List.of(sequence(1, 500), sequence(2, 20), sequence(3, 500)), BLOCK_SIZE))
                .containsExactly(40, 20, 40);
        assertThat(shares.counts(List.of(sequence(4, 500), sequence(5, 70)), BLOCK_SIZE))
                .containsExactly(50, 50);
        assertThat(shares.counts(List.of(sequence(6, 30), sequence(7, 70)), BLOCK_SIZE))
                .containsExactly(30, 70);
    }

    @Test
    void aFewRowsGoToThoseThatNeedFewest() {
        assertThat(shares(2).counts(List.of(sequence(1, 500), sequence(2, 20), sequence(3, 500)), BLOCK_SIZE))
                .containsExactly(1, 1, 0);
    }

    @Test
    void besideAnswersPromptsGetWhatKeepsTheStepShort() {
        RowShares shares = shares(512);
        List<Sequence> running = List.of(answer(1), answer(2), sequence(3, 900));
        assertThat(shares.counts(running, BLOCK_SIZE)).as("not measured").containsExactly(1, 1, 64);
        note(shares, 100, 1_000_000);
        assertThat(shares.counts(running, BLOCK_SIZE)).as("a millisecond a row").containsExactly(1, 1, 200);
        note(shares, 2, 400_000_000);
        assertThat(shares.counts(running, BLOCK_SIZE))
                .as("small steps say nothing")
                .containsExactly(1, 1, 200);
        for (int i = 0; i < 100; i++) {
            note(shares, 8, 1_000_000_000);
        }
        assertThat(shares.counts(running, BLOCK_SIZE)).as("slow").containsExactly(1, 1, 8);
        for (int i = 0; i < 200; i++) {
            note(shares, 512, 1000);
        }
        assertThat(shares.counts(running, BLOCK_SIZE)).as("fast").containsExactly(1, 1, 510);
        assertThat(shares.counts(List.of(sequence(4, 900)), BLOCK_SIZE))
                .as("nobody waits")
                .containsExactly(512);
    }

    private void note(RowShares shares, int rows, long nanosPerRow) {
        long start = shares.now();
        clock.addAndGet(rows * nanosPerRow);
        shares.note(rows, start);
    }

    @Test
    void whatAnOlderPromptComputesIsWaitedFor() {
        RowShares shares = shares(100);
        Sequence first = sequence(1, 50);
        Sequence same = sequence(1, 60);
        Sequence stranger = sequence(1, 50, 50, "another's");
        assertThat(shares.counts(List.of(first, same, stranger), BLOCK_SIZE)).containsExactly(50, 0, 50);
        first.advance(50, pool);
        same.catchUp(pool);
        stranger.catchUp(pool);
        assertThat(same.computed()).isEqualTo(48);
        assertThat(stranger.computed()).isZero();
        assertThat(shares.counts(List.of(first, same, stranger), BLOCK_SIZE)[1]).isEqualTo(12);
    }

    @Test
    void aPromptThatIsNearlyDoneWaitsForNobody() {
        assertThat(shares(100).counts(List.of(sequence(1, 50), sequence(1, 4)), BLOCK_SIZE))
                .as("its last token is computed in any case")
                .containsExactly(50, 4);
    }
}
