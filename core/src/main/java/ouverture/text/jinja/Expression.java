package ouverture.text.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A node that has a value. Lines are 1-based.
sealed interface Expression {
    /// None, a Boolean, Long, Double or String.
    record Literal(Object value) implements Expression {}

    record TupleLiteral(List<Expression> items) implements Expression {}

    record ListLiteral(List<Expression> items) implements Expression {}

    record DictLiteral(List<Pair> pairs, int line) implements Expression {}

    record Name(String name) implements Expression {}

    record Attribute(Expression target, String name, int line) implements Expression {}

    record Item(Expression target, Expression key, int line) implements Expression {}

    record Slice(
            Expression target,
            @Nullable Expression start,
            @Nullable Expression stop,
            @Nullable Expression step,
            int line)
            implements Expression {}

    record Call(Expression callee, ArgumentList arguments, int line) implements Expression {}

    /// `target | name(arguments)`; the target is absent at the head of a filter block, which filters the block's
    /// text.
    record Filter(@Nullable Expression target, String name, ArgumentList arguments, int line) implements Expression {}

    record Test(Expression target, String name, ArgumentList arguments, int line) implements Expression {}

    record Negate(Expression operand, int line) implements Expression {}

    record Plus(Expression operand, int line) implements Expression {}

    record Not(Expression operand) implements Expression {}

    record Binary(Arithmetic operator, Expression left, Expression right, int line) implements Expression {}

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    /// `first operator operand operator operand …`, each operand evaluated once.
    record Comparison(Expression first, List<Operand> operands, int line) implements Expression {}

    /// `a ~ b ~ c`.
    record Concatenation(List<Expression> parts) implements Expression {}

    /// `value if test else otherwise`; undefined where the last part is missing and the test fails.
    record Conditional(
            Expression test, Expression value, @Nullable Expression otherwise) implements Expression {}

    record Pair(Expression key, Expression value) {}

    record Operand(Relation relation, Expression value) {}

    record Keyword(String name, Expression value) {}

    /// Arguments as written: `f(positional, *spread, named=…, **namedSpread)`.
    record ArgumentList(
            List<Expression> positional,
            List<Keyword> named,
            @Nullable Expression spread,
            @Nullable Expression namedSpread) {
        static final ArgumentList EMPTY = new ArgumentList(List.of(), List.of(), null, null);
    }

    enum Relation {
        EQUAL,
        UNEQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        IN,
        NOT_IN
    }
}
