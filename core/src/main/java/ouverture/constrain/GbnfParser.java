package ouverture.constrain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ouverture.error.RequestException;

/// Reads a grammar in GBNF, llama.cpp's notation: `name ::= "text" [a-z0-9] . other ( … | … ) x? x* x+ x{2,3}`,
/// with comments from `#` to the end of the line. A rule goes on in the next line after `|` or `::=` and within
/// parentheses.
final class GbnfParser {
    private final int[] text;
    private final Rules rules;
    private final Map<String, Expression.Rule> named = new HashMap<>();
    private final Set<String> defined = new HashSet<>();
    private int at;
    private int line = 1;
    private int depth;

    private GbnfParser(String grammar, Rules rules) {
        this.text = grammar.codePoints().toArray();
        this.rules = rules;
    }

    /// Adds the rules of a grammar.
    ///
    /// @return the rule `root`
    /// @throws RequestException that says what is wrong, and in which line
    static Expression parse(String grammar, Rules rules) {
        return new GbnfParser(grammar, rules).grammar();
    }

    private Expression grammar() {
        space(true);
        while (at < text.length) {
            rule();
            space(true);
        }
        for (String name : named.keySet()) {
            if (!defined.contains(name)) {
                throw new RequestException("The grammar uses the rule " + name + " and does not define it.");
            }
        }
        Expression.Rule root = named.get("root");
        if (root == null) {
            throw new RequestException("The grammar has no rule named root; that is the one an answer has to fit.");
        }
        return root;
    }

    /// Reads characters one after another, as far as they are there.
    private boolean acceptAll(String characters) {
        return characters.chars().allMatch(character -> accept((char) character));
    }

    private void rule() {
        String name = name();
        if (name.isEmpty()) {
            throw wrong("has no name of a rule");
        }
        space(false);
        if (!acceptAll("::=")) {
            throw wrong("has no ::= after the name " + name);
        }
        if (!defined.add(name)) {
            throw wrong("defines the rule " + name + " again");
        }
        space(true);
        rules.define(reference(name), options());
        space(false);
        if (at < text.length && peek() != '\n' && peek() != '\r') {
            throw wrong("has " + Character.toString(peek()) + " where a rule should end");
        }
    }

    private Expression.Rule reference(String name) {
        return named.computeIfAbsent(name, _ -> rules.declare("the rule " + name));
    }

    private Expression options() {
        List<Expression> options = new ArrayList<>(List.of(sequence()));
        while (acceptOption()) {
            space(true);
            options.add(sequence());
        }
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    /// Whether another option follows, be it in the next line.
    private boolean acceptOption() {
        int before = at;
        int lineBefore = line;
        space(true);
        if (accept('|')) {
            return true;
        }
        at = before;
        line = lineBefore;
        return false;
    }

    private Expression sequence() {
        List<Expression> parts = new ArrayList<>();
        while (at < text.length && isPart(peek())) {
            Expression part = part();
            while (at < text.length && "*+?{".indexOf(peek()) >= 0) {
                part = repeated(part);
            }
            parts.add(part);
            space(depth > 0);
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    private static boolean isPart(int c) {
        return isNamePart(c) || "\"[(.*+?{<!".indexOf(c) >= 0;
    }

    private Expression part() {
        int c = peek();
        if (isNamePart(c)) {
            return reference(name());
        }
        at++;
        return switch (c) {
            case '"' -> literal();
            case '[' -> new Expression.Characters(set());
            case '.' -> new Expression.Characters(CharacterSet.ALL);
            case '(' -> group();
            case '<', '!' -> throw wrong("names a token, which is not supported here; write its text");
            default -> throw wrong("has " + Character.toString(c) + " with nothing before it");
        };
    }

    private Expression group() {
        if (++depth > RegexParser.DEEPEST) {
            throw wrong("nests more than " + RegexParser.DEEPEST + " parentheses");
        }
        space(true);
        Expression inside = options();
        if (!accept(')')) {
            throw wrong("has a ( without its )");
        }
        depth--;
        return inside;
    }

    private Expression repeated(Expression part) {
        int c = text[at++];
        return switch (c) {
            case '*' -> Expression.any(part);
            case '+' -> new Expression.Repeat(part, 1, Expression.UNLIMITED);
            case '?' -> Expression.optional(part);
            default -> counted(part);
        };
    }

    private Expression counted(Expression part) {
        space(true);
        int min = at < text.length && peek() == ',' ? 0 : number();
        int max = min;
        space(true);
        if (accept(',')) {
            space(true);
            max = at < text.length && peek() == '}' ? Expression.UNLIMITED : number();
            space(true);
        }
        if (!accept('}')) {
            throw wrong("has a { without its }");
        }
        if (max != Expression.UNLIMITED && max < min) {
            throw wrong("has a repetition whose numbers are out of order");
        }
        return new Expression.Repeat(part, min, max);
    }

    private int number() {
        int begin = at;
        int value = 0;
        while (at < text.length && peek() >= '0' && peek() <= '9' && at - begin < 9) {
            value = 10 * value + text[at++] - '0';
        }
        if (at == begin) {
            throw wrong("has a { without a number");
        }
        return value;
    }

    private Expression literal() {
        StringBuilder literal = new StringBuilder();
        while (at < text.length && peek() != '"') {
            literal.appendCodePoint(character());
        }
        if (!accept('"')) {
            throw wrong("has a \" without its \"");
        }
        return Expression.text(literal.toString());
    }

    private CharacterSet set() {
        boolean negated = accept('^');
        List<CharacterSet> sets = new ArrayList<>();
        while (at < text.length && peek() != ']') {
            int first = character();
            int last = first;
            if (at + 1 < text.length && peek() == '-' && text[at + 1] != ']') {
                at++;
                last = character();
            }
            if (last < first) {
                throw wrong("has a range whose ends are out of order");
            }
            sets.add(CharacterSet.range(first, last));
        }
        if (!accept(']')) {
            throw wrong("has a [ without its ]");
        }
        CharacterSet union = CharacterSet.union(sets);
        return negated ? union.complement() : union;
    }

    private int character() {
        int c = text[at++];
        line += c == '\n' ? 1 : 0;
        if (c != '\\') {
            return c;
        }
        if (at == text.length) {
            throw wrong("ends with a backslash");
        }
        int escaped = text[at++];
        return switch (escaped) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'x' -> hex(2);
            case 'u' -> hex(4);
            case 'U' -> hex(8);
            case '\\', '"', '[', ']', '-', '^', '/', '\'' -> escaped;
            default -> throw wrong("has the unknown escape \\" + Character.toString(escaped));
        };
    }

    private int hex(int digits) {
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < text.length ? Character.digit(text[at], 16) : -1;
            if (digit < 0) {
                throw wrong("has an escape without its " + digits + " hexadecimal digits");
            }
            value = 16 * value + digit;
            at++;
        }
        if (value > CharacterSet.LAST) {
            throw wrong("has an escape beyond Unicode");
        }
        return (int) value;
    }

    private String name() {
        StringBuilder name = new StringBuilder();
        while (at < text.length && isNamePart(peek())) {
            name.appendCodePoint(text[at++]);
        }
        return name.toString();
    }

    private static boolean isNamePart(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }

    /// Skips space and comments.
    ///
    /// @param lineEnds whether line ends are space here
    private void space(boolean lineEnds) {
        while (at < text.length) {
            int c = peek();
            if (c == '#') {
                while (at < text.length && peek() != '\n') {
                    at++;
                }
            } else if (c == ' ' || c == '\t' || lineEnds && (c == '\n' || c == '\r')) {
                line += c == '\n' ? 1 : 0;
                at++;
            } else {
                return;
            }
        }
    }

    private int peek() {
        return text[at];
    }

    private boolean accept(int c) {
        boolean there = at < text.length && text[at] == c;
        at += there ? 1 : 0;
        return there;
    }

    private RequestException wrong(String what) {
        return new RequestException("The grammar " + what + ", in line " + line + ".");
    }
}
