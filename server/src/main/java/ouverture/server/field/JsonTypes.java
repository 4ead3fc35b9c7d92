package ouverture.server.field;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The kinds of values that requests are made of.
public final class JsonTypes {
    private JsonTypes() {}

    private record Plain<T>(
            String words,
            java.util.function.Predicate<JsonNode> kind,
            java.util.function.Function<JsonNode, @Nullable T> value)
            implements JsonType<T> {
        @Override
        public T read(JsonNode node, String path) {
            T read = kind.test(node) ? value.apply(node) : null;
            if (read == null) {
                throw FieldException.unfit(path, words);
            }
            return read;
        }

        @Override
        public boolean fits(JsonNode node) {
            return kind.test(node);
        }
    }

    /// A text.
    public static JsonType<String> text() {
        return new Plain<>("a string", JsonNode::isString, JsonNode::stringValue);
    }

    /// A text that is not empty.
    public static JsonType<String> name() {
        return new Plain<>(
                "a string that is not empty",
                JsonNode::isString,
                node -> node.stringValue().isEmpty() ? null : node.stringValue());
    }

    /// True or false.
    public static JsonType<Boolean> flag() {
        return new Plain<>("true or false", JsonNode::isBoolean, JsonNode::booleanValue);
    }

    /// A whole number; `3.0` is one, as in JSON Schema.
    public static JsonType<Integer> integer(int min, int max) {
        return new Plain<>(
                "a whole number " + (max == Integer.MAX_VALUE ? "of at least " + min : "from " + min + " to " + max),
                JsonNode::isNumber,
                node -> {
                    double value = node.doubleValue();
                    return value == Math.rint(value) && value >= min && value <= max ? (int) value : null;
                });
    }

    /// A whole number of 64 bits.
    public static JsonType<Long> longInteger() {
        return new Plain<>(
                "a whole number",
                JsonNode::isNumber,
                node -> node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : null);
    }

    /// A number.
    public static JsonType<Double> number(double min, double max) {
        return new Plain<>("a number from " + plain(min) + " to " + plain(max), JsonNode::isNumber, node -> {
            double value = node.doubleValue();
            return value >= min && value <= max ? value : null;
        });
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    /// One of a few texts.
    ///
    /// @param choices what each becomes, in the order of the documentation
    public static <T> JsonType<T> oneOf(Map<String, T> choices) {
        Map<String, T> known = new LinkedHashMap<>(choices);
        return new Plain<>(anyOf(known.keySet()), JsonNode::isString, node -> known.get(node.stringValue()));
    }

    /// One of a few texts, as it is.
    public static JsonType<String> oneOf(String... choices) {
        Map<String, String> known = new LinkedHashMap<>();
        for (String choice : choices) {
            known.put(choice, choice);
        }
        return oneOf(known);
    }

    static String anyOf(Collection<String> choices) {
        return choices.stream().map(choice -> "`\"" + choice + "\"`").collect(Collectors.joining(" or "));
    }

    /// A JSON object of any content.
    public static JsonType<JsonNode> object() {
        return new Plain<>("an object", JsonNode::isObject, node -> node);
    }

    /// A list.
    ///
    /// @param plural of what, within a sentence: `messages`
    /// @param min elements at least
    /// @param max elements at most
    public static <T> JsonType<List<T>> list(String plural, JsonType<T> each, int min, int max) {
        String most = max == Integer.MAX_VALUE ? "" : ", " + max + " at most";
        String words = (min == 0 ? "a list of " : "a list, not empty, of ") + plural + most;
        return new JsonType<>() {
            @Override
            public List<T> read(JsonNode value, String path) {
                if (!value.isArray() || value.size() < min || value.size() > max) {
                    throw FieldException.unfit(path, words);
                }
                List<T> read = new ArrayList<>();
                for (JsonNode element : value) {
                    read.add(each.read(element, path + "[" + read.size() + "]"));
                }
                return read;
            }

            @Override
            public boolean fits(JsonNode value) {
                return value.isArray() && (value.isEmpty() || each.fits(value.get(0)));
            }

            @Override
            public String words() {
                return words;
            }

            @Override
            public List<Row> rows(String path) {
                return each.rows(path + "[]");
            }
        };
    }

    /// An object whose fields are not known beforehand and have values of one kind.
    ///
    /// @param words what it is, within a sentence
    public static <T> JsonType<Map<String, T>> map(String words, JsonType<T> each) {
        return new JsonType<>() {
            @Override
            public Map<String, T> read(JsonNode value, String path) {
                if (!value.isObject()) {
                    throw FieldException.unfit(path, words);
                }
                Map<String, T> read = new LinkedHashMap<>();
                value.propertyStream()
                        .forEach(entry ->
                                read.put(entry.getKey(), each.read(entry.getValue(), path + "." + entry.getKey())));
                return read;
            }

            @Override
            public boolean fits(JsonNode value) {
                return value.isObject();
            }

            @Override
            public String words() {
                return words;
            }
        };
    }

    /// One kind or another, told apart by what JSON calls them.
    public static <T> JsonType<T> either(JsonType<? extends T> one, JsonType<? extends T> other) {
        List<JsonType<? extends T>> all = List.of(one, other);
        String words = all.stream().map(JsonType::words).collect(Collectors.joining(", or "));
        return new JsonType<>() {
            @Override
            public T read(JsonNode value, String path) {
                for (JsonType<? extends T> kind : all) {
                    if (kind.fits(value)) {
                        return kind.read(value, path);
                    }
                }
                throw FieldException.unfit(path, words);
            }

            @Override
            public boolean fits(JsonNode value) {
                return all.stream().anyMatch(kind -> kind.fits(value));
            }

            @Override
            public String words() {
                return words;
            }

            @Override
            public List<Row> rows(String path) {
                return all.stream().flatMap(kind -> kind.rows(path).stream()).toList();
            }
        };
    }
}
