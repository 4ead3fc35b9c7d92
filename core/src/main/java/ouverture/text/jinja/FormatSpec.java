package ouverture.text.jinja;

import java.util.List;

/// Python's format specification: `[[fill]align][sign][#][0][width][grouping][.precision][type]`.
///
/// @param align `<`, `>`, `^`, `=`, or NUL where none is given
/// @param sign `-`, `+` or blank
/// @param grouping `,`, `_`, or NUL
/// @param precision -1 where none is given
/// @param type NUL where none is given
record FormatSpec(
        int fill, char align, char sign, boolean alternate, int width, char grouping, int precision, char type) {
    private static final int MOST_DIGITS = 1000;

    static FormatSpec parse(String spec) {
        int[] c = spec.codePoints().toArray();
        int i = 0;
        int fill = ' ';
        char align = 0;
        if (c.length > 1 && isAlign(c[1])) {
            fill = c[0];
            align = (char) c[1];
            i = 2;
        } else if (c.length > 0 && isAlign(c[0])) {
            align = (char) c[0];
            i = 1;
        }
        char sign = '-';
        if (i < c.length && "+- ".indexOf(c[i]) >= 0) {
            sign = (char) c[i++];
        }
        boolean alternate = i < c.length && c[i] == '#';
        i += alternate ? 1 : 0;
        if (i < c.length && c[i] == '0') {
            fill = align == 0 ? '0' : fill;
            align = align == 0 ? '0' : align;
            i++;
        }
        int widthStart = i;
        i = digitsEnd(c, i);
        int width = i > widthStart ? number(new String(c, widthStart, i - widthStart)) : 0;
        char grouping = i < c.length && (c[i] == ',' || c[i] == '_') ? (char) c[i++] : 0;
        int precision = -1;
        if (i < c.length && c[i] == '.') {
            int start = ++i;
            i = digitsEnd(c, i);
            if (i == start) {
                throw new Failure("a format has a point without a precision: " + spec);
            }
            precision = number(new String(c, start, i - start));
        }
        char type = i < c.length && c[i] < 128 ? (char) c[i++] : 0;
        if (i < c.length) {
            throw new Failure("a format is not understood: " + spec);
        }
        return new FormatSpec(fill, align, sign, alternate, width, grouping, precision, type);
    }

    private static boolean isAlign(int c) {
        return c == '<' || c == '>' || c == '^' || c == '=';
    }

    private static int digitsEnd(int[] c, int from) {
        int i = from;
        while (i < c.length && c[i] >= '0' && c[i] <= '9') {
            i++;
        }
        return i;
    }

    /// A width or precision as written.
    static int number(String digits) {
        if (digits.length() > 9) {
            throw Failure.limit("a format has a width or precision of more than 9 digits");
        }
        return Integer.parseInt(digits);
    }

    static void checkPrecision(int precision) {
        if (precision > MOST_DIGITS) {
            throw Failure.limit("a format has a precision of more than " + MOST_DIGITS);
        }
    }

    /// Python's `format(value, spec)`.
    static String format(Object value, String spec, Budget budget) {
        if (spec.isEmpty()) {
            return Repr.string(value, budget);
        }
        FormatSpec parsed = parse(spec);
        return switch (value) {
            case Long number -> parsed.integer(number, budget);
            case Boolean truth -> parsed.integer(truth ? 1 : 0, budget);
            case Double number -> parsed.decimal(number, budget);
            case String text -> parsed.text(text, budget);
            case Markup markup -> parsed.text(markup.text(), budget);
            default -> throw new Failure("a value of type " + Types.name(value) + " has no format '" + spec + "'");
        };
    }

    private String text(String value, Budget budget) {
        if ((type != 0 && type != 's') || align == '=' || sign != '-' || grouping != 0 || alternate) {
            throw new Failure("a string cannot have a format for numbers");
        }
        String cut = precision >= 0 && precision < Text.length(value)
                ? value.substring(0, Text.index(value, precision))
                : value;
        return padded(cut, align == 0 || align == '0' ? '<' : align, budget);
    }

    private String integer(long value, Budget budget) {
        if ("eEfFgG%".indexOf(type) >= 0 && type != 0) {
            return decimal((double) value, budget);
        }
        if (precision >= 0) {
            throw new Failure("an integer cannot have a format with a precision");
        }
        String body = switch (type) {
            case 0, 'd', 'n' -> grouped(Long.toString(value).replace("-", ""), 3);
            case 'b' -> prefix("0b") + grouped(Long.toString(value, 2).replace("-", ""), 4);
            case 'o' -> prefix("0o") + grouped(Long.toString(value, 8).replace("-", ""), 4);
            case 'x' -> prefix("0x") + grouped(Long.toString(value, 16).replace("-", ""), 4);
            case 'X' ->
                prefix("0X") + Text.upper(grouped(Long.toString(value, 16).replace("-", ""), 4));
            case 'c' -> Character.toString(Math.clamp(value, 0, Character.MAX_CODE_POINT));
            default -> throw new Failure("an integer has no format '" + type + "'");
        };
        return number(signText(value < 0, sign) + body, budget);
    }

    private String prefix(String prefix) {
        return alternate ? prefix : "";
    }

    private String decimal(double value, Budget budget) {
        if (type != 0 && "eEfFgG%n".indexOf(type) < 0) {
            throw new Failure("a float has no format '" + type + "'");
        }
        String body;
        if (type == 0 && precision < 0) {
            body = signText(Math.copySign(1, value) < 0, sign) + Numbers.repr(Math.abs(value));
        } else if (type == '%') {
            body = signed(value * 100, 'f', precision < 0 ? 6 : precision, alternate, sign) + "%";
        } else if (type == 0) {
            body = shortest(value);
        } else {
            char letter = type == 'n' ? 'g' : type;
            body = signed(value, letter, precision < 0 ? 6 : precision, alternate, sign);
        }
        return number(grouping == 0 ? body : groupedDecimal(body), budget);
    }

    /// Without a type: as `g`, but with a digit behind the point, and exponents one place earlier.
    private String shortest(double value) {
        String general = signed(value, 'g', precision, alternate, sign);
        if (!Double.isFinite(value) || general.indexOf('e') >= 0 || general.indexOf('.') >= 0) {
            return general;
        }
        int digits = Text.strip(general, "+- ", true, false).length();
        return digits >= Math.max(precision, 1) && value != 0
                ? signed(value, 'e', Math.max(precision, 1) - 1, alternate, sign)
                        .replaceFirst("\\.?0*e", "e")
                : general + ".0";
    }

    private String groupedDecimal(String body) {
        int start = Numbers.isDigit(body.charAt(0)) ? 0 : 1;
        int end = start;
        while (end < body.length() && Numbers.isDigit(body.charAt(end))) {
            end++;
        }
        return body.substring(0, start) + grouped(body.substring(start, end), 3) + body.substring(end);
    }

    private String grouped(String digits, int size) {
        if (grouping == 0) {
            return digits;
        }
        StringBuilder out = new StringBuilder(digits);
        for (int i = digits.length() - size; i > 0; i -= size) {
            out.insert(i, grouping);
        }
        return out.toString();
    }

    private String number(String body, Budget budget) {
        if (align == '0' || align == '=') {
            return fill == '0' ? zeroPadded(body, width, budget) : padded(body, '=', budget);
        }
        return padded(body, align == 0 ? '>' : align, budget);
    }

    private String padded(String body, char where, Budget budget) {
        if (where == '=') {
            int start = Numbers.isDigit(body.charAt(0)) ? 0 : 1;
            return body.substring(0, start) + Text.pad(body.substring(start), width - start, fill, true, false, budget);
        }
        if (where == '^') {
            int missing = Math.max(0, width - Text.length(body));
            String left = Text.pad(body, Text.length(body) + missing / 2, fill, true, false, budget);
            return Text.pad(left, width, fill, false, true, budget);
        }
        return Text.pad(body, width, fill, where == '>', where == '<', budget);
    }

    /// Fills up with zeros behind the sign and the prefix.
    static String zeroPadded(String body, int width, Budget budget) {
        int start = "+- ".indexOf(body.charAt(0)) >= 0 ? 1 : 0;
        for (String prefix : List.of("0x", "0X", "0o", "0b")) {
            if (body.startsWith(prefix, start)) {
                start += 2;
                break;
            }
        }
        return body.substring(0, start) + Text.pad(body.substring(start), width - start, '0', true, false, budget);
    }

    static String signText(boolean negative, char sign) {
        return negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
    }

    /// A float in one of the formats `e f g`; large letters give large letters.
    static String signed(double value, char type, int precision, boolean alternate, char sign) {
        checkPrecision(precision);
        double magnitude = Math.abs(value);
        String body;
        if (!Double.isFinite(value)) {
            body = Numbers.repr(magnitude);
        } else {
            body = switch (Character.toLowerCase(type)) {
                case 'e' -> Numbers.exponential(magnitude, precision);
                case 'f' -> Numbers.fixed(magnitude, precision);
                default -> Numbers.general(magnitude, precision, alternate);
            };
        }
        boolean negative = Math.copySign(1, value) < 0 && !Double.isNaN(value);
        String text = signText(negative, sign) + body;
        return Character.isUpperCase(type) ? Text.upper(text) : text;
    }
}
