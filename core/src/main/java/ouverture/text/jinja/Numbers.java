package ouverture.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// Integers and floats as text, the way Python reads and writes them.
final class Numbers {
    private Numbers() {}

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /// The shortest text that reads back as the same number, exponents from 1e16 up and below 1e-4.
    static String repr(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value > 0 ? "0.0" : "-0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (decimal.precision() == 2 && decimal.round(new MathContext(1)).doubleValue() == value) {
            decimal = decimal.round(new MathContext(1));
        }
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        return scientific(decimal, exponent, 'e');
    }

    /// One digit, the other digits behind a point, and an exponent of at least two digits.
    private static String scientific(BigDecimal decimal, int exponent, char letter) {
        String digits = decimal.unscaledValue().abs().toString();
        String sign = decimal.signum() < 0 ? "-" : "";
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return sign + digits.charAt(0) + fraction + exponentText(exponent, letter);
    }

    private static String exponentText(int exponent, char letter) {
        String magnitude = Integer.toString(Math.abs(exponent));
        return letter + (exponent < 0 ? "-" : "+") + (magnitude.length() < 2 ? "0" : "") + magnitude;
    }

    /// A finite magnitude with `precision` digits behind the point, rounded half to even from its exact value.
    static String fixed(double value, int precision) {
        return new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    }

    /// A finite magnitude as `d.ddde+XX` with `precision` digits behind the point.
    static String exponential(double value, int precision) {
        if (value == 0) {
            return fixed(0, precision) + "e+00";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        BigDecimal padded = rounded.setScale(precision - exponent, RoundingMode.UNNECESSARY);
        return scientific(padded, exponent, 'e');
    }

    /// A finite magnitude in the shorter of both ways, with `precision` significant digits.
    ///
    /// @param keepZeros whether zeros at the end of the fraction stay
    static String general(double value, int precision, boolean keepZeros) {
        int significant = Math.max(precision, 1);
        String exponential = exponential(value, significant - 1);
        int letter = exponential.indexOf('e');
        int exponent = Integer.parseInt(exponential.substring(letter + 1));
        if (exponent >= -4 && exponent < significant) {
            String fixed = fixed(value, significant - 1 - exponent);
            return keepZeros ? fixed : withoutZeros(fixed);
        }
        String mantissa = exponential.substring(0, letter);
        return (keepZeros ? mantissa : withoutZeros(mantissa)) + exponential.substring(letter);
    }

    private static String withoutZeros(String number) {
        return number.indexOf('.') < 0 ? number : Text.strip(Text.strip(number, "0", false, true), ".", false, true);
    }

    /// Python's `round(value, digits)`: half to even, by the float's exact value.
    static double round(double value, int digits) {
        if (!Double.isFinite(value) || digits > 400) {
            return value;
        }
        if (digits < -400) {
            return 0;
        }
        return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
    }

    /// The value of a literal's token.
    static long integerLiteral(Token token) {
        Long value = parseInteger(token.text(), 0);
        if (value == null) {
            throw new SyntaxFailure("the integer " + token.text() + " has more than 64 bits", token.line());
        }
        return value;
    }

    /// End of the integer literal at `start`: decimal without leading zeros, `0b`, `0o` or `0x`.
    static int integerLiteralEnd(String source, int start) {
        int radix = radix(source, start);
        int first = radix == 10 ? start : start + 2;
        int end = integerEnd(source, first, radix);
        if (radix != 10 && end == first) {
            return start + 1;
        }
        boolean zeros = radix == 10 && source.charAt(start) == '0';
        return zeros ? integerEnd(source, start, 1) : end;
    }

    /// @param radix of the digits; 1 for zeros only
    private static int integerEnd(String source, int start, int radix) {
        int i = start;
        while (i < source.length()) {
            int next = source.charAt(i) == '_' ? i + 1 : i;
            if (next >= source.length() || !isDigit(source.charAt(next), radix)) {
                return i;
            }
            i = next + 1;
        }
        return i;
    }

    private static boolean isDigit(char c, int radix) {
        return radix == 1 ? c == '0' : c < 128 && Character.digit(c, radix) >= 0;
    }

    private static int radix(String text, int start) {
        if (text.length() < start + 2 || text.charAt(start) != '0') {
            return 10;
        }
        return switch (text.charAt(start + 1)) {
            case 'x', 'X' -> 16;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 10;
        };
    }

    /// Python's `int(text, radix)`; null if the text is not such a number.
    ///
    /// @param radix 2 to 36, or 0 to go by the prefix
    /// @throws Failure if the number has more than 64 bits
    static @Nullable Long parseInteger(String text, int radix) {
        String digits = Text.strip(plainDigits(text), null, true, true);
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        int prefixRadix = radix(digits, 0);
        int actual = radix == 0 ? prefixRadix : radix;
        if (prefixRadix == actual && actual != 10) {
            digits = digits.substring(2);
            digits = digits.startsWith("_") ? digits.substring(1) : digits;
        } else if (radix == 0 && digits.length() > 1 && digits.startsWith("0") && !isZero(digits)) {
            return null;
        }
        if (digits.isEmpty() || integerEnd("0" + digits, 1, actual) != digits.length() + 1 || digits.startsWith("_")) {
            return null;
        }
        digits = digits.replace("_", "");
        if (digits.length() > 4300) {
            return null;
        }
        return exact(new BigInteger((negative ? "-" : "") + digits, actual));
    }

    /// The text with the decimal digits of all scripts made ASCII ones.
    private static String plainDigits(String text) {
        if (text.chars().allMatch(c -> c < 128)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> out.appendCodePoint(
                        Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER ? '0' + Character.digit(c, 10) : c));
        return out.toString();
    }

    private static boolean isZero(String digits) {
        return digits.chars().allMatch(c -> c == '0' || c == '_');
    }

    /// @throws Failure if the value has more than 64 bits
    static long exact(BigInteger value) {
        if (value.bitLength() > 63) {
            throw Failure.limit("an integer has more than 64 bits");
        }
        return value.longValue();
    }

    /// Python's `float(text)`; null if the text is not a number.
    static @Nullable Double parseFloat(String text) {
        String stripped = Text.lower(Text.strip(plainDigits(text), null, true, true));
        String unsigned = stripped.startsWith("-") || stripped.startsWith("+") ? stripped.substring(1) : stripped;
        double sign = stripped.startsWith("-") ? -1 : 1;
        return switch (unsigned) {
            case "inf", "infinity" -> sign * Double.POSITIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> isFloat(unsigned) ? (Double) (sign * Double.parseDouble(unsigned.replace("_", ""))) : null;
        };
    }

    /// Whether the text is digits with at most one point and one exponent, and single underscores between digits
    /// only.
    private static boolean isFloat(String text) {
        boolean digit = false;
        boolean point = false;
        boolean exponent = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isDigit(c)) {
                digit = true;
            } else if (c == '.' && !point && !exponent) {
                point = true;
            } else if (c == 'e' && digit && !exponent) {
                exponent = true;
                digit = false;
                if (text.startsWith("+", i + 1) || text.startsWith("-", i + 1)) {
                    i++;
                }
            } else if (c != '_'
                    || i == 0
                    || i + 1 == text.length()
                    || !isDigit(text.charAt(i - 1))
                    || !isDigit(text.charAt(i + 1))) {
                return false;
            }
        }
        return digit;
    }

    /// A float's integer part.
    ///
    /// @throws Failure if it is infinite, not a number or beyond 64 bits
    static long truncate(double value) {
        if (!Double.isFinite(value)) {
            throw new Failure("the float " + repr(value) + " has no integer value");
        }
        return exact(new BigDecimal(value).toBigInteger());
    }
}
