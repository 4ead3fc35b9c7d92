package ouverture.text.jinja;

import java.math.BigInteger;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ouverture.error.TemplateException;

/// A parsed template. Immutable; may be rendered by several threads at once.
public final class Template {
    private final Statement.Body body;
    private final Map<Statement.Body, Set<String>> hidden;

    private Template(Statement.Body body, Map<Statement.Body, Set<String>> hidden) {
        this.body = body;
        this.hidden = hidden;
    }

    /// @throws TemplateException naming the line and what is wrong there
    public static Template parse(String source) {
        if (source.length() > Limits.SOURCE) {
            throw new TemplateException("A chat template has more than " + Limits.SOURCE + " characters.");
        }
        try {
            Statement.Body body = Parser.parse(source);
            return new Template(body, NameAnalysis.analyze(body));
        } catch (SyntaxFailure failure) {
            throw new TemplateException(failure.sentence(), failure);
        } catch (StackOverflowError error) {
            // The limits keep clear of this on a stack of usual size; a caller's thread may have less.
            throw new TemplateException("The chat template is nested too deep for this thread's stack.", error);
        }
    }

    /// Renders the template.
    ///
    /// @param variables null, Boolean, Long, Integer, BigInteger, Double, String, and lists and maps of these with
    ///     strings as keys
    /// @param now what `strftime_now` gives
    /// @throws TemplateException naming the line, if the template fails, refuses the variables or reaches a limit
    /// @throws IllegalArgumentException if a variable is of another type
    public String render(Map<String, ? extends @Nullable Object> variables, LocalDateTime now, Limits limits) {
        Rendering rendering = new Rendering(limits, now);
        try {
            Scope globals = new Scope(null, Set.of());
            Globals.addTo(globals);
            for (Map.Entry<String, ? extends @Nullable Object> variable : variables.entrySet()) {
                globals.set(variable.getKey(), value(variable.getValue(), rendering.budget()));
            }
            Interpreter interpreter = new Interpreter(hidden, rendering);
            return interpreter.render(body, interpreter.inner(body, globals));
        } catch (Failure failure) {
            throw new TemplateException(failure.sentence(rendering.line()), failure);
        } catch (StackOverflowError error) {
            // As in parse.
            throw new TemplateException(
                    "Chat template, line " + rendering.line() + ": nested too deep for this thread's stack.", error);
        }
    }

    /// A copy of a caller's value in the engine's own types, so that a template cannot change the original.
    private static Object value(@Nullable Object value, Budget budget) {
        budget.enter();
        Object converted = switch (value) {
            case null -> None.NONE;
            case Boolean truth -> truth;
            case Long number -> number;
            case Integer number -> number.longValue();
            case BigInteger number -> Numbers.exact(number);
            case Double number -> number;
            case String text -> text;
            case List<?> list -> {
                List<Object> items = new ArrayList<>(list.size());
                for (Object item : list) {
                    items.add(value(item, budget));
                }
                yield new ListValue(items);
            }
            case Map<?, ?> map -> {
                DictValue dict = new DictValue();
                map.forEach((key, item) -> dict.put(value(key, budget), value(item, budget)));
                yield dict;
            }
            default -> throw new IllegalArgumentException("a template variable of " + value.getClass());
        };
        budget.leave();
        return converted;
    }
}
