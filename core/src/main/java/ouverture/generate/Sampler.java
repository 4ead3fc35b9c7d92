package ouverture.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import ouverture.error.RequestException;

/// Draws the tokens of one sequence. What it draws depends on the logits, the parameters, the tokens before and
/// the seed, and on nothing else.
public final class Sampler {
    private static final RandomGeneratorFactory<RandomGenerator> GENERATORS =
            RandomGeneratorFactory.of("L64X128MixRandom");

    private final SamplingParameters parameters;
    private final RandomGenerator random;
    private final Map<Integer, Integer> answerCounts = new HashMap<>();
    private final Set<Integer> seen = new HashSet<>();
    /// Numbers that guesses have looked at before it was their turn.
    private final List<Double> upcoming = new ArrayList<>();

    /// @param prompt tokens that the repetition penalty counts as seen
    public Sampler(SamplingParameters parameters, int[] prompt) {
        this.parameters = parameters;
        this.random = GENERATORS.create(
                parameters.seed().isPresent() ? parameters.seed().getAsLong() : System.nanoTime());
        if (parameters.repetitionPenalty() != 1) {
            for (int token : prompt) {
                seen.add(token);
            }
        }
    }

    /// Draws the next token and remembers it.
    ///
    /// @param logits one for each token of the vocabulary; changed by this call
    public int sample(float[] logits) {
        return sample(logits, _ -> true);
    }

    /// As [#sample(float\[\])], from tokens that are allowed; asked about the likely ones only, as far as
    /// possible.
    ///
    /// @throws RequestException if none is
    public int sample(float[] logits, IntPredicate allowed) {
        int token = choose(logits, allowed, this::next);
        remember(token);
        return token;
    }

    /// What would be drawn from logits that another model takes for the ones after the next `ahead` tokens. It is
    /// drawn with the random number that will serve for that place, so that models that agree draw the same
    /// token; nothing is remembered.
    ///
    /// @param logits one for each token of the vocabulary; changed by this call
    /// @throws RequestException if no token is allowed
    int guess(float[] logits, int ahead, IntPredicate allowed) {
        return choose(logits, allowed, () -> upcoming(ahead));
    }

    private int choose(float[] logits, IntPredicate allowed, DoubleSupplier uniform) {
        parameters.logitBias().forEach((id, bias) -> logits[id] += bias.floatValue());
        penalise(logits);
        int token = parameters.temperature() == 0 ? mostLikely(logits, allowed) : draw(logits, allowed, uniform);
        if (token >= 0) {
            return token;
        }
        // All that is allowed has no chance at all: the first of it.
        for (int id = 0; id < logits.length; id++) {
            if (allowed.test(id)) {
                return id;
            }
        }
        throw new RequestException("The answer cannot go on: the model's vocabulary has no token for what its"
                + " constraint asks for next.");
    }

    private double next() {
        return upcoming.isEmpty() ? random.nextDouble() : upcoming.removeFirst();
    }

    private double upcoming(int ahead) {
        while (upcoming.size() <= ahead) {
            upcoming.add(random.nextDouble());
        }
        return upcoming.get(ahead);
    }

    /// Takes note of a token of the answer that was not drawn, for the penalties.
    void remember(int token) {
        answerCounts.merge(token, 1, Integer::sum);
        seen.add(token);
    }

    private void penalise(float[] logits) {
        if (parameters.repetitionPenalty() != 1) {
            float penalty = (float) parameters.repetitionPenalty();
            for (int id : seen) {
                logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
            }
        }
        if (parameters.presencePenalty() != 0 || parameters.frequencyPenalty() != 0) {
            answerCounts.forEach((id, count) ->
                    logits[id] -= (float) (parameters.presencePenalty() + count * parameters.frequencyPenalty()));
        }
    }

    /// The index of the largest logit, the first of equals; NaN counts as the smallest.
    static int mostLikely(float[] logits) {
        return Math.max(0, mostLikely(logits, _ -> true));
    }

    /// The allowed index of the largest logit, the first of equals; -1 if none has a chance.
    private static int mostLikely(float[] logits, IntPredicate allowed) {
        int best = -1;
        float max = Float.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            if (logits[id] > max && allowed.test(id)) {
                max = logits[id];
                best = id;
            }
        }
        return best;
    }

    /// -1 if nothing is allowed.
    private int draw(float[] logits, IntPredicate allowed, DoubleSupplier uniform) {
        int[] ids = candidates(logits, allowed);
        if (ids.length == 0) {
            return -1;
        }
        double max = logits[ids[0]] / parameters.temperature();
        if (!Double.isFinite(max)) {
            return ids[0];
        }
        double[] weights = new double[ids.length];
        double total = 0;
        for (int i = 0; i < ids.length; i++) {
            weights[i] = Math.exp(logits[ids[i]] / parameters.temperature() - max);
            total += weights[i];
        }
        int kept = 0;
        double mass = 0;
        while (kept < ids.length
                && weights[kept] > 0
                && (kept == 0 || (mass < parameters.topP() * total && weights[kept] >= parameters.minP()))) {
            mass += weights[kept++];
        }
        double point = uniform.getAsDouble() * mass;
        for (int i = 0; i < kept; i++) {
            point -= weights[i];
            if (point < 0) {
                return ids[i];
            }
        }
        return ids[kept - 1];
    }

    /// The top-k tokens, most likely first and the lower id first among equals; all tokens without top-k.
    private int[] candidates(float[] logits, IntPredicate allowed) {
        int k = parameters.topK() == 0 ? logits.length : Math.min(parameters.topK(), logits.length);
        return ranked(logits, k, allowed);
    }

    /// The `k` most likely ids in order, fewer if no more are allowed. Each logit becomes a long whose order is
    /// logit first, lower id first; the smallest of the kept ones is found by a partial sort.
    private static int[] ranked(float[] logits, int k, IntPredicate allowed) {
        if (k == 0) {
            return new int[0];
        }
        long[] keys = new long[logits.length];
        for (int id = 0; id < keys.length; id++) {
            float logit = Float.isNaN(logits[id]) ? Float.NEGATIVE_INFINITY : logits[id] + 0f;
            int bits = Float.floatToIntBits(logit);
            int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
            keys[id] = ((long) ~ordered << 32) | id;
        }
        if (k < keys.length / 16) {
            keys = smallest(keys, k, allowed);
        } else {
            keys = Arrays.stream(keys).filter(key -> allowed.test((int) key)).toArray();
            Arrays.sort(keys);
        }
        int[] ids = new int[Math.min(k, keys.length)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) keys[i];
        }
        return ids;
    }

    /// The `k` smallest keys of allowed ids, ascending; only those that come into question are asked about.
    private static long[] smallest(long[] keys, int k, IntPredicate allowed) {
        long[] kept = new long[k];
        int count = 0;
        for (long key : keys) {
            if ((count < k || key < kept[k - 1]) && allowed.test((int) key)) {
                int place = -Arrays.binarySearch(kept, 0, count, key) - 1;
                count = Math.min(k, count + 1);
                System.arraycopy(kept, place, kept, place + 1, count - 1 - place);
                kept[place] = key;
            }
        }
        return Arrays.copyOf(kept, count);
    }

    /// Log-probabilities of a token and of the `count` most likely ones: log softmax of unchanged logits.
    static TokenProbability probability(float[] logits, int token, int count) {
        double max = logits[mostLikely(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        double logSum = max + Math.log(sum);
        List<TokenProbability> alternatives = new ArrayList<>();
        for (int id : ranked(logits, Math.min(count, logits.length), _ -> true)) {
            alternatives.add(new TokenProbability(id, logits[id] - logSum, List.of()));
        }
        return new TokenProbability(token, logits[token] - logSum, List.copyOf(alternatives));
    }
}
