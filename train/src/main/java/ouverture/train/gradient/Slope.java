package ouverture.train.gradient;

import ouverture.tensor.Activation;

/// Values and derivatives of [Activation]s.
@FunctionalInterface
interface Slope {
    /// Computes the activation of each number and its derivative.
    void compute(float[] x, float[] values, float[] slopes);

    /// Of an activation.
    static Slope of(Activation activation) {
        return switch (activation) {
            case SILU -> (x, values, slopes) -> swish(x, values, slopes, 1, Float.POSITIVE_INFINITY);
            case SWIGLU_CLAMPED ->
                (x, values, slopes) -> swish(x, values, slopes, Activation.STEEPNESS, Activation.CLAMP);
            case GELU_TANH -> Slope::gelu;
        };
    }

    /// x sigmoid(steepness x), constant beyond a bound.
    private static void swish(float[] x, float[] values, float[] slopes, float steepness, float bound) {
        for (int i = 0; i < x.length; i++) {
            values[i] = -steepness * Math.min(x[i], bound);
        }
        Exponential.inPlace(values, 0, x.length);
        for (int i = 0; i < x.length; i++) {
            float bounded = Math.min(x[i], bound);
            float sigmoid = 1 / (1 + values[i]);
            values[i] = bounded * sigmoid;
            slopes[i] = x[i] > bound ? 0 : sigmoid * (1 + steepness * bounded * (1 - sigmoid));
        }
    }

    /// The tanh form of GELU.
    private static void gelu(float[] x, float[] values, float[] slopes) {
        double factor = Math.sqrt(2 / Math.PI);
        double cubic = 0.044715;
        for (int i = 0; i < x.length; i++) {
            double number = x[i];
            double square = number * number;
            double tanh = Math.tanh(factor * number * (1 + cubic * square));
            values[i] = (float) (0.5 * number * (1 + tanh));
            double inner = factor * (1 + 3 * cubic * square);
            slopes[i] = (float) (0.5 * (1 + tanh) + 0.5 * number * (1 - tanh * tanh) * inner);
        }
    }
}
