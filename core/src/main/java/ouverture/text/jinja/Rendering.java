package ouverture.text.jinja;

import java.time.LocalDateTime;

/// What one rendering has at hand: its budget, its clock, and the line it is at.
final class Rendering {
    private final Budget budget;
    private final LocalDateTime now;
    private int line = 1;

    Rendering(Limits limits, LocalDateTime now) {
        this.budget = new Budget(limits);
        this.now = now;
    }

    Budget budget() {
        return budget;
    }

    LocalDateTime now() {
        return now;
    }

    /// The 1-based line of the template that is being rendered.
    int line() {
        return line;
    }

    void at(int current) {
        line = current;
    }

    String string(Object value) {
        return Repr.string(value, budget);
    }

    Object call(Object callee, Arguments arguments) {
        budget.step();
        return switch (callee) {
            case Callable callable -> {
                budget.enter();
                Object result = callable.call(this, arguments);
                budget.leave();
                yield result;
            }
            case Undefined undefined -> throw undefined.failure();
            default -> throw new Failure("a value of type " + Types.name(callee) + " cannot be called");
        };
    }

    Object filter(String name, Object value, Arguments arguments) {
        budget.step();
        Filters.Filter filter = Filters.ALL.get(name);
        if (filter == null) {
            throw Filters.unknown(name);
        }
        return filter.apply(this, value, arguments);
    }

    boolean test(String name, Object value, Arguments arguments) {
        budget.step();
        Tests.Test test = Tests.ALL.get(name);
        if (test == null) {
            throw Tests.unknown(name);
        }
        return test.holds(this, value, arguments);
    }
}
