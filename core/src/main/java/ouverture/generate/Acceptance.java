package ouverture.generate;

import org.jspecify.annotations.Nullable;

/// How often guesses were right lately, by the grounds that they rested on.
final class Acceptance {
    /// A chance with no observation, and how many observations that counts for: hopeful enough to be tried.
    private static final double BEFOREHAND = 0.5;

    private static final double BEFOREHAND_WEIGHT = 2;

    /// What is left of older observations after a new one on the same grounds: some tens count.
    private static final double KEPT = 0.96;

    /// What is left of all observations after a step: what was given up is tried again after some hundred.
    private static final double KEPT_BY_STEP = 0.997;

    private final @Nullable Acceptance others;
    private final double[] tries;
    private final double[] hits;

    /// @param others what to expect without own observations
    Acceptance(int grounds, @Nullable Acceptance others) {
        this.others = others;
        this.tries = new double[grounds];
        this.hits = new double[grounds];
    }

    /// The chance that a guess on such grounds is right, if those before it are.
    double chance(int ground) {
        return chance(tries[ground], hits[ground], others == null ? BEFOREHAND : others.chance(ground));
    }

    /// The chance of a guess of which the grounds are not known yet.
    double chance() {
        double allTries = 0;
        double allHits = 0;
        for (int ground = 0; ground < tries.length; ground++) {
            allTries += tries[ground];
            allHits += hits[ground];
        }
        return chance(allTries, allHits, others == null ? BEFOREHAND : others.chance());
    }

    private static double chance(double tries, double hits, double expected) {
        return (hits + BEFOREHAND_WEIGHT * expected) / (tries + BEFOREHAND_WEIGHT);
    }

    /// Takes note of whether a guess was right. A sequence's observation is one of all sequences too.
    void note(int ground, boolean right) {
        tries[ground] = KEPT * tries[ground] + 1;
        hits[ground] = KEPT * hits[ground] + (right ? 1 : 0);
        if (others != null) {
            others.note(ground, right);
        }
    }

    /// Ends a step.
    void fade() {
        for (int ground = 0; ground < tries.length; ground++) {
            tries[ground] *= KEPT_BY_STEP;
            hits[ground] *= KEPT_BY_STEP;
        }
    }
}
