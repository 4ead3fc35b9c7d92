package ouverture.text.jinja;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A node that does something. Lines are 1-based.
sealed interface Statement {
    /// 0 for a statement that cannot fail.
    default int line() {
        return 0;
    }

    record Data(String text) implements Statement {}

    record Print(Expression value, int line) implements Statement {}

    record If(List<Branch> branches, Body otherwise) implements Statement {}

    /// @param filter condition on each item, or absent
    /// @param otherwise the `else` part, empty if there is none
    record For(
            Target target,
            Expression iterable,
            @Nullable Expression filter,
            boolean recursive,
            Body body,
            Body otherwise,
            int line)
            implements Statement {}

    record Assign(Target target, Expression value, int line) implements Statement {}

    /// `{% set x %}…{% endset %}`
    ///
    /// @param filter the filters at the head, or absent
    record SetBlock(Target target, Expression.@Nullable Filter filter, Body body, int line) implements Statement {}

    record Macro(String name, Signature signature, Body body, int line) implements Statement {}

    record CallBlock(Expression.Call call, Signature signature, Body body, int line) implements Statement {}

    record FilterBlock(Expression.Filter filter, Body body, int line) implements Statement {}

    record With(List<Target> targets, List<Expression> values, Body body, int line) implements Statement {}

    /// `{% generation %}`: marks the assistant's words for training; here only a scope of its own.
    record Generation(Body body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}

    record Branch(Expression test, Body body, int line) {}

    /// Statements in order. A class and not a record: scopes are looked up by the body's identity.
    final class Body {
        static final Body EMPTY = new Body(List.of());

        private final List<Statement> statements;

        Body(List<Statement> statements) {
            this.statements = List.copyOf(statements);
        }

        List<Statement> statements() {
            return statements;
        }
    }

    /// What a macro or call block takes.
    ///
    /// @param defaults of the last parameters, so at most as many
    /// @param uses which of `caller`, `kwargs`, `varargs` the body mentions
    record Signature(List<String> parameters, List<Expression> defaults, Set<String> uses) {
        static final Set<String> SPECIAL = Set.of("caller", "kwargs", "varargs");

        @Nullable
        Expression defaultOf(int parameter) {
            int index = parameter - (parameters.size() - defaults.size());
            return index < 0 ? null : defaults.get(index);
        }

        /// Whether the body sees a value of this name that is not among the declared parameters.
        boolean takes(String special) {
            return uses.contains(special) && !parameters.contains(special);
        }
    }

    /// What a value is assigned to.
    sealed interface Target {
        record Variable(String name) implements Target {}

        /// `namespace.attribute`
        record Attribute(String namespace, String attribute) implements Target {}

        record Unpacking(List<Target> targets) implements Target {}
    }
}
