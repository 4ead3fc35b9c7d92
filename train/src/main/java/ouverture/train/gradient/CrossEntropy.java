package ouverture.train.gradient;

import java.util.stream.IntStream;
import ouverture.tensor.Tensor;

/// The loss `-weight log softmax(logits)[target]` of each output, with the [Output] that makes the logits: some
/// rows at a time, so that no more than these rows' logits are in memory.
final class CrossEntropy {
    /// Logits that are in memory at once.
    private static final int LOGITS = 1 << 20;

    private CrossEntropy() {}

    /// Works on some outputs' logits.
    @FunctionalInterface
    private interface Piece {
        /// @param logits of the outputs from `first` on
        /// @param input of the product that made them
        void run(int first, Tensor logits, Tensor input);
    }

    private static void each(BackwardPass pass, Output output, int outputs, Piece piece) {
        int vocabulary = output.vocabulary();
        int most = Math.max(1, LOGITS / vocabulary);
        for (int from = 0; from < outputs; from += most) {
            int count = Math.min(most, outputs - from);
            pass.temporary().reset();
            Tensor logits = pass.temporary(count, vocabulary);
            Tensor input = output.product().x().rows(from, count);
            output.run(pass, logits, input);
            piece.run(from, logits, input);
        }
    }

    /// Computes the loss and leads its gradient back to the product's input and weights.
    ///
    /// @param weights how much each output counts; below 0 its loss is to grow
    /// @param factor on the gradient
    /// @return the loss of each output, without its weight
    static double[] back(BackwardPass pass, Output output, TrainingBatch batch, float[] weights, double factor) {
        double[] losses = new double[batch.targets().length];
        each(pass, output, losses.length, (first, logits, input) -> {
            pass.rows().each(logits.rows(), 16 * logits.columns(), (begin, end) -> {
                float[] row = new float[logits.columns()];
                for (int r = begin; r < end; r++) {
                    Rows.read(logits, r, row);
                    losses[first + r] = gradient(row, batch.targets()[first + r], factor * weights[first + r]);
                    Rows.write(logits, r, row);
                }
            });
            Tensor inputGradient = pass.gradient(output.product().x()).rows(first, logits.rows());
            output.back(pass, logits, input, inputGradient);
        });
        return losses;
    }

    /// The loss of each output, without its weight.
    static double[] losses(BackwardPass pass, Output output, TrainingBatch batch) {
        double[] losses = new double[batch.targets().length];
        each(pass, output, losses.length, (first, logits, _) -> {
            pass.rows().each(logits.rows(), 16 * logits.columns(), (begin, end) -> {
                float[] row = new float[logits.columns()];
                for (int r = begin; r < end; r++) {
                    Rows.read(logits, r, row);
                    losses[first + r] = gradient(row, batch.targets()[first + r], 0);
                }
            });
        });
        return losses;
    }

    /// Turns logits into the gradient of their loss times `weight`; returns the loss.
    private static double gradient(float[] logits, int target, double weight) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        double own = logits[target];
        for (int v = 0; v < logits.length; v++) {
            logits[v] -= max;
        }
        Exponential.inPlace(logits, 0, logits.length);
        for (float power : logits) {
            sum += power;
        }
        float factor = (float) (weight / sum);
        for (int v = 0; v < logits.length; v++) {
            logits[v] *= factor;
        }
        logits[target] -= (float) weight;
        return Math.log(sum) + max - own;
    }

    /// The sum of losses by their weights.
    static double sum(double[] losses, TrainingBatch batch) {
        return IntStream.range(0, losses.length)
                .mapToDouble(r -> losses[r] * batch.weights()[r])
                .reduce(0, Double::sum);
    }
}
