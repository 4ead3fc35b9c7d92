package ouverture.tensor;

/// What the quantisers of several formats have in common.
final class BlockMath {
    private BlockMath() {}

    /// Rounds to the nearest integer, halves to even; NaN becomes 0.
    static int roundedToEven(float value) {
        return (int) Math.rint(value);
    }

    /// Rounds to the nearest integer, halves away from zero (C's roundf; [Math#round] takes them up); NaN becomes
    /// 0.
    static int roundedAwayFromZero(float value) {
        // In double the sum is exact.
        return (int) (value + Math.copySign(0.5, value));
    }

    /// The largest magnitude of `count` numbers; NaN if one of them is.
    static float largestMagnitude(float[] from, int at, int count) {
        float largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Math.abs(from[at + i]));
        }
        return largest;
    }

    /// The first of `count` numbers that has the largest magnitude, with its sign.
    static float farthestFromZero(float[] from, int at, int count) {
        float farthest = 0;
        for (int i = 0; i < count; i++) {
            if (Math.abs(from[at + i]) > Math.abs(farthest)) {
                farthest = from[at + i];
            }
        }
        return farthest;
    }

    /// 1 / `scale`, or 0 for 0.
    static float inverse(float scale) {
        return scale == 0 ? 0 : 1 / scale;
    }
}
