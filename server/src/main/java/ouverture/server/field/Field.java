package ouverture.server.field;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A field of an object in a request. JSON's `null` is as good as leaving it out.
///
/// @param <T> what its value becomes
public final class Field<T> {
    private final String name;
    private final JsonType<T> type;
    private final @Nullable T otherwise;
    private final Standing standing;
    private final String otherwiseWords;
    private final String meaning;

    private Field(
            String name,
            JsonType<T> type,
            @Nullable T otherwise,
            Standing standing,
            String otherwiseWords,
            String meaning) {
        this.name = name;
        this.type = type;
        this.otherwise = otherwise;
        this.standing = standing;
        this.otherwiseWords = otherwiseWords;
        this.meaning = meaning;
    }

    /// A field that must be there.
    ///
    /// @param meaning what it does, for the tables
    public static <T> Field<T> required(String name, JsonType<T> type, String meaning) {
        return new Field<>(name, type, null, Standing.HONOURED, "required", meaning);
    }

    /// A field that may be left out.
    public static <T> Field<Optional<T>> optional(String name, JsonType<T> type, String meaning) {
        return new Field<>(name, type.as(Optional::of), Optional.empty(), Standing.HONOURED, "", meaning);
    }

    /// A field that may be left out, and then has this value.
    public static <T> Field<T> of(String name, JsonType<T> type, T otherwise, String meaning) {
        return of(name, type, otherwise, String.valueOf(otherwise), meaning);
    }

    /// A field that may be left out, and then has this value.
    ///
    /// @param words what stands for the value in the tables: JSON
    public static <T> Field<T> of(String name, JsonType<T> type, T otherwise, String words, String meaning) {
        return new Field<>(name, type, otherwise, Standing.HONOURED, "`" + words + "`", meaning);
    }

    /// A field that may be left out, and then is empty.
    public static <T> Field<List<T>> list(String name, JsonType<List<T>> type, String meaning) {
        return new Field<>(name, type, List.of(), Standing.HONOURED, "", meaning);
    }

    /// A field with a few values that ask for what happens anyway; others are refused.
    ///
    /// @param why there are no others
    /// @param values in JSON
    public static Field<Boolean> only(String name, String why, String... values) {
        return new Field<>(name, new Only(why, List.of(values)), false, Standing.PARTLY, "", why);
    }

    /// A field with a few texts that do what they say; others are known and refused.
    ///
    /// @param meaning what they do, for the tables
    /// @param why there are no others: half a sentence without its full stop
    /// @param otherwise what holds without it
    /// @param texts that are taken
    public static Field<String> partly(String name, String meaning, String why, String otherwise, String... texts) {
        Only only =
                new Only(why, Arrays.stream(texts).map(text -> '"' + text + '"').toList());
        JsonType<String> type = new JsonType<>() {
            @Override
            public String read(JsonNode value, String path) {
                only.read(value, path);
                return value.stringValue();
            }

            @Override
            public boolean fits(JsonNode value) {
                return only.fits(value);
            }

            @Override
            public String words() {
                return only.words();
            }
        };
        return new Field<>(name, type, otherwise, Standing.PARTLY, "`\"" + otherwise + "\"`", meaning);
    }

    /// A field that is known and always refused.
    ///
    /// @param why half a sentence without its full stop: `there is no audio`
    public static Field<Boolean> refused(String name, String why) {
        return new Field<>(name, new Only(why, List.of()), false, Standing.REFUSED, "", why);
    }

    /// Its name in the request.
    public String name() {
        return name;
    }

    /// @param object that it may be in
    /// @param path of the object, empty for the request itself
    T read(JsonNode object, String path) {
        JsonNode value = object.path(name);
        String own = path.isEmpty() ? name : path + "." + name;
        if (!value.isMissingNode() && !value.isNull()) {
            return type.read(value, own);
        }
        if (otherwise == null) {
            throw new FieldException(own, FieldException.quoted(own) + " is missing; it must be " + type.words() + ".");
        }
        return otherwise;
    }

    /// @param path of the object that it is in
    List<Row> rows(String path) {
        String own = path.isEmpty() ? name : path + "." + name;
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(own, type.words(), otherwiseWords, standing, meaning));
        rows.addAll(type.rows(own));
        return rows;
    }

    /// Values that ask for nothing special.
    private record Only(String why, List<String> values) implements JsonType<Boolean> {
        @Override
        public Boolean read(JsonNode value, String path) {
            if (fits(value)) {
                return true;
            }
            String advice = values.isEmpty() ? "leave it out." : "leave it out, or say " + words() + ".";
            throw new FieldException(path, FieldException.quoted(path) + " is not supported: " + why + "; " + advice);
        }

        @Override
        public boolean fits(JsonNode value) {
            return values.stream()
                    .anyMatch(each -> JsonMapper.shared().readTree(each).equals(value));
        }

        @Override
        public String words() {
            return values.stream().map(each -> "`" + each + "`").collect(Collectors.joining(" or "));
        }
    }
}
