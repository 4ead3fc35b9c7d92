package ouverture.text.jinja;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;

/// C's `strftime` in the C locale, for a clock without a time zone.
final class TimeFormat {
    private TimeFormat() {}

    static String format(LocalDateTime time, String format) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            char directive = format.charAt(++i);
            boolean flag = "-_0^#".indexOf(directive) >= 0 && i + 1 < format.length();
            out.append(flag ? flagged(time, directive, format.charAt(++i)) : directive(time, directive));
        }
        return out.toString();
    }

    /// A directive with GNU's flag: `-` no filling, `_` blanks, `0` zeros, `^` and `#` large letters.
    private static String flagged(LocalDateTime time, char flag, char directive) {
        String plain = directive(time, directive);
        String number = Text.strip(plain, "0 ", true, false);
        String digits = number.isEmpty() ? "0" : number;
        return switch (flag) {
            case '-' -> isNumber(plain) ? digits : plain;
            case '_' -> isNumber(plain) ? " ".repeat(plain.length() - digits.length()) + digits : plain;
            case '0' -> plain.replace(' ', '0');
            default -> Text.upper(plain);
        };
    }

    private static boolean isNumber(String text) {
        return text.chars().allMatch(c -> c == ' ' || (c >= '0' && c <= '9'));
    }

    private static String directive(LocalDateTime time, char directive) {
        return switch (directive) {
            case 'Y' -> String.valueOf(time.getYear());
            case 'C' -> padded(time.getYear() / 100, 2);
            case 'y' -> padded(time.getYear() % 100, 2);
            case 'm' -> padded(time.getMonthValue(), 2);
            case 'd' -> padded(time.getDayOfMonth(), 2);
            case 'e' -> blankPadded(time.getDayOfMonth());
            case 'H' -> padded(time.getHour(), 2);
            case 'I' -> padded(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2);
            case 'k' -> blankPadded(time.getHour());
            case 'l' -> blankPadded(time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
            case 'M' -> padded(time.getMinute(), 2);
            case 'S' -> padded(time.getSecond(), 2);
            case 'f' -> padded(time.getNano() / 1000, 6);
            case 'j' -> padded(time.getDayOfYear(), 3);
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'P' -> time.getHour() < 12 ? "am" : "pm";
            case 'B' -> monthName(time);
            case 'b', 'h' -> monthName(time).substring(0, 3);
            case 'A' -> dayName(time);
            case 'a' -> dayName(time).substring(0, 3);
            case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
            case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
            case 'U' -> padded((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7, 2);
            case 'W' -> padded((time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7, 2);
            case 'V' -> padded(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
            case 'G' -> String.valueOf(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> padded(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2);
            case 's' -> String.valueOf(ChronoUnit.SECONDS.between(LocalDateTime.of(1970, 1, 1, 0, 0), time));
            case 'D', 'x' -> format(time, "%m/%d/%y");
            case 'F' -> format(time, "%Y-%m-%d");
            case 'T', 'X' -> format(time, "%H:%M:%S");
            case 'R' -> format(time, "%H:%M");
            case 'r' -> format(time, "%I:%M:%S %p");
            case 'c' -> format(time, "%a %b %e %H:%M:%S %Y");
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'z', 'Z' -> "";
            case '%' -> "%";
            default -> "%" + directive;
        };
    }

    private static String monthName(LocalDateTime time) {
        return time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    private static String dayName(LocalDateTime time) {
        return time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    private static String padded(int value, int width) {
        String digits = String.valueOf(value);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    private static String blankPadded(int value) {
        return value < 10 ? " " + value : String.valueOf(value);
    }
}
