package ouverture.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class StepTimesTest {
    private static StepTimes of(int rows, long... nanos) {
        StepTimes times = new StepTimes(20);
        add(times, rows, nanos);
        return times;
    }

    private static void add(StepTimes times, int rows, long... nanos) {
        times.note(rows, 1_000_000);
        for (long one : nanos) {
            times.note(rows, one);
        }
    }

    @Test
    void theFirstStepOfASizeIsNotCounted() {
        assertThat(of(1).isMeasured()).isFalse();
        assertThat(of(1, 100).isMeasured()).isTrue();
        assertThat(of(1, 100, 120).expected(1)).isEqualTo(110);
    }

    @Test
    void unknownSizesAreThoughtToCostLittleMore() {
        StepTimes times = of(2, 170);

        assertThat(times.expected(1)).isEqualTo(160, within(1e-9));
        assertThat(times.expected(18)).isEqualTo(330, within(1e-9));
        assertThat(new StepTimes(3).expected(3)).isGreaterThan(new StepTimes(3).expected(1));
    }

    @Test
    void sizesBetweenKnownOnesLieOnTheLine() {
        StepTimes times = of(2, 100);
        add(times, 6, 300);

        assertThat(times.expected(3)).isCloseTo(150, Percentage.withPercentage(1));
    }

    @Test
    void oneDisturbanceChangesLittle() {
        StepTimes times = of(1, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 5000);

        assertThat(times.expected(1)).isLessThan(111);
    }

    @Test
    void aBadImpressionFades() {
        StepTimes times = of(1, 100);
        add(times, 4, 900);
        assertThat(times.expected(4)).isEqualTo(900);
        for (int i = 0; i < 5000; i++) {
            times.note(1, 100);
        }
        assertThat(times.expected(4)).isBetween(100.0, 130.0);
    }
}
