package ouverture.train.gradient;

/// e^x of many numbers: a loop that the compiler turns into vector instructions, which it does not for
/// [Math#exp]. The same bits on every machine.
final class Exponential {
    /// x is halved eight times before the series, and its result squared as often.
    private static final double SCALE = 1.0 / (1 << 8);

    /// Beyond this e^x is 0 or infinite as a float.
    private static final float BOUND = 104;

    private Exponential() {}

    /// `x[i] = e^x[i]` for `from <= i < to`, with a relative error below 2^-24; not a number stays so.
    static void inPlace(float[] x, int from, int to) {
        for (int i = from; i < to; i++) {
            double y = Math.max(-BOUND, Math.min(BOUND, x[i])) * SCALE;
            // Taylor's series: |y| < 0.41, so that the first term left out is below 2^-39, and 2^-31 after the
            // squarings.
            double e = 1 + y * (1.0 / 9);
            e = 1 + y * (1.0 / 8) * e;
            e = 1 + y * (1.0 / 7) * e;
            e = 1 + y * (1.0 / 6) * e;
            e = 1 + y * (1.0 / 5) * e;
            e = 1 + y * (1.0 / 4) * e;
            e = 1 + y * (1.0 / 3) * e;
            e = 1 + y * (1.0 / 2) * e;
            e = 1 + y * e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            x[i] = (float) e;
        }
    }
}
