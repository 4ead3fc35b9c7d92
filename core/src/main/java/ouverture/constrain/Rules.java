package ouverture.constrain;

import java.util.ArrayList;
import java.util.List;
import ouverture.error.RequestException;

/// The rules of a constraint that is being written: expressions with names, which may use each other.
final class Rules {
    /// Rules of one constraint at most.
    static final int MOST = 50_000;

    private final List<String> names = new ArrayList<>();
    private final List<Expression> bodies = new ArrayList<>();

    /// A rule that is defined later.
    ///
    /// @param name for messages
    /// @throws RequestException if there are too many
    Expression.Rule declare(String name) {
        if (names.size() == MOST) {
            throw new RequestException(
                    "The constraint needs more than " + MOST + " rules; make it smaller, or ask for less at once.");
        }
        names.add(name);
        bodies.add(new Expression.Choice(List.of()));
        return new Expression.Rule(names.size() - 1);
    }

    void define(Expression.Rule rule, Expression body) {
        bodies.set(rule.number(), body);
    }

    /// A rule with a body.
    Expression.Rule add(String name, Expression body) {
        Expression.Rule rule = declare(name);
        define(rule, body);
        return rule;
    }

    int count() {
        return names.size();
    }

    String name(int rule) {
        return names.get(rule);
    }

    Expression body(int rule) {
        return bodies.get(rule);
    }
}
