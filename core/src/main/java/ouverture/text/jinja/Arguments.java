package ouverture.text.jinja;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The arguments of one call: values by place, then values by name.
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Object... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    /// The arguments less the first of those by place.
    Arguments withoutFirst() {
        return new Arguments(positional.subList(1, positional.size()), named);
    }

    /// The same arguments and one more by name.
    Arguments with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(named);
        more.put(name, value);
        return new Arguments(positional, more);
    }

    /// Assigns the values to parameters as Python does.
    ///
    /// @param function for messages
    /// @param required how many of the first parameters must be given
    /// @throws Failure if one is missing, given twice or unknown
    Bound bind(String function, int required, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new Failure(
                    function + " takes at most " + parameters.length + " arguments, not " + positional.size());
        }
        List<@Nullable Object> values = Arrays.asList(new @Nullable Object[parameters.length]);
        for (int i = 0; i < positional.size(); i++) {
            values.set(i, positional.get(i));
        }
        for (Map.Entry<String, Object> entry : named.entrySet()) {
            int place = List.of(parameters).indexOf(entry.getKey());
            if (place < 0 || place < positional.size()) {
                throw new Failure(function + (place < 0 ? " has no argument '" : " is given twice the argument '")
                        + entry.getKey() + "'");
            }
            values.set(place, entry.getValue());
        }
        for (int i = 0; i < required; i++) {
            if (values.get(i) == null) {
                throw new Failure(function + " needs the argument '" + parameters[i] + "'");
            }
        }
        return new Bound(function, values);
    }

    /// As [#bind] for a function without parameters.
    void none(String function) {
        bind(function, 0);
    }

    /// Arguments by parameter, with Python's conversions.
    record Bound(String function, List<@Nullable Object> values) {
        boolean has(int parameter) {
            return values.get(parameter) != null;
        }

        Object get(int parameter) {
            Object value = values.get(parameter);
            if (value == null) {
                throw new IllegalStateException("parameter " + parameter + " of " + function + " is not required");
            }
            return value;
        }

        Object get(int parameter, Object otherwise) {
            Object value = values.get(parameter);
            return value == null ? otherwise : value;
        }

        boolean truth(int parameter) {
            Object value = values.get(parameter);
            return value != null && Types.truth(value);
        }

        /// A string, or null if the argument is absent or none.
        @Nullable
        String text(int parameter) {
            Object value = values.get(parameter);
            if (value == null || value == None.NONE) {
                return null;
            }
            String text = Types.text(value);
            if (text == null) {
                throw new Failure(function + " needs a string and not a value of type " + Types.name(value));
            }
            return text;
        }

        /// A string that must be given.
        String requiredText(int parameter) {
            String text = text(parameter);
            if (text == null) {
                throw new Failure(function + " needs a string and not a value of type none");
            }
            return text;
        }

        long integer(int parameter, long otherwise) {
            Object value = values.get(parameter);
            return value == null ? otherwise : Types.integer(value, function);
        }

        /// An integer within the range of places and counts; what is beyond is set to the range's end.
        int count(int parameter, int otherwise) {
            return Types.clamp(integer(parameter, otherwise));
        }
    }
}
