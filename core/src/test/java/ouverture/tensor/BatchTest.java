package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchTest {
    private static int[] starts(int most, int... sequences) {
        int rows = sequences.length;
        return new Batch(new int[rows], new int[rows], sequences, new int[0][], new int[0]).starts(most);
    }

    @Test
    void runsEndWithTheirSequence() {
        assertThat(starts(9, 0, 0, 1, 2, 2, 2)).containsExactly(0, 2, 3, 6);
    }

    @Test
    void longRunsAreSplit() {
        assertThat(starts(2, 0, 0, 0, 1, 1)).containsExactly(0, 2, 3, 5);
        assertThat(starts(1, 4, 4)).containsExactly(0, 1, 2);
    }
}
