package ouverture.constrain;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import ouverture.error.RequestException;

/// Reads a regular expression of ECMAScript (ECMA-262, section 22.2) as far as an automaton can follow it:
/// without lookaround, back references and word boundaries. `^` and `$` may stand at the ends of an alternative
/// only.
final class RegexParser {
    /// Parentheses within each other at most.
    static final int DEEPEST = 200;

    /// Repetitions at most.
    private static final int MOST_DIGITS = 9;

    private final int[] text;
    private final Function<CharacterSet, Expression> characters;
    private int at;
    private int depth;

    private RegexParser(String expression, Function<CharacterSet, Expression> characters) {
        this.text = expression.codePoints().toArray();
        this.characters = characters;
    }

    /// A text that fits as a whole.
    ///
    /// @param characters how a character of a set is written
    /// @throws RequestException that says what is wrong or not supported, and where
    static Expression whole(String expression, Function<CharacterSet, Expression> characters) {
        return new RegexParser(expression, characters).all(Expression.NOTHING);
    }

    /// A text that fits somewhere, as JSON Schema's `pattern` means it.
    static Expression somewhere(String expression, Function<CharacterSet, Expression> characters) {
        return new RegexParser(expression, characters).all(Expression.any(characters.apply(CharacterSet.ALL)));
    }

    /// @param around what stands where an alternative has no anchor
    private Expression all(Expression around) {
        List<Expression> options = new ArrayList<>();
        do {
            boolean begins = accept('^');
            Expression body = sequence();
            boolean ends = accept('$');
            options.add(Expression.sequence(
                    begins ? Expression.NOTHING : around, body, ends ? Expression.NOTHING : around));
        } while (accept('|'));
        if (at < text.length) {
            throw peek() == ')' ? wrong("a ) without its (") : unsupported("$ or ^ within an alternative");
        }
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    private Expression group() {
        if (++depth > DEEPEST) {
            throw new RequestException("The regular expression nests more than " + DEEPEST + " parentheses.");
        }
        List<Expression> options = new ArrayList<>();
        do {
            options.add(sequence());
        } while (accept('|'));
        if (at == text.length) {
            throw wrong("a ( without its )");
        }
        if (!accept(')')) {
            throw unsupported("an anchor within parentheses");
        }
        depth--;
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    private Expression sequence() {
        List<Expression> parts = new ArrayList<>();
        while (at < text.length && "|)^$".indexOf(peek()) < 0) {
            parts.add(quantified(atom()));
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    private Expression quantified(Expression part) {
        Expression quantified = part;
        if (accept('*')) {
            quantified = Expression.any(part);
        } else if (accept('+')) {
            quantified = new Expression.Repeat(part, 1, Expression.UNLIMITED);
        } else if (accept('?')) {
            quantified = Expression.optional(part);
        } else if (isCount()) {
            quantified = counted(part);
        } else {
            return part;
        }
        if (accept('+')) {
            at--;
            throw unsupported("a possessive quantifier");
        }
        accept('?');
        if (at < text.length && (peek() == '*' || peek() == '+' || peek() == '?' || isCount())) {
            throw wrong("a quantifier after a quantifier");
        }
        return quantified;
    }

    /// Whether `{2}`, `{2,}` or `{2,3}` comes; other braces are characters.
    private boolean isCount() {
        int i = at + 1;
        if (at >= text.length || text[at] != '{' || i >= text.length || !isDigit(text[i])) {
            return false;
        }
        while (i < text.length && isDigit(text[i])) {
            i++;
        }
        i += i < text.length && text[i] == ',' ? 1 : 0;
        while (i < text.length && isDigit(text[i])) {
            i++;
        }
        return i < text.length && text[i] == '}';
    }

    private Expression counted(Expression part) {
        int begin = at++;
        int min = number();
        int max = min;
        if (accept(',')) {
            max = peek() == '}' ? Expression.UNLIMITED : number();
        }
        at++;
        if (max != Expression.UNLIMITED && max < min) {
            at = begin;
            throw wrong("a quantifier whose numbers are out of order");
        }
        return new Expression.Repeat(part, min, max);
    }

    private int number() {
        int begin = at;
        int value = 0;
        while (at < text.length && isDigit(text[at])) {
            if (at - begin == MOST_DIGITS) {
                throw wrong("a number of more than " + MOST_DIGITS + " digits");
            }
            value = 10 * value + text[at++] - '0';
        }
        return value;
    }

    private Expression atom() {
        int c = text[at++];
        return switch (c) {
            case '(' -> {
                openGroup();
                yield group();
            }
            case '[' -> characters.apply(set());
            case '.' -> characters.apply(RegexClasses.LINE_ENDS.complement());
            case '\\' -> characters.apply(escape(false));
            case '*', '+', '?' -> {
                at--;
                throw wrong("a quantifier with nothing before it");
            }
            default -> characters.apply(CharacterSet.of(c));
        };
    }

    /// Reads what may follow an opening parenthesis.
    private void openGroup() {
        if (!accept('?')) {
            return;
        }
        if (accept(':')) {
            return;
        }
        accept('P');
        if (accept('<') && at < text.length && peek() != '=' && peek() != '!') {
            while (at < text.length && peek() != '>') {
                at++;
            }
            if (!accept('>')) {
                throw wrong("a group's name without >");
            }
            return;
        }
        throw unsupported("a group that begins with (? and is neither (?: nor named: lookaround, flags or a condition");
    }

    private CharacterSet set() {
        boolean negated = accept('^');
        List<CharacterSet> sets = new ArrayList<>();
        while (at < text.length && peek() != ']') {
            CharacterSet first = one();
            boolean isRange = at + 1 < text.length && peek() == '-' && text[at + 1] != ']';
            if (!isRange) {
                sets.add(first);
                continue;
            }
            at++;
            CharacterSet last = one();
            if (RegexClasses.single(first) < 0 || RegexClasses.single(last) < 0) {
                sets.addAll(List.of(first, last, CharacterSet.of('-')));
            } else if (RegexClasses.single(first) > RegexClasses.single(last)) {
                throw wrong("a range whose ends are out of order");
            } else {
                sets.add(CharacterSet.range(RegexClasses.single(first), RegexClasses.single(last)));
            }
        }
        if (!accept(']')) {
            throw wrong("a [ without its ]");
        }
        CharacterSet union = CharacterSet.union(sets);
        return negated ? union.complement() : union;
    }

    private CharacterSet one() {
        int c = text[at++];
        return c == '\\' ? escape(true) : CharacterSet.of(c);
    }

    /// Reads what follows a backslash.
    ///
    /// @param inSet whether it stands in brackets
    private CharacterSet escape(boolean inSet) {
        if (at == text.length) {
            throw wrong("a backslash with nothing after it");
        }
        int c = text[at++];
        CharacterSet known = RegexClasses.ofEscape(c);
        if (known != null) {
            return known;
        }
        return switch (c) {
            case 'b' -> {
                if (!inSet) {
                    throw unsupported("a word boundary (\\b)");
                }
                yield CharacterSet.of('\b');
            }
            case '0' -> CharacterSet.of(0);
            case 'x' -> CharacterSet.of(hex(2));
            case 'u' -> CharacterSet.of(unicode());
            case 'c' -> control();
            case 'p', 'P' -> property(c == 'P');
            case 'B', 'k', 'A', 'Z', 'z', 'G', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
                throw unsupported("\\" + Character.toString(c));
            default -> {
                if (c < 128 && Character.isLetter(c)) {
                    throw wrong("the unknown escape \\" + Character.toString(c));
                }
                yield CharacterSet.of(c);
            }
        };
    }

    private CharacterSet control() {
        if (at == text.length || !Character.isLetter(text[at])) {
            throw wrong("\\c without a letter");
        }
        return CharacterSet.of(text[at++] % 32);
    }

    /// Four digits, or any number of them in braces; two surrogates make one character.
    private int unicode() {
        if (accept('{')) {
            int begin = at;
            int value = 0;
            while (at < text.length && Character.digit(text[at], 16) >= 0 && at - begin < 6) {
                value = 16 * value + Character.digit(text[at++], 16);
            }
            if (at == begin || !accept('}') || value > CharacterSet.LAST) {
                throw wrong("\\u{ without a code point");
            }
            return value;
        }
        int value = hex(4);
        boolean paired = Character.MIN_HIGH_SURROGATE <= value
                && value <= Character.MAX_HIGH_SURROGATE
                && at + 1 < text.length
                && text[at] == '\\'
                && text[at + 1] == 'u';
        if (paired) {
            int before = at;
            at += 2;
            int low = hex(4);
            if (Character.MIN_LOW_SURROGATE <= low && low <= Character.MAX_LOW_SURROGATE) {
                return Character.toCodePoint((char) value, (char) low);
            }
            at = before;
        }
        return value;
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < text.length ? Character.digit(text[at], 16) : -1;
            if (digit < 0) {
                throw wrong("an escape without its " + digits + " hexadecimal digits");
            }
            value = 16 * value + digit;
            at++;
        }
        return value;
    }

    private CharacterSet property(boolean negated) {
        StringBuilder name = new StringBuilder();
        if (accept('{')) {
            while (at < text.length && peek() != '}') {
                name.appendCodePoint(text[at++]);
            }
        }
        CharacterSet set = accept('}') ? RegexClasses.ofCategory(name.toString()) : null;
        if (set == null) {
            throw unsupported("\\p{" + name + "}: only general categories such as \\p{L} or \\p{Lu} are");
        }
        return negated ? set.complement() : set;
    }

    private int peek() {
        return text[at];
    }

    private boolean accept(int c) {
        boolean there = at < text.length && text[at] == c;
        at += there ? 1 : 0;
        return there;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private RequestException wrong(String what) {
        return new RequestException("The regular expression has " + what + ", at character " + (at + 1) + ".");
    }

    private RequestException unsupported(String what) {
        return new RequestException(
                "The regular expression has " + what + ", at character " + (at + 1) + ", which is not supported.");
    }
}
