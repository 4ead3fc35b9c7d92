package ouverture.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;

/// Divides the rows of a step among the sequences that run. Answers get one row each. Prompts share what is left
/// evenly, so that a short one does not wait for the end of a long one. While answers run, prompts get only so
/// many rows that the step stays short: nobody waits long for the next token because of another's prompt
/// (Sarathi-Serve, arXiv 2403.02310, with measured times in place of a fixed chunk).
final class RowShares {
    /// What a step with answers and prompts may take, about. A reader hardly notices it.
    private static final double MOST_NANOS = 200e6;

    /// Rows that prompts get in any case: with fewer, the step would read all weights for next to nothing.
    private static final int LEAST_ROWS = 8;

    /// Rows that prompts get before a step was measured.
    private static final int ROWS_BEFOREHAND = 64;

    private static final double WEIGHT = 0.2;

    private final int batchTokens;
    private final LongSupplier clock;
    private double nanosPerRow;

    /// @param batchTokens rows of a step at most
    /// @param clock nanoseconds
    RowShares(int batchTokens, LongSupplier clock) {
        this.batchTokens = batchTokens;
        this.clock = clock;
    }

    /// The time, for [#note].
    long now() {
        return clock.getAsLong();
    }

    /// Takes note of a step. Small ones say little about a row: they take what reading the weights takes.
    ///
    /// @param start when it began
    void note(int rows, long start) {
        if (rows >= LEAST_ROWS) {
            double measured = (double) (clock.getAsLong() - start) / rows;
            nanosPerRow += (nanosPerRow == 0 ? 1 : WEIGHT) * (measured - nanosPerRow);
        }
    }

    /// How many of its pending tokens each sequence computes in the next step.
    ///
    /// @param running oldest first
    /// @param blockSize tokens of a block of the cache
    int[] counts(List<Sequence> running, int blockSize) {
        int[] counts = new int[running.size()];
        List<Integer> prompts = new ArrayList<>();
        int answers = 0;
        for (int i = 0; i < counts.length; i++) {
            if (running.get(i).pending() == 1) {
                counts[i] = 1;
                answers++;
            } else if (!waits(running, i, blockSize)) {
                prompts.add(i);
            }
        }
        int left = batchTokens - answers;
        if (answers > 0) {
            left = Math.min(left, rowsBesideAnswers());
        }
        prompts.sort(Comparator.comparingInt(i -> running.get(i).pending()));
        int open = prompts.size();
        for (int i : prompts) {
            counts[i] = Math.min(running.get(i).pending(), Math.ceilDiv(left, open));
            left -= counts[i];
            open--;
        }
        return counts;
    }

    private int rowsBesideAnswers() {
        return nanosPerRow == 0
                ? ROWS_BEFOREHAND
                : (int) Math.clamp(MOST_NANOS / nanosPerRow, Math.min(LEAST_ROWS, batchTokens), batchTokens);
    }

    /// Whether an older sequence is about to compute the block that this one needs next: it is taken over then.
    private static boolean waits(List<Sequence> running, int index, int blockSize) {
        Sequence sequence = running.get(index);
        int end = sequence.computed() + blockSize;
        return sequence.computed() % blockSize == 0
                && end < sequence.length()
                && running.subList(0, index).stream()
                        .anyMatch(older -> older.computed() < end
                                && older.length() >= end
                                && older.sharesBeginning(sequence, end));
    }
}
