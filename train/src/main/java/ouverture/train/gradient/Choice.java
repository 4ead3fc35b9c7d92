package ouverture.train.gradient;

import java.util.List;
import ouverture.tensor.Kernels;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;

/// The choice of experts: the gradient reaches the logits through the weights of the chosen ones, and through the
/// loss that keeps experts equally busy, experts x the sum over experts of the share of the slots that go to it
/// times the mean of its softmax over all rows (Switch Transformers, arXiv 2101.03961, equation 4). The choice
/// itself has no gradient.
record Choice(Tensor chosen, Tensor weights, Tensor logits, Routing routing) implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.route(chosen, weights, logits, routing);
    }

    @Override
    public void back(BackwardPass pass) {
        int experts = logits.columns();
        int[] choices = chosen.integers();
        double[] balance = balanceGradient(choices, experts, pass.balance());
        Tensor weightGradient = pass.gradient(weights);
        Tensor logitGradient = pass.gradient(logits);
        pass.rows().each(logits.rows(), 32 * experts, (from, to) -> {
            float[] row = new float[experts];
            float[] towards = new float[routing.active()];
            float[] sum = new float[experts];
            for (int r = from; r < to; r++) {
                Rows.read(logits, r, row);
                Rows.read(weightGradient, r, towards);
                Rows.read(logitGradient, r, sum);
                double[] all = softmax(row);
                addThroughWeights(sum, all, choices, r * routing.active(), towards);
                addThrough(sum, all, balance);
                Rows.write(logitGradient, r, sum);
            }
        });
    }

    /// What the load-balance loss adds for each number of a row's softmax.
    private double[] balanceGradient(int[] choices, int experts, double factor) {
        double[] gradient = new double[experts];
        double share = factor * experts / choices.length / Math.max(1, logits.rows());
        for (int expert : choices) {
            gradient[expert] += share;
        }
        return gradient;
    }

    /// The load-balance loss of these rows; 1 where all experts are equally busy.
    double balance() {
        int experts = logits.columns();
        int[] choices = chosen.integers();
        double[] shares = balanceGradient(choices, experts, 1);
        double loss = 0;
        for (int r = 0; r < logits.rows(); r++) {
            double[] all = softmax(logits.floats(r));
            for (int e = 0; e < experts; e++) {
                loss += shares[e] * all[e];
            }
        }
        return loss;
    }

    private void addThroughWeights(float[] sum, double[] all, int[] choices, int first, float[] towards) {
        boolean among = routing.score() == Routing.Score.SOFTMAX_OF_CHOSEN || routing.normalised();
        double[] gradient = new double[all.length];
        double[] shares = among ? new double[all.length] : all;
        double mass = 0;
        for (int i = 0; i < towards.length; i++) {
            int expert = choices[first + i];
            gradient[expert] = towards[i] * (double) routing.scale();
            mass += all[expert];
        }
        for (int i = 0; among && i < towards.length; i++) {
            shares[choices[first + i]] = all[choices[first + i]] / mass;
        }
        addThrough(sum, shares, gradient);
    }

    /// Adds what a gradient of a softmax means for what it was taken of.
    private static void addThrough(float[] sum, double[] softmax, double[] gradient) {
        double mean = 0;
        for (int e = 0; e < softmax.length; e++) {
            mean += softmax[e] * gradient[e];
        }
        for (int e = 0; e < softmax.length; e++) {
            sum[e] += (float) (softmax[e] * (gradient[e] - mean));
        }
    }

    private static double[] softmax(float[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double[] softmax = new double[logits.length];
        double sum = 0;
        for (int e = 0; e < softmax.length; e++) {
            softmax[e] = Math.exp(logits[e] - max);
            sum += softmax[e];
        }
        for (int e = 0; e < softmax.length; e++) {
            softmax[e] /= sum;
        }
        return softmax;
    }

    @Override
    public Tensor result() {
        return weights;
    }

    @Override
    public List<Tensor> needed() {
        return List.of(chosen, logits);
    }
}
