package ouverture.server.field;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of an object as they were read.
public final class Values {
    private final String path;
    private final Map<Field<?>, Object> values;

    Values(String path, Map<Field<?>, Object> values) {
        this.path = path;
        this.values = Map.copyOf(values);
    }

    /// The value of a field of the object.
    @SuppressWarnings("unchecked") // ObjectType puts what the field itself has read
    public <T> T get(Field<T> field) {
        @Nullable Object value = values.get(field);
        if (value == null) {
            throw new AssertionError("no field " + field.name() + " in " + path);
        }
        return (T) value;
    }

    /// Where the object stands in the request; empty for the request itself.
    public String path() {
        return path;
    }

    /// Where a field of the object stands.
    public String path(Field<?> field) {
        return path.isEmpty() ? field.name() : path + "." + field.name();
    }

    /// A complaint about one of the fields.
    ///
    /// @param sentence what follows the field's name: `needs stream`
    public FieldException refuse(Field<?> field, String sentence) {
        String own = path(field);
        return new FieldException(own, FieldException.quoted(own) + " " + sentence);
    }
}
