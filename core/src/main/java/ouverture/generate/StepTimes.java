package ouverture.generate;

import java.util.Arrays;

/// How long a step with a number of rows takes, learned from the steps. A guess more is a row more: nearly free
/// where memory is the limit, as dear as a step of its own where arithmetic is or where each row reads other
/// experts.
final class StepTimes {
    /// Before it is measured a row is thought to take this share of a step more: little, so that it is tried.
    private static final double SHARE_BEFOREHAND = 1.0 / 16;

    /// Weight of a new measurement, of which the last ten or so count.
    private static final double WEIGHT = 0.1;

    /// A measurement counts for this multiple of the mean at most: other programs disturb.
    private static final double MOST = 2;

    /// Steps after which what a size took beyond a smaller one counts half: a bad impression is not for ever.
    private static final double HALF_LIFE = 1024;

    private final double[] nanos;
    private final int[] seen;
    private final long[] last;
    private long step;

    /// @param rows that a step has at most
    StepTimes(int rows) {
        nanos = new double[rows + 1];
        seen = new int[rows + 1];
        last = new long[rows + 1];
    }

    /// Takes note of a step. The first one of a size also pays for what is made once, and is not counted.
    void note(int rows, long took) {
        step++;
        if (seen[rows] == 1) {
            nanos[rows] = (double) took;
        } else if (seen[rows] > 1) {
            double weight = Math.max(WEIGHT, 1.0 / seen[rows]);
            nanos[rows] += weight * (Math.min((double) took, MOST * nanos[rows]) - nanos[rows]);
        }
        seen[rows]++;
        last[rows] = step;
    }

    /// Whether there is a measurement of any size.
    boolean isMeasured() {
        return Arrays.stream(seen).anyMatch(steps -> steps > 1);
    }

    /// What a step is expected to take, in units of which only ratios count. Sizes that were not measured lie on
    /// the lines between those that were.
    double expected(int rows) {
        int below = rows;
        while (below > 0 && seen[below] < 2) {
            below--;
        }
        int above = rows;
        while (above < nanos.length && seen[above] < 2) {
            above++;
        }
        boolean hasAbove = above < nanos.length;
        if (below == 0) {
            return hasAbove ? nanos[above] / grown(above) * grown(rows) : grown(rows);
        }
        if (below == rows) {
            return faded(rows);
        }
        double low = faded(below);
        return hasAbove
                ? low + (faded(above) - low) * (rows - below) / (above - below)
                : low / grown(below) * grown(rows);
    }

    private static double grown(int rows) {
        return 1 + SHARE_BEFOREHAND * (rows - 1);
    }

    /// The mean of a size, drawn nearer to the next smaller one's by its age.
    private double faded(int rows) {
        int below = rows - 1;
        while (below > 0 && seen[below] < 2) {
            below--;
        }
        double less = below == 0 ? nanos[rows] : nanos[below];
        double excess = Math.max(0, nanos[rows] - less);
        return nanos[rows] - excess + excess * Math.pow(0.5, (step - last[rows]) / HALF_LIFE);
    }
}
