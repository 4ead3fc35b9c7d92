package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ouverture.text.jinja.Statement.Body;
import ouverture.text.jinja.Statement.Target;

/// Runs statements and collects their text.
final class Interpreter {
    /// How a statement ended.
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private final Map<Body, Set<String>> hidden;
    private final Rendering rendering;
    private final Budget budget;
    private final Evaluator evaluator;

    /// @param hidden names that a body's scope hides, from [NameAnalysis]
    Interpreter(Map<Body, Set<String>> hidden, Rendering rendering) {
        this.hidden = hidden;
        this.rendering = rendering;
        this.budget = rendering.budget();
        this.evaluator = new Evaluator(rendering);
    }

    /// Runs a body within `scope` and returns its text.
    String render(Body body, Scope scope) {
        StringBuilder out = new StringBuilder();
        run(body, scope, out);
        return out.toString();
    }

    /// The scope of a body's own names.
    Scope inner(Body body, @Nullable Scope outer) {
        return new Scope(outer, hidden.getOrDefault(body, Set.of()));
    }

    /// Runs a macro's body.
    ///
    /// @param given its parameters' values; defaults fill the rest
    String invoke(Macro macro, Map<String, Object> given) {
        Scope scope = inner(macro.body(), macro.closure());
        List<String> parameters = macro.signature().parameters();
        budget.steps(parameters.size());
        given.forEach(scope::set);
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            if (!given.containsKey(parameter)) {
                scope.set(parameter, new Undefined("parameter '" + parameter + "' was not provided"));
                Expression value = macro.signature().defaultOf(i);
                if (value != null) {
                    scope.set(parameter, evaluator.evaluate(value, scope));
                }
            }
        }
        return render(macro.body(), scope);
    }

    private Flow run(Body body, Scope scope, StringBuilder out) {
        for (Statement statement : body.statements()) {
            Flow flow = run(statement, scope, out);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow run(Statement statement, Scope scope, StringBuilder out) {
        budget.step();
        budget.enter();
        Flow flow = switch (statement) {
            case Statement.Data data -> append(data.text(), out);
            case Statement.Print print -> {
                rendering.at(print.line());
                yield append(rendering.string(evaluator.evaluate(print.value(), scope)), out);
            }
            case Statement.If conditional -> runIf(conditional, scope, out);
            case Statement.For loop -> runLoop(loop, scope, out);
            case Statement.Assign assign -> {
                rendering.at(assign.line());
                yield assign(assign.target(), evaluator.evaluate(assign.value(), scope), scope);
            }
            case Statement.SetBlock block -> runSetBlock(block, scope);
            case Statement.Macro macro -> {
                scope.set(macro.name(), new Macro(macro.name(), macro.signature(), macro.body(), scope, this));
                yield Flow.ON;
            }
            case Statement.CallBlock block -> {
                rendering.at(block.line());
                Macro caller = new Macro("", block.signature(), block.body(), scope, this);
                yield append(rendering.string(evaluator.call(block.call(), caller, scope)), out);
            }
            case Statement.FilterBlock block -> runFilterBlock(block, scope, out);
            case Statement.With with -> runWith(with, scope, out);
            case Statement.Generation generation ->
                append(render(generation.body(), inner(generation.body(), scope)), out);
            case Statement.Break _ -> Flow.BREAK;
            case Statement.Continue _ -> Flow.CONTINUE;
        };
        budget.leave();
        return flow;
    }

    private Flow append(String text, StringBuilder out) {
        budget.text(text.length());
        budget.longest((long) out.length() + text.length());
        out.append(text);
        return Flow.ON;
    }

    private Flow runIf(Statement.If conditional, Scope scope, StringBuilder out) {
        for (Statement.Branch branch : conditional.branches()) {
            rendering.at(branch.line());
            if (evaluator.truth(branch.test(), scope)) {
                return run(branch.body(), scope, out);
            }
        }
        return run(conditional.otherwise(), scope, out);
    }

    private Flow runLoop(Statement.For loop, Scope scope, StringBuilder out) {
        rendering.at(loop.line());
        return runLoop(loop, evaluator.evaluate(loop.iterable(), scope), 1, scope, out);
    }

    private Flow runLoop(Statement.For loop, Object items, int depth, Scope scope, StringBuilder out) {
        Loop.Recursion recursion = !loop.recursive()
                ? null
                : (inner, innerDepth) -> {
                    StringBuilder text = new StringBuilder();
                    runLoop(loop, inner, innerDepth, scope, text);
                    return text.toString();
                };
        rendering.at(loop.line());
        Object visited = loop.filter() == null ? items : new Generator(new Filtered(loop, loop.filter(), items, scope));
        Loop state = new Loop(visited, recursion, depth, budget);
        boolean completed = false;
        for (Object item = state.next(); item != null; item = state.next()) {
            Scope iteration = inner(loop.body(), scope);
            iteration.set("loop", state);
            assign(loop.target(), item, iteration);
            Flow flow = run(loop.body(), iteration, out);
            if (flow == Flow.BREAK) {
                break;
            }
            completed |= flow == Flow.ON;
            rendering.at(loop.line());
        }
        // As in Jinja, `else` also runs if no iteration reached the end of the body.
        return completed ? Flow.ON : run(loop.otherwise(), inner(loop.otherwise(), scope), out);
    }

    /// The items of a loop that its condition lets through, looked for when they are asked for: the loop's body
    /// may change what the condition depends on.
    private final class Filtered implements Iterator<Object> {
        private final Statement.For loop;
        private final Expression filter;
        private final Iterator<Object> items;
        private final Scope outer;
        private @Nullable Object next;

        Filtered(Statement.For loop, Expression filter, Object items, Scope outer) {
            this.loop = loop;
            this.filter = filter;
            this.items = Types.iterator(items, budget);
            this.outer = outer;
        }

        @Override
        public boolean hasNext() {
            while (next == null && items.hasNext()) {
                budget.step();
                Object candidate = items.next();
                Scope scope = new Scope(outer, Set.of());
                assign(loop.target(), candidate, scope);
                if (evaluator.truth(filter, scope)) {
                    next = candidate;
                }
            }
            return next != null;
        }

        @Override
        public Object next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException();
            }
            Object item = next;
            next = null;
            return item;
        }
    }

    private Flow runSetBlock(Statement.SetBlock block, Scope scope) {
        Scope inner = inner(block.body(), scope);
        StringBuilder out = new StringBuilder();
        Flow flow = run(block.body(), inner, out);
        if (flow != Flow.ON) {
            return flow;
        }
        rendering.at(block.line());
        Object value =
                block.filter() == null ? out.toString() : evaluator.filter(block.filter(), out.toString(), inner);
        return assign(block.target(), value, scope);
    }

    private Flow runFilterBlock(Statement.FilterBlock block, Scope scope, StringBuilder out) {
        Scope inner = inner(block.body(), scope);
        StringBuilder text = new StringBuilder();
        Flow flow = run(block.body(), inner, text);
        return flow != Flow.ON
                ? flow
                : append(rendering.string(evaluator.filter(block.filter(), text.toString(), inner)), out);
    }

    private Flow runWith(Statement.With with, Scope scope, StringBuilder out) {
        rendering.at(with.line());
        Scope inner = inner(with.body(), scope);
        for (int i = 0; i < with.targets().size(); i++) {
            assign(with.targets().get(i), evaluator.evaluate(with.values().get(i), scope), inner);
        }
        return run(with.body(), inner, out);
    }

    private Flow assign(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.Attribute attribute -> {
                if (!(scope.get(attribute.namespace()) instanceof Namespace namespace)) {
                    throw new Failure("'" + attribute.namespace() + "' is no namespace, so its attribute '"
                            + attribute.attribute() + "' cannot be set");
                }
                namespace.attributes().put(attribute.attribute(), value);
            }
            case Target.Unpacking unpacking -> unpack(unpacking.targets(), value, scope);
        }
        return Flow.ON;
    }

    private void unpack(List<Target> targets, Object value, Scope scope) {
        Iterator<Object> items = Types.iterator(value, budget);
        List<Object> values = new ArrayList<>(targets.size());
        while (values.size() < targets.size() && items.hasNext()) {
            values.add(items.next());
        }
        if (values.size() < targets.size() || items.hasNext()) {
            throw new Failure("a value cannot be unpacked to " + targets.size() + " names, it has "
                    + (items.hasNext() ? "more" : "only " + values.size()) + " items");
        }
        for (int i = 0; i < targets.size(); i++) {
            assign(targets.get(i), values.get(i), scope);
        }
    }
}
