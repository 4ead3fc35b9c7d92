package ouverture.server.field;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// A JSON object with known fields; any other field is refused.
///
/// @param <T> what it becomes
public final class ObjectType<T> implements JsonType<T> {
    private final String words;
    private final List<Field<?>> fields;
    private final Function<Values, T> build;

    /// @param words what it is, within a sentence: `a tool`
    /// @param build makes the result; may throw as [JsonType#as] says
    public ObjectType(String words, List<Field<?>> fields, Function<Values, T> build) {
        this.words = words;
        this.fields = List.copyOf(fields);
        this.build = build;
        if (fields.stream().map(Field::name).distinct().count() < fields.size()) {
            throw new IllegalArgumentException("two fields of " + words + " have the same name");
        }
    }

    @Override
    public T read(JsonNode value, String path) {
        return read(value, path, "");
    }

    /// @param tag a field that was read already, or empty
    T read(JsonNode value, String path, String tag) {
        if (!value.isObject()) {
            throw FieldException.unfit(path, words);
        }
        for (String name : value.propertyNames()) {
            if (!name.equals(tag)
                    && fields.stream().noneMatch(field -> field.name().equals(name))) {
                String own = path.isEmpty() ? name : path + "." + name;
                throw new FieldException(
                        own, FieldException.quoted(own) + " is no field of " + words + "; leave it out.");
            }
        }
        Map<Field<?>, Object> values = new HashMap<>();
        for (Field<?> field : fields) {
            values.put(field, field.read(value, path));
        }
        return build.apply(new Values(path, values));
    }

    @Override
    public boolean fits(JsonNode value) {
        return value.isObject();
    }

    @Override
    public String words() {
        return words;
    }

    @Override
    public List<Row> rows(String path) {
        List<Row> rows = new ArrayList<>();
        fields.forEach(field -> rows.addAll(field.rows(path)));
        return rows;
    }
}
