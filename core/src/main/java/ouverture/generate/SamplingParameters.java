package ouverture.generate;

import java.util.Map;
import java.util.OptionalLong;
import ouverture.error.RequestException;

/// How the next token is drawn from the logits. The steps come in this order: logit bias, penalties,
/// temperature, top-k, top-p, min-p, draw.
///
/// @param temperature 0 (always the most likely token) to 10; divides the logits
/// @param topK keeps the k most likely tokens; 0 keeps all
/// @param topP keeps the most likely tokens that together have at least this probability, above 0 to 1
///     (arXiv 1904.09751)
/// @param minP drops tokens less likely than this share of the most likely one, 0 to below 1 (arXiv 2407.01082)
/// @param repetitionPenalty divides positive and multiplies negative logits of tokens seen in prompt or answer,
///     above 0; 1 is none (arXiv 1909.05858)
/// @param presencePenalty subtracted from the logits of tokens in the answer, -2 to 2
/// @param frequencyPenalty subtracted once for each time a token is in the answer, -2 to 2
/// @param seed of the draws; a fresh one for each answer if empty
/// @param logitBias added to the logits of these token ids, -100 to 100
/// @param logProbs alternatives whose log-probability is reported with each token, 0 to 20; -1 reports none at
///     all
public record SamplingParameters(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repetitionPenalty,
        double presencePenalty,
        double frequencyPenalty,
        OptionalLong seed,
        Map<Integer, Double> logitBias,
        int logProbs) {
    /// Temperature 0.8, top-k 40, top-p 0.95, min-p 0.05, no penalties, a fresh seed.
    public static final SamplingParameters DEFAULT =
            new SamplingParameters(0.8, 40, 0.95, 0.05, 1, 0, 0, OptionalLong.empty(), Map.of(), -1);

    /// Always the most likely token.
    public static final SamplingParameters GREEDY = DEFAULT.withTemperature(0);

    public SamplingParameters {
        range("temperature", temperature, 0, 10);
        range("top-k", topK, 0, Integer.MAX_VALUE);
        range("top-p", topP, Double.MIN_NORMAL, 1);
        range("min-p", minP, 0, Math.nextDown(1.0));
        range("repetition penalty", repetitionPenalty, Double.MIN_NORMAL, 100);
        range("presence penalty", presencePenalty, -2, 2);
        range("frequency penalty", frequencyPenalty, -2, 2);
        range("number of log-probabilities", logProbs, -1, 20);
        logitBias = Map.copyOf(logitBias);
        logitBias.forEach((id, bias) -> range("logit bias of token " + id, bias, -100, 100));
    }

    private static void range(String name, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            String lower = min == Double.MIN_NORMAL ? "above 0" : "at least " + plain(min);
            throw new RequestException("The " + name + " is " + plain(value) + "; it must be " + lower + " and at most "
                    + plain(max) + ".");
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.valueOf(value);
    }

    public SamplingParameters withTemperature(double temperature) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias,
                logProbs);
    }

    public SamplingParameters withSeed(long seed) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                presencePenalty,
                frequencyPenalty,
                OptionalLong.of(seed),
                logitBias,
                logProbs);
    }

    public SamplingParameters withLogProbs(int logProbs) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias,
                logProbs);
    }

    public SamplingParameters withLogitBias(Map<Integer, Double> logitBias) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                repetitionPenalty,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias,
                logProbs);
    }
}
