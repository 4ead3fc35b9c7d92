package ouverture.train;

import java.util.Locale;

/// Right answers among many.
///
/// @param right answers
/// @param of questions, at least 1
public record Score(int right, int of) {
    /// The two-sided 95 % point of the normal distribution.
    private static final double Z = 1.959964;

    /// Their share.
    public double share() {
        return right / (double) of;
    }

    /// The lower end of the 95 % interval (Wilson 1927).
    public double low() {
        return bound(-1);
    }

    /// Its upper end.
    public double high() {
        return bound(1);
    }

    /// For people: `81 of 200, 40.5 % (34.0 to 47.4)`.
    public String text() {
        return String.format(
                Locale.ROOT, "%d of %d, %.1f %% (%.1f to %.1f)", right, of, 100 * share(), 100 * low(), 100 * high());
    }

    private double bound(int sign) {
        double square = Z * Z;
        double center = share() + square / (2 * of);
        double spread = Z * Math.sqrt(share() * (1 - share()) / of + square / (4.0 * of * of));
        return Math.clamp((center + sign * spread) / (1 + square / of), 0, 1);
    }
}
