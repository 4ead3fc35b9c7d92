package ouverture.train.gradient;

/// Makes one loss of those of whole documents, such as how much likelier one answer is than another.
@FunctionalInterface
public interface Objective {
    /// What the losses of a batch's documents come to.
    ///
    /// @param loss the sum over all that is judged
    /// @param slopes how the loss changes with that of each document
    record Judgement(double loss, double[] slopes) {}

    /// @param losses for each document, the sum of its outputs' losses in nats by their weights
    Judgement judge(double[] losses);
}
