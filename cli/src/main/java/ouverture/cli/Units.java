package ouverture.cli;

import java.util.Locale;

/// Numbers as people read them, the same in every locale.
final class Units {
    private Units() {}

    /// Bytes in the binary unit that leaves one to four digits before the point: `1.1 MiB`.
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        String units = "KMGTPE";
        double value = bytes / 1024.0;
        int unit = 0;
        while (value >= 1023.95 && unit < units.length() - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %siB", value, units.charAt(unit));
    }

    /// A number with separated thousands: `8,030,261,248`.
    static String digits(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// A number of parameters as it is spoken of, with all its digits: `8.03 billion (8,030,261,248)`.
    static String count(long number) {
        if (number < 1_000_000) {
            return digits(number);
        }
        String spoken =
                switch (Long.toString(number).length()) {
                    case 7, 8, 9 -> significant(number / 1e6) + " million";
                    case 10, 11, 12 -> significant(number / 1e9) + " billion";
                    default -> significant(number / 1e12) + " trillion";
                };
        return spoken + " (" + digits(number) + ")";
    }

    /// A rate or a ratio with three significant digits at least: `1,234`, `51.2`, `0.345`.
    static String significant(double value) {
        int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.9995 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /// A share in whole percent.
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * 100);
    }
}
