package ouverture.train.tune;

import java.util.List;
import java.util.Map;
import ouverture.error.RequestException;

/// How an adapter is trained.
///
/// @param rank columns between an adapter's two matrices, 1 to 1024
/// @param alpha the scale of what it changes is this divided by the rank
/// @param targets which weights it changes: `all`, `attention`, `feed-forward`, or names such as `attn_q`
/// @param epochs how often each example is learned from, at least 1
/// @param rate the highest learning rate
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

    /// What suits small models and some hundred examples.
    public static final TuningSettings DEFAULT =
            new TuningSettings(16, 32, List.of("all"), 3, 2e-4, 2048, 2048, 0.1, new Weights(0, 1, 1), true, 1);

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
        within("number of epochs", epochs, 1, Integer.MAX_VALUE);
        within("number of tokens in a step", tokensPerStep, 1, Integer.MAX_VALUE);
        within("number of tokens in a batch", tokensPerBatch, 2, 1 << 20);
        positive("alpha", alpha);
        positive("learning rate", rate);
        positive("beta", beta);
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
