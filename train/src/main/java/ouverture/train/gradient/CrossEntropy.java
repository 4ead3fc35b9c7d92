package ouverture.train.gradient;

import java.util.stream.IntStream;
import ouverture.tensor.Tensor;

/// The loss `-weight log softmax(logits)[target]` of each output, with the product that makes the logits: some
/// rows at a time, so that no more than these rows' logits are in memory.
final class CrossEntropy {
    /// Logits that are in memory at once.
    private static final int LOGITS = 1 << 20;

    private CrossEntropy() {}

    /// Computes the loss and leads its gradient back to the product's input and weights.
    ///
    /// @param factor on the gradient
    /// @return the loss of each output, without its weight
    static double[] back(BackwardPass pass, Product output, TrainingBatch batch, double factor) {
        int vocabulary = output.weight().rows();
        int outputs = batch.targets().length;
        int most = Math.max(1, LOGITS / vocabulary);
        double[] losses = new double[outputs];
        for (int from = 0; from < outputs; from += most) {
            int first = from;
            int count = Math.min(most, outputs - from);
            pass.temporary().reset();
            Tensor logits = pass.temporary(count, vocabulary);
            Tensor input = output.x().rows(from, count);
            pass.kernels().matmul(logits, input, output.weight(), output.bias());
            pass.rows().each(count, 16 * vocabulary, (begin, end) -> {
                float[] row = new float[vocabulary];
                for (int r = begin; r < end; r++) {
                    Rows.read(logits, r, row);
                    double weight = factor * batch.weights()[first + r];
                    losses[first + r] = gradient(row, batch.targets()[first + r], weight);
                    Rows.write(logits, r, row);
                }
            });
            output.back(pass, logits, input, pass.gradient(output.x()).rows(from, count));
        }
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
