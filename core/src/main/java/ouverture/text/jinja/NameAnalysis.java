package ouverture.text.jinja;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ouverture.text.jinja.Expression.ArgumentList;
import ouverture.text.jinja.Statement.Body;
import ouverture.text.jinja.Statement.Signature;
import ouverture.text.jinja.Statement.Target;

/// Finds the names that each scope hides: Jinja decides at compile time where a name lives, so a name that a
/// scope assigns before it reads it, and that no scope around it knows, is undefined there until then, even if
/// the caller passed a variable of that name.
///
/// It also finds trees that are too high to be walked, and filters and tests that do not exist and stand where
/// they are not under a condition.
final class NameAnalysis {
    /// How a scope gets a name's first value.
    private enum Origin {
        /// Hidden until it is assigned.
        HIDDEN,
        /// Looked up outside.
        OUTSIDE,
        PARAMETER
    }

    /// The names of one scope, or of one branch of an `if` in it, which starts with those of its trunk.
    private static final class Names {
        private final @Nullable Names outer;
        private final @Nullable Names trunk;
        private final Map<String, Origin> origins = new HashMap<>();
        private final Set<String> assigned = new HashSet<>();

        private Names(@Nullable Names outer, @Nullable Names trunk) {
            this.outer = outer;
            this.trunk = trunk;
        }

        static Names within(@Nullable Names outer) {
            return new Names(outer, null);
        }

        Names branch() {
            return new Names(outer, this);
        }

        private boolean knowsItself(String name) {
            return origins.containsKey(name) || (trunk != null && trunk.knowsItself(name));
        }

        private boolean knownOutside(String name) {
            return outer != null && (outer.knowsItself(name) || outer.knownOutside(name));
        }

        private boolean assigns(String name) {
            return assigned.contains(name) || (trunk != null && trunk.assigns(name));
        }

        void read(String name) {
            if (!knowsItself(name) && !knownOutside(name)) {
                origins.put(name, Origin.OUTSIDE);
            }
        }

        void assign(String name) {
            assigned.add(name);
            if (!knowsItself(name)) {
                origins.put(name, knownOutside(name) ? Origin.OUTSIDE : Origin.HIDDEN);
            }
        }

        void declare(String name) {
            assigned.add(name);
            origins.put(name, Origin.PARAMETER);
        }

        /// Takes over the names of the branches of an `if`. What only they assign comes from outside until then.
        void merge(List<Names> branches) {
            Set<String> fresh = new HashSet<>();
            for (Names branch : branches) {
                branch.assigned.stream().filter(name -> !assigns(name)).forEach(fresh::add);
                origins.putAll(branch.origins);
            }
            assigned.addAll(fresh);
            fresh.forEach(name -> origins.put(name, Origin.OUTSIDE));
        }

        Set<String> hidden() {
            Set<String> hidden = new HashSet<>();
            origins.forEach((name, origin) -> {
                if (origin == Origin.HIDDEN) {
                    hidden.add(name);
                }
            });
            return hidden;
        }
    }

    private final Map<Body, Set<String>> hidden = new HashMap<>();
    private int height;
    private int line = 1;

    private NameAnalysis() {}

    /// @return the hidden names by the identity of the scope's body; bodies that hide none are left out
    /// @throws SyntaxFailure if the tree is too high or a filter or test is unknown
    static Map<Body, Set<String>> analyze(Body template) {
        NameAnalysis analysis = new NameAnalysis();
        analysis.scope(template, Names.within(null), false);
        return analysis.hidden;
    }

    /// Analyses a body that has a scope of its own, `names` holding its parameters.
    private void scope(Body body, Names names, boolean conditional) {
        enter();
        for (Statement statement : body.statements()) {
            visit(statement, names, conditional);
        }
        Set<String> found = names.hidden();
        if (!found.isEmpty()) {
            hidden.put(body, found);
        }
        inner(body, names);
        height--;
    }

    private void enter() {
        if (++height > Limits.HEIGHT) {
            throw new SyntaxFailure(
                    "blocks, brackets or operators follow each other more than " + Limits.HEIGHT + " deep", line);
        }
    }

    /// What a statement reads and assigns in the scope that it stands in.
    private void visit(Statement statement, Names names, boolean conditional) {
        line = Math.max(line, statement.line());
        switch (statement) {
            case Statement.Data _, Statement.Break _, Statement.Continue _, Statement.Generation _ -> {}
            case Statement.Print print -> read(print.value(), names, conditional);
            case Statement.If branches -> visit(branches, names);
            case Statement.For loop -> read(loop.iterable(), names, conditional);
            case Statement.Assign assign -> {
                read(assign.value(), names, conditional);
                assign(assign.target(), names, false);
            }
            case Statement.SetBlock block -> assign(block.target(), names, false);
            case Statement.Macro macro -> names.assign(macro.name());
            case Statement.CallBlock block -> read(block.call(), names, conditional);
            case Statement.FilterBlock block -> read(block.filter(), names, conditional);
            case Statement.With with -> with.values().forEach(value -> read(value, names, conditional));
        }
    }

    private void visit(Statement.If statement, Names names) {
        enter();
        List<Statement.Branch> branches = statement.branches();
        read(branches.getFirst().test(), names, true);
        Names body = branch(branches.getFirst().body(), names);
        Names alternatives = names.branch();
        for (Statement.Branch branch : branches.subList(1, branches.size())) {
            line = branch.line();
            read(branch.test(), alternatives, true);
            alternatives.merge(List.of(branch(branch.body(), alternatives)));
        }
        Names otherwise = branch(statement.otherwise(), names);
        names.merge(List.of(body, alternatives, otherwise));
        height--;
    }

    private Names branch(Body body, Names trunk) {
        Names names = trunk.branch();
        body.statements().forEach(statement -> visit(statement, names, true));
        return names;
    }

    private void assign(Target target, Names names, boolean asParameter) {
        switch (target) {
            case Target.Variable variable -> {
                if (asParameter) {
                    names.declare(variable.name());
                } else {
                    names.assign(variable.name());
                }
            }
            case Target.Attribute attribute -> names.read(attribute.namespace());
            case Target.Unpacking unpacking -> unpacking.targets().forEach(inner -> assign(inner, names, asParameter));
        }
    }

    /// The scopes inside of a body, once all names of the scopes around them are known.
    private void inner(Body body, Names names) {
        for (Statement statement : body.statements()) {
            inner(statement, names);
        }
    }

    private void inner(Statement statement, Names names) {
        switch (statement) {
            case Statement.If branches -> {
                enter();
                branches.branches().forEach(branch -> inner(branch.body(), names));
                inner(branches.otherwise(), names);
                height--;
            }
            case Statement.For loop -> {
                Names body = Names.within(names);
                body.declare("loop");
                assign(loop.target(), body, true);
                scope(loop.body(), body, false);
                scope(loop.otherwise(), Names.within(names), false);
                if (loop.filter() != null) {
                    read(loop.filter(), Names.within(names), false);
                }
            }
            case Statement.Macro macro -> callable(macro.signature(), macro.body(), names);
            case Statement.CallBlock block -> callable(block.signature(), block.body(), names);
            case Statement.SetBlock block -> {
                scope(block.body(), Names.within(names), false);
                if (block.filter() != null) {
                    read(block.filter(), Names.within(names), false);
                }
            }
            case Statement.FilterBlock block -> scope(block.body(), Names.within(names), false);
            case Statement.Generation generation -> scope(generation.body(), Names.within(names), false);
            case Statement.With with -> {
                Names body = Names.within(names);
                with.targets().forEach(target -> assign(target, body, true));
                scope(with.body(), body, false);
            }
            case Statement.Data _, Statement.Print _, Statement.Assign _, Statement.Break _, Statement.Continue _ -> {}
        }
    }

    private void callable(Signature signature, Body body, Names names) {
        Names inner = Names.within(names);
        signature.parameters().forEach(inner::declare);
        Signature.SPECIAL.stream().filter(signature::takes).forEach(inner::declare);
        signature.defaults().forEach(value -> read(value, inner, false));
        scope(body, inner, false);
    }

    private void read(@Nullable Expression expression, Names names, boolean conditional) {
        if (expression == null) {
            return;
        }
        enter();
        switch (expression) {
            case Expression.Literal _ -> {}
            case Expression.Name name -> names.read(name.name());
            case Expression.TupleLiteral tuple -> readAll(tuple.items(), names, conditional);
            case Expression.ListLiteral list -> readAll(list.items(), names, conditional);
            case Expression.DictLiteral dict -> {
                for (Expression.Pair pair : dict.pairs()) {
                    read(pair.key(), names, conditional);
                    read(pair.value(), names, conditional);
                }
            }
            case Expression.Attribute attribute -> read(attribute.target(), names, conditional);
            case Expression.Item item -> {
                read(item.target(), names, conditional);
                read(item.key(), names, conditional);
            }
            case Expression.Slice slice -> {
                read(slice.target(), names, conditional);
                read(slice.start(), names, conditional);
                read(slice.stop(), names, conditional);
                read(slice.step(), names, conditional);
            }
            case Expression.Call call -> {
                read(call.callee(), names, conditional);
                read(call.arguments(), names, conditional);
            }
            case Expression.Filter filter -> {
                line = filter.line();
                require(conditional || Filters.ALL.containsKey(filter.name()), Filters.unknown(filter.name()));
                read(filter.target(), names, conditional);
                read(filter.arguments(), names, conditional);
            }
            case Expression.Test test -> {
                line = test.line();
                require(conditional || Tests.ALL.containsKey(test.name()), Tests.unknown(test.name()));
                read(test.target(), names, conditional);
                read(test.arguments(), names, conditional);
            }
            case Expression.Negate negate -> read(negate.operand(), names, conditional);
            case Expression.Plus plus -> read(plus.operand(), names, conditional);
            case Expression.Not not -> read(not.operand(), names, conditional);
            case Expression.Binary binary -> readAll(List.of(binary.left(), binary.right()), names, conditional);
            case Expression.And and -> readAll(List.of(and.left(), and.right()), names, conditional);
            case Expression.Or or -> readAll(List.of(or.left(), or.right()), names, conditional);
            case Expression.Comparison comparison -> {
                read(comparison.first(), names, conditional);
                comparison.operands().forEach(operand -> read(operand.value(), names, conditional));
            }
            case Expression.Concatenation concatenation -> readAll(concatenation.parts(), names, conditional);
            case Expression.Conditional choice -> {
                read(choice.test(), names, true);
                read(choice.value(), names, true);
                read(choice.otherwise(), names, true);
            }
        }
        height--;
    }

    private void readAll(List<Expression> expressions, Names names, boolean conditional) {
        expressions.forEach(expression -> read(expression, names, conditional));
    }

    private void read(ArgumentList arguments, Names names, boolean conditional) {
        readAll(arguments.positional(), names, conditional);
        arguments.named().forEach(keyword -> read(keyword.value(), names, conditional));
        read(arguments.spread(), names, conditional);
        read(arguments.namedSpread(), names, conditional);
    }

    private void require(boolean holds, Failure failure) {
        if (!holds) {
            throw new SyntaxFailure(String.valueOf(failure.getMessage()), line);
        }
    }
}
