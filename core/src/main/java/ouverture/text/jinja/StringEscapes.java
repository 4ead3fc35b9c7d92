package ouverture.text.jinja;

/// The escapes of string literals: those of Python's `unicode-escape`. An unknown escape stays as it is written.
final class StringEscapes {
    private StringEscapes() {}

    /// @param body the literal without its quotes
    /// @param line for messages
    static String decode(String body, int line) {
        if (body.indexOf('\\') < 0) {
            return body;
        }
        StringBuilder out = new StringBuilder(body.length());
        int i = 0;
        while (i < body.length()) {
            char c = body.charAt(i++);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escape = body.charAt(i++);
            switch (escape) {
                case '\n' -> {}
                case '\\', '\'', '"' -> out.append(escape);
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'v' -> out.append('\u000b');
                case 'x' -> i = hexadecimal(body, i, 2, out, line);
                case 'u' -> i = hexadecimal(body, i, 4, out, line);
                case 'U' -> i = hexadecimal(body, i, 8, out, line);
                case 'N' -> i = named(body, i, out, line);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> i = octal(body, i - 1, out);
                default -> out.append('\\').append(escape);
            }
        }
        return out.toString();
    }

    private static int hexadecimal(String body, int start, int digits, StringBuilder out, int line) {
        int end = start + digits;
        long value = 0;
        for (int i = start; i < end; i++) {
            int digit = i < body.length() ? Character.digit(body.charAt(i), 16) : -1;
            if (digit < 0) {
                throw new SyntaxFailure(
                        "a string escape \\" + body.charAt(start - 1) + " needs " + digits + " hexadecimal digits",
                        line);
            }
            value = value * 16 + digit;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw new SyntaxFailure("a string escape \\U is beyond the last character", line);
        }
        out.appendCodePoint((int) value);
        return end;
    }

    private static int named(String body, int start, StringBuilder out, int line) {
        int end = body.indexOf('}', start);
        if (end < 0 || !body.startsWith("{", start)) {
            throw new SyntaxFailure("a string escape \\N needs a character's name in braces", line);
        }
        String name = body.substring(start + 1, end);
        try {
            out.appendCodePoint(Character.codePointOf(name));
        } catch (IllegalArgumentException e) {
            throw new SyntaxFailure("a string escape \\N names no character: " + name, line);
        }
        return end + 1;
    }

    private static int octal(String body, int start, StringBuilder out) {
        int i = start;
        int value = 0;
        while (i < body.length() && i < start + 3 && body.charAt(i) >= '0' && body.charAt(i) <= '7') {
            value = value * 8 + body.charAt(i++) - '0';
        }
        out.append((char) value);
        return i;
    }
}
