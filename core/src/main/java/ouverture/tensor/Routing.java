package ouverture.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How a router's logits become the experts of a token and their weights.
///
/// @param active experts that a token goes to
/// @param score what a logit becomes
/// @param normalised whether the chosen experts' weights are divided by their sum
/// @param scale factor on the weights
/// @param selectionBias one F32 for each expert that is added to its score for the choice only (arXiv
///     2408.15664); null for none
/// @param groups equal groups of experts that follow each other; 1 for no groups
/// @param activeGroups groups, with at least `active` experts together, that the experts are chosen from: those
/// whose two best experts have the largest
///     sum (arXiv 2412.19437)
public record Routing(
        int active,
        Score score,
        boolean normalised,
        float scale,
        @Nullable Tensor selectionBias,
        int groups,
        int activeGroups) {
    /// Least sum of weights that is divided by.
    private static final double SUM_MIN = 6.103515625e-5;

    /// What a logit becomes.
    public enum Score {
        /// Softmax over all experts.
        SOFTMAX,
        /// 1 / (1 + e^-x), each by itself.
        SIGMOID,
        /// Softmax over the chosen experts only.
        SOFTMAX_OF_CHOSEN
    }

    /// Softmax over the chosen experts.
    public static Routing softmaxOfChosen(int active) {
        return new Routing(active, Score.SOFTMAX_OF_CHOSEN, false, 1, null, 1, 1);
    }

    /// Softmax over all experts.
    ///
    /// @param normalised whether the chosen weights are made to sum to 1
    public static Routing softmax(int active, boolean normalised) {
        return new Routing(active, Score.SOFTMAX, normalised, 1, null, 1, 1);
    }

    /// Chooses the experts of one token: the definition that every kernel set shares. Of equal scores the lower
    /// expert comes first; a score that is no number is the lowest.
    ///
    /// @param logits one for each expert
    /// @param bias [#selectionBias]'s numbers, or null
    /// @param chosen gets the chosen experts, best first
    /// @param weights gets their weights
    public void choose(float[] logits, float @Nullable [] bias, int[] chosen, float[] weights) {
        double[] scores = scores(logits);
        double[] ranks = new double[scores.length];
        for (int e = 0; e < ranks.length; e++) {
            double rank = scores[e] + (bias == null ? 0 : bias[e]);
            ranks[e] = Double.isNaN(rank) ? Double.NEGATIVE_INFINITY : rank;
        }
        boolean[] open = openExperts(ranks);
        double sum = 0;
        double[] chosenScores = new double[active];
        for (int i = 0; i < active; i++) {
            chosen[i] = best(ranks, open);
            open[chosen[i]] = false;
            chosenScores[i] = scores[chosen[i]];
        }
        if (score == Score.SOFTMAX_OF_CHOSEN) {
            softmax(chosenScores);
        }
        for (double s : chosenScores) {
            sum += s;
        }
        double factor = normalised ? scale / Math.max(sum, SUM_MIN) : scale;
        for (int i = 0; i < active; i++) {
            weights[i] = (float) (chosenScores[i] * factor);
        }
    }

    /// Chooses the experts of every row: [#choose] on the memory of CPU kernels.
    ///
    /// @param chosen gets I32, rows x active
    /// @param weights gets F32, rows x active
    /// @param logits F32, rows x experts
    public void chooseAll(Tensor chosen, Tensor weights, Tensor logits) {
        float[] bias = selectionBias == null ? null : selectionBias.floats(0);
        int[] experts = new int[active];
        float[] shares = new float[active];
        for (int r = 0; r < logits.rows(); r++) {
            choose(logits.floats(r), bias, experts, shares);
            MemorySegment.copy(experts, 0, chosen.data(), ValueLayout.JAVA_INT, r * chosen.rowBytes(), active);
            MemorySegment.copy(shares, 0, weights.data(), ValueLayout.JAVA_FLOAT, r * weights.rowBytes(), active);
        }
    }

    /// For each expert the slots that go to it, ascending; slot row * active + i is the i-th choice of a row.
    ///
    /// @param chosen I32, rows x active
    /// @throws IndexOutOfBoundsException if an expert is chosen that there is not
    public static int[][] slotsOfExperts(Tensor chosen, int experts) {
        int slots = Math.toIntExact(chosen.size());
        int[] counts = new int[experts];
        for (int s = 0; s < slots; s++) {
            counts[Objects.checkIndex(chosen.data().getAtIndex(ValueLayout.JAVA_INT, s), experts)]++;
        }
        int[][] slotsOf = new int[experts][];
        for (int e = 0; e < experts; e++) {
            slotsOf[e] = new int[counts[e]];
        }
        for (int s = slots - 1; s >= 0; s--) {
            int expert = chosen.data().getAtIndex(ValueLayout.JAVA_INT, s);
            slotsOf[expert][--counts[expert]] = s;
        }
        return slotsOf;
    }

    private double[] scores(float[] logits) {
        double[] scores = new double[logits.length];
        for (int e = 0; e < scores.length; e++) {
            scores[e] = score == Score.SIGMOID ? 1 / (1 + Math.exp(-(double) logits[e])) : logits[e];
        }
        if (score == Score.SOFTMAX) {
            softmax(scores);
        }
        return scores;
    }

    private static void softmax(double[] x) {
        double max = Double.NEGATIVE_INFINITY;
        for (double v : x) {
            max = Math.max(max, v);
        }
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.exp(x[i] - max);
            sum += x[i];
        }
        for (int i = 0; i < x.length; i++) {
            x[i] /= sum;
        }
    }

    /// The experts of the best groups.
    private boolean[] openExperts(double[] ranks) {
        boolean[] open = new boolean[ranks.length];
        int size = ranks.length / groups;
        double[] sums = new double[groups];
        for (int g = 0; g < groups; g++) {
            double first = Double.NEGATIVE_INFINITY;
            double second = Double.NEGATIVE_INFINITY;
            for (int e = g * size; e < (g + 1) * size; e++) {
                second = Math.max(second, Math.min(first, ranks[e]));
                first = Math.max(first, ranks[e]);
            }
            double sum = first + (size > 1 ? second : 0);
            sums[g] = Double.isNaN(sum) ? Double.NEGATIVE_INFINITY : sum;
        }
        boolean[] left = new boolean[groups];
        Arrays.fill(left, true);
        for (int i = 0; i < activeGroups; i++) {
            int group = best(sums, left);
            left[group] = false;
            Arrays.fill(open, group * size, (group + 1) * size, true);
        }
        return open;
    }

    private static int best(double[] values, boolean[] open) {
        int best = -1;
        for (int i = 0; i < values.length; i++) {
            if (open[i] && (best < 0 || values[i] > values[best])) {
                best = i;
            }
        }
        return best;
    }
}
