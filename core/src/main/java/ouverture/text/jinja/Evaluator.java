package ouverture.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ouverture.text.jinja.Expression.ArgumentList;

/// Gives expressions their values.
final class Evaluator {
    private final Rendering rendering;
    private final Budget budget;

    Evaluator(Rendering rendering) {
        this.rendering = rendering;
        this.budget = rendering.budget();
    }

    Object evaluate(Expression expression, Scope scope) {
        budget.step();
        budget.enter();
        Object value = switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.TupleLiteral tuple -> new TupleValue(evaluateAll(tuple.items(), scope));
            case Expression.ListLiteral list -> new ListValue(evaluateAll(list.items(), scope));
            case Expression.DictLiteral dict -> dictionary(dict, scope);
            case Expression.Attribute attribute -> attribute(attribute, scope);
            case Expression.Item item -> item(item, scope);
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call call -> call(call, null, scope);
            case Expression.Filter filter -> apply(filter, null, scope);
            case Expression.Test test -> test(test, scope);
            case Expression.Negate negate -> negate(negate, scope);
            case Expression.Plus plus -> plus(plus, scope);
            case Expression.Not not -> !truth(not.operand(), scope);
            case Expression.Binary binary -> binary(binary, scope);
            case Expression.And and -> {
                Object left = evaluate(and.left(), scope);
                yield Types.truth(left) ? evaluate(and.right(), scope) : left;
            }
            case Expression.Or or -> {
                Object left = evaluate(or.left(), scope);
                yield Types.truth(left) ? left : evaluate(or.right(), scope);
            }
            case Expression.Comparison comparison -> comparison(comparison, scope);
            case Expression.Concatenation concatenation -> concatenation(concatenation, scope);
            case Expression.Conditional conditional -> conditional(conditional, scope);
        };
        budget.leave();
        return value;
    }

    boolean truth(Expression expression, Scope scope) {
        return Types.truth(evaluate(expression, scope));
    }

    private List<Object> evaluateAll(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private DictValue dictionary(Expression.DictLiteral literal, Scope scope) {
        DictValue dict = new DictValue();
        for (Expression.Pair pair : literal.pairs()) {
            Object key = evaluate(pair.key(), scope);
            Object value = evaluate(pair.value(), scope);
            rendering.at(literal.line());
            dict.put(key, value);
        }
        return dict;
    }

    private Object attribute(Expression.Attribute attribute, Scope scope) {
        Object owner = evaluate(attribute.target(), scope);
        rendering.at(attribute.line());
        return Access.attribute(owner, attribute.name(), budget);
    }

    private Object item(Expression.Item item, Scope scope) {
        Object owner = evaluate(item.target(), scope);
        Object key = evaluate(item.key(), scope);
        rendering.at(item.line());
        return Access.item(owner, key, budget);
    }

    private Object slice(Expression.Slice slice, Scope scope) {
        Object owner = evaluate(slice.target(), scope);
        Object start = bound(slice.start(), scope);
        Object stop = bound(slice.stop(), scope);
        Object step = bound(slice.step(), scope);
        rendering.at(slice.line());
        return Access.slice(owner, start, stop, step, budget);
    }

    private Object bound(@Nullable Expression expression, Scope scope) {
        return expression == null ? None.NONE : evaluate(expression, scope);
    }

    /// @param caller the body of a call block, which the callee gets as `caller`
    Object call(Expression.Call call, @Nullable Macro caller, Scope scope) {
        Object callee = evaluate(call.callee(), scope);
        Arguments arguments = arguments(call.arguments(), scope);
        rendering.at(call.line());
        Object result = rendering.call(callee, caller == null ? arguments : arguments.with("caller", caller));
        rendering.at(call.line());
        return result;
    }

    private Arguments arguments(ArgumentList list, Scope scope) {
        List<Object> positional = evaluateAll(list.positional(), scope);
        if (list.spread() != null) {
            positional.addAll(Types.collect(evaluate(list.spread(), scope), budget));
        }
        if (list.named().isEmpty() && list.namedSpread() == null) {
            return new Arguments(positional, Map.of());
        }
        Map<String, Object> named = new LinkedHashMap<>();
        for (Expression.Keyword keyword : list.named()) {
            named.put(keyword.name(), evaluate(keyword.value(), scope));
        }
        if (list.namedSpread() != null) {
            if (!(evaluate(list.namedSpread(), scope) instanceof DictValue dict)) {
                throw new Failure("an argument after ** must be a mapping");
            }
            for (DictValue.Entry entry : dict.entries()) {
                String name = Types.text(entry.key());
                if (name == null || named.put(name, entry.value()) != null) {
                    throw new Failure("the keys of an argument after ** must be strings that are not given twice");
                }
            }
        }
        return new Arguments(positional, named);
    }

    /// The text of a block after the filters at the block's head.
    Object filter(Expression.Filter filters, String text, Scope scope) {
        return apply(filters, text, scope);
    }

    /// @param text what a filter without a target filters
    private Object apply(Expression.Filter filter, @Nullable String text, Scope scope) {
        Object value;
        if (filter.target() instanceof Expression.Filter inner && text != null) {
            value = apply(inner, text, scope);
        } else if (filter.target() != null) {
            value = evaluate(filter.target(), scope);
        } else if (text != null) {
            value = text;
        } else {
            throw new IllegalStateException("a filter without a target outside of a block");
        }
        Arguments arguments = arguments(filter.arguments(), scope);
        rendering.at(filter.line());
        return rendering.filter(filter.name(), value, arguments);
    }

    private boolean test(Expression.Test test, Scope scope) {
        Object value = evaluate(test.target(), scope);
        Arguments arguments = arguments(test.arguments(), scope);
        rendering.at(test.line());
        return rendering.test(test.name(), value, arguments);
    }

    private Object negate(Expression.Negate negate, Scope scope) {
        Object operand = evaluate(negate.operand(), scope);
        rendering.at(negate.line());
        return Arithmetic.negate(operand);
    }

    private Object plus(Expression.Plus plus, Scope scope) {
        Object operand = evaluate(plus.operand(), scope);
        rendering.at(plus.line());
        return Arithmetic.plus(operand);
    }

    private Object binary(Expression.Binary binary, Scope scope) {
        Object left = evaluate(binary.left(), scope);
        Object right = evaluate(binary.right(), scope);
        rendering.at(binary.line());
        return binary.operator().apply(left, right, budget);
    }

    private boolean comparison(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (Expression.Operand operand : comparison.operands()) {
            Object right = evaluate(operand.value(), scope);
            rendering.at(comparison.line());
            if (!Order.holds(operand.relation(), left, right, budget)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private String concatenation(Expression.Concatenation concatenation, Scope scope) {
        StringBuilder text = new StringBuilder();
        for (Object part : evaluateAll(concatenation.parts(), scope)) {
            text.append(rendering.string(part));
            budget.longest(text.length());
        }
        budget.text(text.length());
        return text.toString();
    }

    private Object conditional(Expression.Conditional conditional, Scope scope) {
        if (truth(conditional.test(), scope)) {
            return evaluate(conditional.value(), scope);
        }
        return conditional.otherwise() == null
                ? new Undefined("the inline 'if' is false and has no 'else'")
                : evaluate(conditional.otherwise(), scope);
    }
}
