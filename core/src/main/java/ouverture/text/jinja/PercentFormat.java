package ouverture.text.jinja;

import java.util.List;

/// Python's `text % values`.
final class PercentFormat {
    private final String format;
    private final Object values;
    private final boolean safe;
    private final Budget budget;
    private final StringBuilder out = new StringBuilder();
    private final List<Object> positional;
    private int position;
    private int used;

    private PercentFormat(String format, Object values, boolean safe, Budget budget) {
        this.format = format;
        this.values = values;
        this.safe = safe;
        this.budget = budget;
        this.positional = values instanceof TupleValue tuple ? tuple.items() : List.of(values);
    }

    /// @param text a string; if it is safe text, what it prints is escaped
    /// @param values a tuple of values, a mapping for `%(name)s`, or a single value
    static Object format(Object text, Object values, Budget budget) {
        boolean safe = text instanceof Markup;
        String format = Repr.string(text, budget);
        String result = new PercentFormat(format, values, safe, budget).run();
        return safe ? new Markup(result) : result;
    }

    private String run() {
        boolean named = false;
        while (position < format.length()) {
            int percent = format.indexOf('%', position);
            int end = percent < 0 ? format.length() : percent;
            out.append(format, position, end);
            position = end + 1;
            if (percent >= 0) {
                named |= conversion();
                budget.longest(out.length());
            }
        }
        if (!named && !hasItems(values) && used < positional.size()) {
            throw new Failure("'%' has more values than its string has places for them");
        }
        budget.text(out.length());
        return out.toString();
    }

    /// Whether Python takes the value for a mapping, of which not everything needs to be used.
    private static boolean hasItems(Object value) {
        return switch (value) {
            case DictValue _, ListValue _, RangeValue _, Undefined _ -> true;
            default -> false;
        };
    }

    /// Reads what stands behind a `%` and appends the value; whether it is looked up by name.
    private boolean conversion() {
        String key = null;
        if (peek() == '(') {
            int end = format.indexOf(')', position);
            if (end < 0) {
                throw new Failure("'%' has a name without its closing parenthesis");
            }
            key = format.substring(position + 1, end);
            position = end + 1;
        }
        int flags = position;
        while ("#0- +".indexOf(peek()) >= 0 && position < format.length()) {
            position++;
        }
        String flagText = format.substring(flags, position);
        int width = number(-1);
        int precision = -1;
        if (peek() == '.') {
            position++;
            precision = Math.max(0, number(0));
        }
        while ("hlL".indexOf(peek()) >= 0 && position < format.length()) {
            position++;
        }
        char type = peek();
        position++;
        if (type == '%') {
            out.append('%');
            return key != null;
        }
        Object value = key == null ? next() : named(key);
        append(value, type, flagText, width, precision);
        return key != null;
    }

    /// The next character, or NUL at the end.
    private char peek() {
        return position < format.length() ? format.charAt(position) : 0;
    }

    private int number(int otherwise) {
        if (peek() == '*') {
            position++;
            return Types.clamp(Types.integer(next(), "'%' with '*'"));
        }
        int start = position;
        while (Numbers.isDigit(peek())) {
            position++;
        }
        return start == position ? otherwise : FormatSpec.number(format.substring(start, position));
    }

    private Object next() {
        if (used >= positional.size()) {
            throw new Failure("'%' has fewer values than its string has places for them");
        }
        return positional.get(used++);
    }

    private Object named(String key) {
        Object value = values instanceof DictValue dict ? dict.get(key) : null;
        if (value == null) {
            throw new Failure("'%' finds no value named '" + key + "'");
        }
        return value;
    }

    private void append(Object value, char type, String flags, int givenWidth, int precision) {
        boolean left = flags.indexOf('-') >= 0 || givenWidth < -1;
        int width = givenWidth == -1 ? 0 : Math.abs(givenWidth);
        boolean alternate = flags.indexOf('#') >= 0;
        boolean zero = flags.indexOf('0') >= 0 && !left;
        char sign = flags.indexOf('+') >= 0 ? '+' : flags.indexOf(' ') >= 0 ? ' ' : '-';
        String body = switch (type) {
            case 's', 'r', 'a' -> cut(text(value, type), precision);
            case 'c' -> character(value);
            case 'd', 'i', 'u' -> signed(integer(value, type), 10, precision, alternate, type, sign);
            case 'x', 'X' -> signed(integer(value, type), 16, precision, alternate, type, sign);
            case 'o' -> signed(integer(value, type), 8, precision, alternate, type, sign);
            case 'e', 'E', 'f', 'F', 'g', 'G' ->
                FormatSpec.signed(decimal(value), type, precision < 0 ? 6 : precision, alternate, sign);
            default -> throw new Failure("'%' does not know the conversion '" + type + "'");
        };
        boolean number = "srac".indexOf(type) < 0;
        if (number && zero && !body.endsWith("inf") && !body.endsWith("nan")) {
            out.append(FormatSpec.zeroPadded(body, width, budget));
        } else {
            out.append(Text.pad(body, width, ' ', !left, left, budget));
        }
    }

    private String text(Object value, char type) {
        if (type == 's') {
            return safe && !(value instanceof Markup)
                    ? Markup.escape(Repr.string(value, budget)).text()
                    : Repr.string(value, budget);
        }
        if (type == 'a' && value instanceof String text) {
            StringBuilder quoted = new StringBuilder();
            Repr.quote(text, quoted, true);
            return quoted.toString();
        }
        return Repr.repr(value, budget);
    }

    private static String cut(String text, int precision) {
        return precision >= 0 && precision < Text.length(text) ? text.substring(0, Text.index(text, precision)) : text;
    }

    private static String character(Object value) {
        String text = Types.text(value);
        if (text != null && Text.length(text) == 1) {
            return text;
        }
        if (value instanceof Long number && Character.isValidCodePoint(Math.clamp(number, -1, 0x110000))) {
            return Character.toString(number.intValue());
        }
        throw new Failure("'%' needs one character or its number for the conversion c");
    }

    private static long integer(Object value, char type) {
        if (value instanceof Double number && "diu".indexOf(type) >= 0) {
            return Numbers.truncate(number);
        }
        return Types.integer(value, "'%" + type + "'");
    }

    private static double decimal(Object value) {
        return value instanceof Double number ? number : Types.integer(value, "'%' of a float");
    }

    private static String signed(long value, int radix, int precision, boolean alternate, char type, char sign) {
        String digits = Long.toString(value, radix).replace("-", "");
        FormatSpec.checkPrecision(precision);
        String padded = "0".repeat(Math.max(0, precision - digits.length())) + digits;
        String prefix = !alternate || radix == 10 ? "" : radix == 16 ? "0x" : "0o";
        String body = prefix + padded;
        return FormatSpec.signText(value < 0, sign) + (type == 'X' ? Text.upper(body) : body);
    }
}
