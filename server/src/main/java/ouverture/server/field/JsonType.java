package ouverture.server.field;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import ouverture.error.RequestException;
import tools.jackson.databind.JsonNode;

/// A kind of JSON value: how it is read, and what the documentation calls it.
///
/// @param <T> what it becomes
public interface JsonType<T> {
    /// Reads a value.
    ///
    /// @param path where it stands, as `messages[2].content`
    /// @throws FieldException if it is of another kind, or out of range
    T read(JsonNode value, String path);

    /// Whether a value is of this kind at all; it may still be out of range.
    boolean fits(JsonNode value);

    /// What it is, within a sentence and in the tables: `a number from 0 to 2`.
    String words();

    /// The fields inside, for the tables.
    ///
    /// @param path of a value of this type: `messages[]`
    default List<Row> rows(String path) {
        return List.of();
    }

    /// The same values, made into something else.
    ///
    /// @param change may throw [RequestException], whose sentence then follows the field's name
    default <R> JsonType<R> as(Function<? super T, R> change) {
        return at((value, _) -> change.apply(value));
    }

    /// As [#as], for a change that wants to know where the value stands.
    default <R> JsonType<R> at(BiFunction<? super T, String, R> change) {
        JsonType<T> source = this;
        return new JsonType<>() {
            @Override
            public R read(JsonNode value, String path) {
                try {
                    return change.apply(source.read(value, path), path);
                } catch (RequestException e) {
                    throw new FieldException(path, FieldException.quoted(path) + ": " + e.getMessage());
                }
            }

            @Override
            public boolean fits(JsonNode value) {
                return source.fits(value);
            }

            @Override
            public String words() {
                return source.words();
            }

            @Override
            public List<Row> rows(String path) {
                return source.rows(path);
            }
        };
    }
}
