package ouverture.train.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ExponentialTest {
    @Test
    void isCloseToTheLibrarys() {
        float[] x = new float[200_001];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 100_000) * 0.00087f;
        }
        float[] powers = x.clone();
        Exponential.inPlace(powers, 1, x.length);
        assertThat(powers[0]).isEqualTo(x[0]);
        for (int i = 1; i < x.length; i++) {
            double exact = Math.exp(x[i]);
            assertThat((double) powers[i]).isCloseTo(exact, Offset.offset(exact * 0x1.2p-24 + Float.MIN_VALUE));
        }
    }

    @Test
    void endsInZeroInfinityAndNaN() {
        float[] x = {Float.NEGATIVE_INFINITY, -1e30f, -104, 0, 89, 1e30f, Float.POSITIVE_INFINITY, Float.NaN};
        Exponential.inPlace(x, 0, x.length);
        float infinite = Float.POSITIVE_INFINITY;
        assertThat(x).containsExactly(0, 0, 0, 1, infinite, infinite, infinite, Float.NaN);
    }
}
