package ouverture.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ouverture.text.jinja.Statement.Signature;

/// A macro, or the body of a call block, with the scope it was defined in.
///
/// @param name empty for a call block
record Macro(String name, Signature signature, Statement.Body body, Scope closure, Interpreter interpreter)
        implements Callable {
    @Override
    public Object call(Rendering rendering, Arguments arguments) {
        Map<String, Object> rest = new LinkedHashMap<>(arguments.named());
        List<String> parameters = signature.parameters();
        List<Object> positional = arguments.positional();
        int taken = Math.min(positional.size(), parameters.size());
        Map<String, Object> given = new LinkedHashMap<>();
        for (int i = 0; i < parameters.size(); i++) {
            Object value = i < taken ? positional.get(i) : rest.remove(parameters.get(i));
            if (value != null) {
                given.put(parameters.get(i), value);
            }
        }
        if (signature.takes("caller")) {
            Object caller = rest.remove("caller");
            given.put("caller", caller == null || caller == None.NONE ? new Undefined("No caller defined") : caller);
        }
        if (signature.takes("kwargs")) {
            DictValue named = new DictValue();
            rest.forEach(named::put);
            given.put("kwargs", named);
        } else if (!rest.isEmpty()) {
            throw new Failure(
                    title() + " has no parameter '" + rest.keySet().iterator().next() + "'");
        }
        if (signature.takes("varargs")) {
            given.put("varargs", new TupleValue(positional.subList(taken, positional.size())));
        } else if (taken < positional.size()) {
            throw new Failure(title() + " takes at most " + parameters.size() + " arguments");
        }
        return interpreter.invoke(this, given);
    }

    private String title() {
        return name.isEmpty() ? "a call block" : "the macro '" + name + "'";
    }

    @Nullable
    Object attribute(String attribute) {
        return switch (attribute) {
            case "name" -> name.isEmpty() ? None.NONE : name;
            case "arguments" -> new TupleValue(signature.parameters());
            case "catch_kwargs" -> signature.takes("kwargs");
            case "catch_varargs" -> signature.takes("varargs");
            case "caller" -> signature.uses().contains("caller");
            default -> null;
        };
    }

    @Override
    public String description() {
        return name.isEmpty() ? "<Macro anonymous>" : "<Macro '" + name + "'>";
    }
}
