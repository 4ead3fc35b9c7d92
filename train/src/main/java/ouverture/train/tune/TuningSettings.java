package ouverture.train.tune;

import java.util.List;
import java.util.Map;
import ouverture.error.RequestException;

/// How an adapter is trained.
///
/// @param rank columns between an adapter's two matrices, 1 to 1024
/// @param alpha the scale of what it changes is this divided by the rank
/// @param targets which weights it changes: `all`, `attention`, `feed-forward`, or names such as `attn_q`
/// @param epochs how often each example is learned from; 0 for as often as the number of examples needs
/// ([#epochs(int)])
/// @param rate the highest learning rate; 0 for what suits the width of the model ([#rate(int)])
/// @param tokensPerStep tokens between two changes of the adapter, at least
/// @param tokensPerBatch tokens that go through the network at once, at most; no example may have more
/// @param beta how far preferences may lead away from the model as it is: less for more
/// @param weights what tokens count
/// @param template whether prompts and completions that are plain texts are put into the model's chat template
/// @param seed of the first values and of the order of examples
public record TuningSettings(
        int rank,
        double alpha,
        List<String> targets,
        int epochs,
        double rate,
        int tokensPerStep,
        int tokensPerBatch,
        double beta,
        Weights weights,
        boolean template,
        long seed) {
    private static final int HIGHEST_RANK = 1024;

    /// Steps that teach a task to a small model, and how often examples are taken for that.
    private static final int ENOUGH_STEPS = 200;

    private static final int FEWEST_EPOCHS = 3;
    private static final int MOST_EPOCHS = 20;

    /// The rate that suits this width; it falls as the width grows (Adam's of hidden matrices, arXiv 2203.03466).
    private static final double USUAL_RATE = 2e-4;

    private static final int USUAL_WIDTH = 2048;
    private static final double HIGHEST_RATE = 3e-3;

    /// What suits small models and some hundred examples.
    public static final TuningSettings DEFAULT =
            new TuningSettings(16, 32, List.of("all"), 0, 0, 512, 2048, 0.1, new Weights(0, 1, 1), true, 1);

    /// What a token's loss counts, by where it stands; at least 0.
    ///
    /// @param prompt before and between the answers
    /// @param thoughts what the model thinks before it answers
    /// @param answer its text and its calls of tools
    public record Weights(float prompt, float thoughts, float answer) {
        public Weights {
            Map.of("prompt", prompt, "thoughts", thoughts, "answer", answer).forEach((name, weight) -> {
                if (!(weight >= 0) || !Float.isFinite(weight)) {
                    throw new RequestException("The weight of " + name + " is " + weight + "; it must be at least 0.");
                }
            });
        }
    }

    public TuningSettings {
        targets = List.copyOf(targets);
        within("rank", rank, 1, HIGHEST_RANK);
        within("number of epochs", epochs, 0, Integer.MAX_VALUE);
        within("number of tokens in a step", tokensPerStep, 1, Integer.MAX_VALUE);
        within("number of tokens in a batch", tokensPerBatch, 2, 1 << 20);
        positive("alpha", alpha);
        if (rate != 0) {
            positive("learning rate", rate);
        }
        positive("beta", beta);
    }

    /// How often each example is learned from.
    ///
    /// @param stepsOfEpoch steps that take each of them once, at least 1
    int epochs(int stepsOfEpoch) {
        return epochs > 0 ? epochs : Math.clamp(Math.ceilDiv(ENOUGH_STEPS, stepsOfEpoch), FEWEST_EPOCHS, MOST_EPOCHS);
    }

    /// The highest learning rate.
    ///
    /// @param width of the model
    double rate(int width) {
        return rate > 0 ? rate : Math.min(HIGHEST_RATE, USUAL_RATE * USUAL_WIDTH / width);
    }

    private static void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new RequestException(
                    "The " + name + " is " + value + "; it must be from " + least + " to " + most + ".");
        }
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || !Double.isFinite(value)) {
            throw new RequestException("The " + name + " is " + value + "; it must be above 0.");
        }
    }
}
