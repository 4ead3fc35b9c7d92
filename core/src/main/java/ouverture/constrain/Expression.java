package ouverture.constrain;

import java.util.Arrays;
import java.util.List;
import ouverture.error.RequestException;

/// What a part of an answer may be: the notation that all kinds of constraints are translated to, a regular
/// expression over bytes whose rules may use each other.
sealed interface Expression {
    /// The empty text.
    Expression NOTHING = new Sequence(List.of());

    /// A byte of a range, 0 to 255.
    record Bytes(int from, int to) implements Expression {}

    /// A character of a set, in UTF-8.
    record Characters(CharacterSet set) implements Expression {}

    /// A text as it is.
    record Text(String text) implements Expression {}

    /// A special token, as a number from 0 on that stands for it.
    record Symbol(int number) implements Expression {}

    /// One part after another.
    record Sequence(List<Expression> parts) implements Expression {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    /// One of the options; without any, nothing fits.
    record Choice(List<Expression> options) implements Expression {
        public Choice {
            options = List.copyOf(options);
        }
    }

    /// A part `min` to `max` times.
    ///
    /// @param max [#UNLIMITED] for any number
    record Repeat(Expression part, int min, int max) implements Expression {}

    /// What a rule says, by its number.
    record Rule(int number) implements Expression {}

    /// Bytes up to a stop text.
    ///
    /// @param stops none of them may come in between
    /// @param wanted index of the stop with which this ends; -1 for bytes that no stop follows
    record Scan(List<String> stops, int wanted) implements Expression {
        public Scan {
            stops = List.copyOf(stops);
        }
    }

    /// As `max` of a repeat: any number of times.
    int UNLIMITED = -1;

    /// A text as it is.
    ///
    /// @throws RequestException if it has half a surrogate pair, which no UTF-8 can say
    static Expression text(String text) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw new RequestException("The constraint has half a surrogate pair (\\u" + Integer.toHexString(c)
                        + ") in a text, which no answer can contain; give whole characters.");
            }
            i += Character.charCount(c);
        }
        return new Text(text);
    }

    static Expression sequence(Expression... parts) {
        return new Sequence(Arrays.asList(parts));
    }

    static Expression choice(Expression... options) {
        return new Choice(Arrays.asList(options));
    }

    static Expression optional(Expression part) {
        return new Repeat(part, 0, 1);
    }

    static Expression any(Expression part) {
        return new Repeat(part, 0, UNLIMITED);
    }

    /// A character of a range.
    static Expression characters(int from, int to) {
        return new Characters(CharacterSet.range(from, to));
    }
}
