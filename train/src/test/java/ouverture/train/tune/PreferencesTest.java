package ouverture.train.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import ouverture.train.gradient.Objective.Judgement;

class PreferencesTest {
    private static final double STEP = 1e-6;
    private static final double[] REFERENCE = {5, 9, 4, 4, 7.5, 2};
    private static final double[] LOSSES = {3, 8, 6, 2, 7, 2.5};

    private static void assertSlopes(Function<double[], Judgement> rule, int... places) {
        Judgement judgement = rule.apply(LOSSES);
        for (int place : places) {
            double[] above = LOSSES.clone();
            double[] below = LOSSES.clone();
            above[place] += STEP;
            below[place] -= STEP;
            double slope = (rule.apply(above).loss() - rule.apply(below).loss()) / (2 * STEP);
            assertThat(judgement.slopes()[place]).isCloseTo(slope, Offset.offset(1e-8));
        }
    }

    @Test
    void slopesOfPairsAreThoseOfTheLoss() {
        assertSlopes(losses -> Preferences.paired(losses, REFERENCE, 0.3), 0, 1, 2, 3, 4, 5);
        Judgement undecided = Preferences.paired(REFERENCE, REFERENCE, 0.3);
        assertThat(undecided.loss()).isCloseTo(3 * Math.log(2), Offset.offset(1e-12));
        assertThat(undecided.slopes()).containsExactly(0.15, -0.15, 0.15, -0.15, 0.15, -0.15);
    }

    @Test
    void pairsFarApartStayFinite() {
        Judgement wrong = Preferences.paired(new double[] {1e6, 0}, new double[2], 1);
        assertThat(wrong.loss()).isEqualTo(1e6);
        assertThat(wrong.slopes()).containsExactly(1, -1);
        assertThat(Preferences.paired(new double[] {0, 1e6}, new double[2], 1).loss())
                .isZero();
    }

    /// The drift is taken as given, so that the answers in other answers' places have no slope.
    @Test
    void slopesOfJudgementsAreThoseOfTheLoss() {
        boolean[] good = {true, false, true};
        double[] weights = {1, 1.5};
        assertSlopes(losses -> Preferences.judged(losses, REFERENCE, good, 0.3, weights), 0, 2, 4);
        Judgement judgement = Preferences.judged(LOSSES, REFERENCE, good, 0.3, weights);
        assertThat(judgement.slopes()[0]).isPositive();
        assertThat(judgement.slopes()[2]).isNegative();
        assertThat(judgement.slopes()[1]).isZero();
        // The drift, (1 + 2 - 0.5) / 3, makes the gain of 2 count less.
        double value = 1 / (1 + Math.exp(-0.3 * (2 - 2.5 / 3)));
        assertThat(judgement.slopes()[0]).isCloseTo(0.3 * value * (1 - value), Offset.offset(1e-12));
    }
}
