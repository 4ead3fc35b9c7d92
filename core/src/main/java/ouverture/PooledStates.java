package ouverture;

import ouverture.generate.Sequence;

/// The hidden states of one text, brought together while they come.
final class PooledStates implements Sequence.LogitsListener {
    private final Pooling pooling;
    private final int length;
    private final PromptRun run = new PromptRun();
    private double[] sums = {};

    /// @param length positions of the text
    PooledStates(Pooling pooling, int length) {
        this.pooling = pooling;
        this.length = length;
    }

    /// Their computation.
    PromptRun run() {
        return run;
    }

    /// Positions come in their order, and again from the first one after an interruption.
    @Override
    public void logits(int position, float[] state) {
        if (position == 0) {
            sums = new double[state.length];
        }
        if (pooling == Pooling.MEAN || position == length - 1) {
            for (int i = 0; i < state.length; i++) {
                sums[i] += state[i];
            }
        }
    }

    /// Waits for the vector, whose length is 1.
    ///
    /// @throws ouverture.error.OuvertureException if the computation failed
    float[] vector() {
        run.await();
        double squares = 0;
        for (double sum : sums) {
            squares += sum * sum;
        }
        // A text without any direction stays zero.
        double scale = squares == 0 ? 0 : 1 / Math.sqrt(squares);
        float[] vector = new float[sums.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (sums[i] * scale);
        }
        return vector;
    }
}
