package ouverture.train.tune;

import ouverture.train.gradient.Objective.Judgement;

/// Losses of preferences. A document's loss is minus the log-probability of its answer; `reference` is the same
/// of the model without its adapter.
final class Preferences {
    private Preferences() {}

    /// Direct preference optimisation (arXiv 2305.18290): `-log sigmoid(beta (margin))`, where the margin is how
    /// much more the chosen answer gained than the rejected one.
    ///
    /// @param losses of chosen and rejected answers in turn
    static Judgement paired(double[] losses, double[] reference, double beta) {
        double loss = 0;
        double[] slopes = new double[losses.length];
        for (int i = 0; i < losses.length; i += 2) {
            double chosen = reference[i] - losses[i];
            double rejected = reference[i + 1] - losses[i + 1];
            double margin = beta * (chosen - rejected);
            loss += Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin);
            double slope = beta * sigmoid(-margin);
            slopes[i] = slope;
            slopes[i + 1] = -slope;
        }
        return new Judgement(loss, slopes);
    }

    /// Kahneman-Tversky optimisation (arXiv 2402.01306), for answers that were judged each by itself: `1 -
    /// sigmoid(beta (gain - drift))` for good ones and `1 - sigmoid(beta (drift - gain))` for bad ones. The
    /// drift is how far the model has gone in general: the mean gain of answers to other questions, at least 0,
    /// taken as given.
    ///
    /// @param losses of each example's answer, and of another example's answer in its place, in turn
    /// @param good what was said of each example
    /// @param weights of good and bad examples
    static Judgement judged(double[] losses, double[] reference, boolean[] good, double beta, double[] weights) {
        double drift = 0;
        for (int i = 1; i < losses.length; i += 2) {
            drift += (reference[i] - losses[i]) / good.length;
        }
        drift = Math.max(0, drift);
        double loss = 0;
        double[] slopes = new double[losses.length];
        for (int e = 0; e < good.length; e++) {
            double gain = reference[2 * e] - losses[2 * e];
            double value = sigmoid(good[e] ? beta * (gain - drift) : beta * (drift - gain));
            double weight = weights[good[e] ? 0 : 1];
            loss += weight * (1 - value);
            // The gain falls as the loss grows.
            slopes[2 * e] = (good[e] ? 1 : -1) * weight * beta * value * (1 - value);
        }
        return new Judgement(loss, slopes);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
