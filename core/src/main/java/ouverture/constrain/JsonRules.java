package ouverture.constrain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// The parts of JSON (RFC 8259). Space is what people write: one after a colon or comma, or a new line and its
/// indentation; numbers are as long as a `double` can tell apart. So nothing but a string or a list can go on for
/// ever.
final class JsonRules {
    /// Digits of a number without bounds.
    static final int DIGITS = 16;

    private static final int INDENTATION = 40;
    private static final String SHORT_ESCAPES = "\"\\\b\f\n\r\t";
    private static final String SHORT_LETTERS = "\"\\bfnrt";
    private static final CharacterSet PLAIN = CharacterSet.union(
                    List.of(CharacterSet.range(0, 0x1F), CharacterSet.of("\"\\")))
            .complement();

    private final Rules rules;
    private final Map<String, Expression.Rule> known = new HashMap<>();

    private final CharacterSet plain;

    /// @param avoided characters that strings have to escape, beside those that JSON escapes
    JsonRules(Rules rules, CharacterSet avoided) {
        this.rules = rules;
        this.plain = PLAIN.without(avoided);
    }

    Rules rules() {
        return rules;
    }

    /// What strings may have as it is.
    CharacterSet plain() {
        return plain;
    }

    private Expression named(String name, Function<JsonRules, Expression> body) {
        Expression.Rule rule = known.get(name);
        if (rule == null) {
            rule = rules.declare(name);
            known.put(name, rule);
            rules.define(rule, body.apply(this));
        }
        return rule;
    }

    /// Space around values; may be none.
    Expression space() {
        return named(
                "space",
                _ -> Expression.choice(
                        Expression.NOTHING,
                        Expression.text(" "),
                        Expression.sequence(
                                Expression.text("\n"),
                                Expression.choice(
                                        new Expression.Repeat(Expression.text(" "), 0, INDENTATION),
                                        new Expression.Repeat(Expression.text("\t"), 1, INDENTATION / 4)))));
    }

    /// Any value.
    Expression any() {
        return named(
                "any value",
                json -> Expression.choice(
                        json.object(), json.array(json.any()), json.string(), json.number(), json.literals()));
    }

    private Expression literals() {
        return Expression.choice(Expression.text("true"), Expression.text("false"), Expression.text("null"));
    }

    /// Any object.
    Expression object() {
        return named("any object", json -> {
            Expression member = Expression.sequence(json.string(), json.colon(), json.any());
            return json.braces(Expression.optional(json.list(member, 0, Expression.UNLIMITED)));
        });
    }

    /// Braces around members.
    Expression braces(Expression members) {
        return Expression.sequence(Expression.text("{"), space(), members, space(), Expression.text("}"));
    }

    /// What stands between a key and its value.
    Expression colon() {
        return Expression.sequence(Expression.text(":"), Expression.optional(Expression.text(" ")));
    }

    /// What stands between elements.
    Expression comma() {
        return Expression.sequence(Expression.text(","), space());
    }

    /// Elements with commas between them: one, and then so many more.
    Expression list(Expression element, int min, int max) {
        return Expression.sequence(element, new Expression.Repeat(Expression.sequence(comma(), element), min, max));
    }

    /// A list of any length.
    Expression array(Expression element) {
        return brackets(Expression.optional(list(element, 0, Expression.UNLIMITED)));
    }

    /// Brackets around elements.
    Expression brackets(Expression elements) {
        return Expression.sequence(Expression.text("["), space(), elements, space(), Expression.text("]"));
    }

    /// Any string.
    Expression string() {
        return named("any string", json -> quoted(Expression.any(json.character())));
    }

    static Expression quoted(Expression content) {
        return Expression.sequence(Expression.text("\""), content, Expression.text("\""));
    }

    /// Any character of a string, as it is or escaped.
    Expression character() {
        return named("a character", json -> {
            Expression hex = hex("0123456789abcdefABCDEF");
            Expression unit = Expression.choice(
                    Expression.sequence(hex("0123456789abcefABCEF"), hex, hex, hex),
                    Expression.sequence(hex("dD"), hex("01234567"), hex, hex));
            Expression pair = Expression.sequence(
                    hex("dD"), hex("89abAB"), hex, hex, Expression.text("\\u"), hex("dD"), hex("cdefCDEF"), hex, hex);
            return Expression.choice(
                    new Expression.Characters(json.plain),
                    Expression.sequence(
                            Expression.text("\\"),
                            Expression.choice(
                                    hex("/" + SHORT_LETTERS),
                                    Expression.sequence(Expression.text("u"), Expression.choice(unit, pair)))));
        });
    }

    private static Expression hex(String digits) {
        return new Expression.Characters(CharacterSet.of(digits));
    }

    /// A character of a set as a string writes it: escaped only where it has to be.
    Expression character(CharacterSet set) {
        List<Expression> options = new ArrayList<>();
        CharacterSet unescaped = set.without(plain.complement());
        if (!unescaped.isEmpty()) {
            options.add(new Expression.Characters(unescaped));
        }
        for (int c = 0; c <= '\\'; c++) {
            if (set.contains(c) && !plain.contains(c)) {
                options.add(Expression.text(escape(c)));
            }
        }
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    private static String escape(int c) {
        int at = SHORT_ESCAPES.indexOf(c);
        return at < 0 ? String.format("\\u%04x", c) : "\\" + SHORT_LETTERS.charAt(at);
    }

    /// A number of a size that every reader understands.
    Expression number() {
        return named("any number", json -> {
            Expression digit = Expression.characters('0', '9');
            Expression sign = new Expression.Characters(CharacterSet.of("+-"));
            return Expression.sequence(
                    json.integer(),
                    Expression.optional(
                            Expression.sequence(Expression.text("."), new Expression.Repeat(digit, 1, DIGITS))),
                    Expression.optional(Expression.sequence(
                            new Expression.Characters(CharacterSet.of("eE")),
                            Expression.optional(sign),
                            new Expression.Repeat(digit, 1, 2))));
        });
    }

    /// A whole number.
    Expression integer() {
        return named(
                "any integer",
                _ -> Expression.sequence(
                        Expression.optional(Expression.text("-")),
                        Expression.choice(
                                Expression.text("0"),
                                Expression.sequence(
                                        Expression.characters('1', '9'),
                                        new Expression.Repeat(Expression.characters('0', '9'), 0, DIGITS - 1)))));
    }

    /// A value as it is, with the space that values have.
    Expression value(JsonNode value) {
        if (value.isObject()) {
            List<Expression> members = new ArrayList<>();
            value.propertyStream().forEach(member -> {
                members.add(members.isEmpty() ? Expression.NOTHING : comma());
                members.add(key(member.getKey()));
                members.add(value(member.getValue()));
            });
            return braces(new Expression.Sequence(members));
        }
        if (value.isArray()) {
            List<Expression> elements = new ArrayList<>();
            for (JsonNode element : value) {
                elements.add(elements.isEmpty() ? Expression.NOTHING : comma());
                elements.add(value(element));
            }
            return brackets(new Expression.Sequence(elements));
        }
        return value.isString() ? text(value.stringValue()) : Expression.text(value.toString());
    }

    /// A string, each character written in one way.
    Expression text(String text) {
        return Expression.text(written(text, plain));
    }

    /// A string as JSON has it where nothing else is to be escaped.
    static String written(String text) {
        return written(text, PLAIN);
    }

    private static String written(String text, CharacterSet plain) {
        StringBuilder escaped = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (plain.contains(c)) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append(escape(c));
            }
        });
        return escaped.append('"').toString();
    }

    /// A key with its colon.
    Expression key(String name) {
        return Expression.sequence(text(name), colon());
    }
}
