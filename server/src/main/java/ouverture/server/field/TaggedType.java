package ouverture.server.field;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// A JSON object whose other fields depend on one of them, as a message's on its `role`.
///
/// @param <T> what it becomes
public final class TaggedType<T> implements JsonType<T> {
    private final String words;
    private final String tag;
    private final Map<String, ObjectType<? extends T>> variants = new LinkedHashMap<>();
    private final Map<String, String> refused = new LinkedHashMap<>();
    private String otherwise = "";

    /// @param words what it is, within a sentence: `a message`
    /// @param tag the field that decides
    public TaggedType(String words, String tag) {
        this.words = words;
        this.tag = tag;
    }

    /// Adds what the object has for a value of the tag.
    public TaggedType<T> with(String value, ObjectType<? extends T> variant) {
        variants.put(value, variant);
        return this;
    }

    /// Adds a value of the tag that is known and refused.
    ///
    /// @param why half a sentence without its full stop: `there is no image input`
    public TaggedType<T> without(String value, String why) {
        refused.put(value, why);
        return this;
    }

    /// Says which value of the tag an object has that lacks it.
    public TaggedType<T> otherwise(String value) {
        otherwise = value;
        return this;
    }

    @Override
    public T read(JsonNode value, String path) {
        if (!value.isObject()) {
            throw FieldException.unfit(path, words);
        }
        String own = path.isEmpty() ? tag : path + "." + tag;
        JsonNode given = value.path(tag);
        String kind = given.isString() ? given.stringValue() : given.isMissingNode() || given.isNull() ? otherwise : "";
        ObjectType<? extends T> variant = variants.get(kind);
        if (variant != null) {
            return variant.read(value, path, tag);
        }
        String why = refused.get(kind);
        if (why != null) {
            throw new FieldException(
                    own, FieldException.quoted(own) + " \"" + kind + "\" is not supported: " + why + ".");
        }
        throw FieldException.unfit(own, choices());
    }

    private String choices() {
        return JsonTypes.anyOf(variants.keySet());
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
        String reasons = refused.entrySet().stream()
                .map(each -> "`" + each.getKey() + "` is refused: " + each.getValue())
                .collect(Collectors.joining("; "));
        rows.add(new Row(
                path + "." + tag,
                choices(),
                otherwise.isEmpty() ? "required" : "`\"" + otherwise + "\"`",
                Standing.HONOURED,
                "decides about the other fields" + (reasons.isEmpty() ? "" : "; " + reasons)));
        Map<List<Row>, List<String>> alike = new LinkedHashMap<>();
        variants.forEach((value, variant) ->
                alike.computeIfAbsent(variant.rows(""), _ -> new ArrayList<>()).add(value));
        variants.forEach((value, variant) -> alike.values().stream()
                .filter(values -> values.getFirst().equals(value))
                .forEach(values -> rows.addAll(variant.rows(path + "{" + String.join(",", values) + "}"))));
        return rows;
    }
}
