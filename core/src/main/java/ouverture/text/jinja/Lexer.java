package ouverture.text.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Cuts a template into tokens, with `trim_blocks` (one newline after a block tag or comment goes) and
/// `lstrip_blocks` (blanks before them go, from the start of the line) always on.
///
/// Written by hand and not with regular expressions: time is linear in the source, whatever the source.
final class Lexer {
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<String> open = new ArrayDeque<>();
    private int position;
    private int line = 1;
    /// Whether the text at `position` begins a line, counting a newline that a tag took away.
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    /// @throws SyntaxFailure with its line
    static List<Token> tokenize(String source) {
        String text = source.replace("\r\n", "\n").replace('\r', '\n');
        if (text.endsWith("\n")) {
            text = text.substring(0, text.length() - 1);
        }
        Lexer lexer = new Lexer(text);
        lexer.template();
        lexer.add(Token.Kind.END, "");
        return lexer.tokens;
    }

    private void template() {
        while (position < source.length()) {
            int tag = nextTag(position);
            if (tag < 0) {
                data(source.substring(position));
                return;
            }
            int afterRaw = rawBegin(tag);
            boolean print = source.charAt(tag + 1) == '{';
            data(strippedBefore(tag, print), tag);
            if (afterRaw >= 0) {
                moveTo(afterRaw);
                raw();
            } else if (source.charAt(tag + 1) == '#') {
                moveTo(afterSign(tag + 2));
                comment();
            } else {
                add(print ? Token.Kind.PRINT_BEGIN : Token.Kind.BLOCK_BEGIN, "");
                moveTo(afterSign(tag + 2));
                expression(print);
            }
        }
    }

    /// Index of the next `{{`, `{%` or `{#`, or -1.
    private int nextTag(int from) {
        for (int i = source.indexOf('{', from); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    private int afterSign(int index) {
        return startsWith("-", index) || startsWith("+", index) ? index + 1 : index;
    }

    /// The text between the current position and the tag, less what the tag's sign or `lstrip_blocks` takes away.
    private String strippedBefore(int tag, boolean print) {
        String text = source.substring(position, tag);
        if (startsWith("-", tag + 2)) {
            return Text.strip(text, null, false, true);
        }
        if (startsWith("+", tag + 2) || print) {
            return text;
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean blank = Text.skipWhitespace(text, lineStart) == text.length();
        return blank && (lineStart > 0 || lineStarting) ? text.substring(0, lineStart) : text;
    }

    /// Emits data and moves to `end`, the place behind the text that the data was stripped from.
    private void data(String data, int end) {
        data(data);
        moveTo(end);
    }

    private void data(String data) {
        if (!data.isEmpty()) {
            add(Token.Kind.DATA, data);
        }
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void moveTo(int end) {
        for (int i = position; i < end; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        if (end > position) {
            lineStarting = source.charAt(end - 1) == '\n';
        }
        position = end;
    }

    private boolean startsWith(String prefix, int index) {
        return source.startsWith(prefix, index);
    }

    /// The place behind `{% raw %}` at `tag`, or -1 if that is not what stands there.
    private int rawBegin(int tag) {
        if (source.charAt(tag + 1) != '%') {
            return -1;
        }
        int end = keyword("raw", tag);
        if (startsWith("-%}", end)) {
            return Text.skipWhitespace(source, end + 3);
        }
        return end >= 0 && startsWith("%}", end) ? end + 2 : -1;
    }

    /// The place behind `{%`, an optional sign, the keyword and blanks, or -1.
    private int keyword(String keyword, int tag) {
        int start = Text.skipWhitespace(source, afterSign(tag + 2));
        return startsWith(keyword, start) ? Text.skipWhitespace(source, start + keyword.length()) : -1;
    }

    private void raw() {
        for (int tag = source.indexOf("{%", position); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
            int end = keyword("endraw", tag);
            int after = end < 0 ? -1 : blockEnd(end);
            if (after >= 0) {
                data(strippedBefore(tag, false), tag);
                moveTo(after);
                return;
            }
        }
        if (position < source.length()) {
            throw new SyntaxFailure("missing end of raw block ({% endraw %})", line);
        }
    }

    private void comment() {
        int end = source.indexOf("#}", position);
        if (position == source.length()) {
            return;
        }
        if (end < 0) {
            throw new SyntaxFailure("missing end of comment (#})", line);
        }
        int after = end + 2;
        char sign = end > position ? source.charAt(end - 1) : ' ';
        if (sign == '-') {
            after = Text.skipWhitespace(source, after);
        } else if (sign != '+' && startsWith("\n", after)) {
            after++;
        }
        moveTo(after);
    }

    /// The place behind `%}`, `-%}` or `+%}` and what they take away, or -1 if none of them stands at `index`.
    private int blockEnd(int index) {
        if (startsWith("+%}", index)) {
            return index + 3;
        }
        if (startsWith("-%}", index)) {
            return Text.skipWhitespace(source, index + 3);
        }
        if (startsWith("%}", index)) {
            return startsWith("\n", index + 2) ? index + 3 : index + 2;
        }
        return -1;
    }

    private int printEnd(int index) {
        if (startsWith("-}}", index)) {
            return Text.skipWhitespace(source, index + 3);
        }
        return startsWith("}}", index) ? index + 2 : -1;
    }

    /// Tokens up to and with the end of a `{{ }}` or `{% %}`; an end inside of brackets is none.
    private void expression(boolean print) {
        while (position < source.length()) {
            int after = !open.isEmpty() ? -1 : print ? printEnd(position) : blockEnd(position);
            if (after >= 0) {
                add(print ? Token.Kind.PRINT_END : Token.Kind.BLOCK_END, "");
                moveTo(after);
                return;
            }
            int next = Text.skipWhitespace(source, position);
            if (next > position) {
                moveTo(next);
            } else {
                token();
            }
        }
    }

    private void token() {
        char first = source.charAt(position);
        if (Numbers.isDigit(first)) {
            number();
        } else if (isWord(source.codePointAt(position))) {
            name();
        } else if (first == '"' || first == '\'') {
            string(first);
        } else {
            operator();
        }
    }

    private void number() {
        int end = digits(position);
        boolean afterDot = position > 0 && source.charAt(position - 1) == '.';
        int fraction = startsWith(".", end) ? digits(end + 1) : -1;
        int mantissa = fraction > end + 1 ? fraction : end;
        int exponent = exponent(mantissa);
        int floatEnd = exponent > 0 ? exponent : mantissa;
        if (!afterDot && floatEnd > end) {
            add(Token.Kind.FLOAT, source.substring(position, floatEnd).replace("_", ""));
            moveTo(floatEnd);
            return;
        }
        int integerEnd = Numbers.integerLiteralEnd(source, position);
        add(Token.Kind.INTEGER, source.substring(position, integerEnd).replace("_", ""));
        moveTo(integerEnd);
    }

    /// End of a run of digits with single underscores between them.
    private int digits(int from) {
        int i = from;
        while (i < source.length()
                && (Numbers.isDigit(source.charAt(i))
                        || (source.charAt(i) == '_'
                                && i > from
                                && source.charAt(i - 1) != '_'
                                && i + 1 < source.length()
                                && Numbers.isDigit(source.charAt(i + 1))))) {
            i++;
        }
        return i;
    }

    /// End of an exponent at `from`, or -1.
    private int exponent(int from) {
        if (!startsWith("e", from) && !startsWith("E", from)) {
            return -1;
        }
        int start = afterSign(from + 1);
        int end = digits(start);
        return end > start ? end : -1;
    }

    static boolean isWord(int codePoint) {
        return codePoint == '_' || Text.isAlphanumeric(codePoint);
    }

    private void name() {
        int end = position;
        while (end < source.length() && isWord(source.codePointAt(end))) {
            end += Character.charCount(source.codePointAt(end));
        }
        String name = source.substring(position, end);
        int first = name.codePointAt(0);
        if (first != '_' && !Character.isUnicodeIdentifierStart(first)) {
            throw new SyntaxFailure("invalid character in the name '" + name + "'", line);
        }
        add(Token.Kind.NAME, name);
        moveTo(end);
    }

    private void string(char quote) {
        int end = position + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new SyntaxFailure("a string without its closing " + quote, line);
        }
        add(Token.Kind.STRING, StringEscapes.decode(source.substring(position + 1, end), line));
        moveTo(end + 1);
    }

    private void operator() {
        for (String operator : OPERATORS) {
            if (startsWith(operator, position)) {
                balance(operator);
                add(Token.Kind.OPERATOR, operator);
                moveTo(position + operator.length());
                return;
            }
        }
        throw new SyntaxFailure(
                "unexpected character '" + Character.toString(source.codePointAt(position)) + "'", line);
    }

    private void balance(String operator) {
        switch (operator) {
            case "{" -> open.push("}");
            case "(" -> open.push(")");
            case "[" -> open.push("]");
            case "}", ")", "]" -> {
                if (open.isEmpty()) {
                    throw new SyntaxFailure("unexpected '" + operator + "'", line);
                }
                String expected = open.pop();
                if (!expected.equals(operator)) {
                    throw new SyntaxFailure("unexpected '" + operator + "', expected '" + expected + "'", line);
                }
            }
            default -> {}
        }
    }
}
