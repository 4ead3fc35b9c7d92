package ouverture.text.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The names of one block, within those of the blocks around it.
final class Scope {
    private final @Nullable Scope parent;
    private final Map<String, Object> values = new HashMap<>();

    /// @param parent absent for the outermost scope
    /// @param hidden names that are undefined from the start, whatever they are outside
    Scope(@Nullable Scope parent, Set<String> hidden) {
        this.parent = parent;
        for (String name : hidden) {
            values.put(name, Undefined.name(name));
        }
    }

    void set(String name, Object value) {
        values.put(name, value);
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Object value = scope.values.get(name);
            if (value != null) {
                return value;
            }
        }
        return Undefined.name(name);
    }
}
