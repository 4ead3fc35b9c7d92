package ouverture.cli;

import java.time.Duration;
import java.util.Locale;

/// Numbers for people.
final class Units {
    private static final double NANOS = 1e9;

    private Units() {}

    /// A size in bytes: `812 B`, `1.50 GiB`.
    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        return scaled(bytes, 1024, units, " ");
    }

    /// A count: `812`, `1.24B`.
    static String count(long count) {
        String[] units = {"", "K", "M", "B", "T"};
        return scaled(count, 1000, units, "");
    }

    /// A count of things: `1 layer`, `2 layers`.
    static String count(long count, String noun) {
        return digits(count) + " " + noun + (count == 1 ? "" : "s");
    }

    /// A whole number with its thousands apart: `8,030,261,248`.
    static String digits(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// Events a second; 0 for no time at all.
    static double perSecond(long events, Duration time) {
        return time.isZero() ? 0 : events * NANOS / time.toNanos();
    }

    /// A number with three digits, or all those before the point: `0.123`, `12.3`, `1234`.
    static String threeDigits(double value) {
        double magnitude = Math.abs(value);
        String format = magnitude >= 100 ? "%.0f" : magnitude >= 10 ? "%.1f" : magnitude >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    private static String scaled(long value, int base, String[] units, String space) {
        double scaled = value;
        int unit = 0;
        while (scaled >= base && unit < units.length - 1) {
            scaled /= base;
            unit++;
        }
        return (unit == 0 ? String.valueOf(value) : threeDigits(scaled)) + space + units[unit];
    }
}
