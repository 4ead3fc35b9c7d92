package ouverture.train.gradient;

import ouverture.tensor.Activation;

/// Values and derivatives of [Activation]s.
interface Slope {
    /// The activation of a number.
    double value(double x);

    /// Its derivative.
    double slope(double x);

    /// Of an activation.
    static Slope of(Activation activation) {
        return switch (activation) {
            case SILU -> new Swish(1, Double.POSITIVE_INFINITY);
            case SWIGLU_CLAMPED -> new Swish(Activation.STEEPNESS, Activation.CLAMP);
            case GELU_TANH -> new Gelu();
        };
    }

    /// x sigmoid(steepness x), constant beyond a bound.
    record Swish(double steepness, double bound) implements Slope {
        @Override
        public double value(double x) {
            double bounded = Math.min(x, bound);
            return bounded / (1 + Math.exp(-steepness * bounded));
        }

        @Override
        public double slope(double x) {
            if (x > bound) {
                return 0;
            }
            double sigmoid = 1 / (1 + Math.exp(-steepness * x));
            return sigmoid * (1 + steepness * x * (1 - sigmoid));
        }
    }

    /// The tanh form of GELU.
    record Gelu() implements Slope {
        private static final double FACTOR = Math.sqrt(2 / Math.PI);
        private static final double CUBIC = 0.044715;

        @Override
        public double value(double x) {
            return 0.5 * x * (1 + Math.tanh(FACTOR * (x + CUBIC * x * x * x)));
        }

        @Override
        public double slope(double x) {
            double tanh = Math.tanh(FACTOR * (x + CUBIC * x * x * x));
            return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * FACTOR * (1 + 3 * CUBIC * x * x);
        }
    }
}
