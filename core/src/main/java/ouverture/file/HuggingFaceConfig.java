package ouverture.file;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import ouverture.error.ModelFileException;
import tools.jackson.databind.JsonNode;

/// An object of a Hugging Face folder's JSON, such as the one in `config.json`. A value of null is as good as
/// none.
///
/// @param file its name, for messages
record HuggingFaceConfig(String file, JsonNode node) {
    private static final int LONGEST = 4 << 20;

    /// @throws ModelFileException if the file is missing, too long or no object of JSON
    static HuggingFaceConfig read(Path file) {
        return new HuggingFaceConfig(ModelFiles.fileName(file), Json.tree(file, LONGEST));
    }

    /// The integer under the first of the names that is there.
    ///
    /// @throws ModelFileException if it is something else
    OptionalLong integer(String... names) {
        for (String name : names) {
            JsonNode value = node.path(name);
            if (present(value)) {
                if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                    throw wrong(name, "an integer");
                }
                return OptionalLong.of(value.longValue());
            }
        }
        return OptionalLong.empty();
    }

    /// Whether the first of the names that is there has a list.
    boolean isList(String... names) {
        return Arrays.stream(names)
                .map(node::path)
                .filter(HuggingFaceConfig::present)
                .findFirst()
                .filter(JsonNode::isArray)
                .isPresent();
    }

    /// The list of integers under the first of the names that is there; empty if none is.
    ///
    /// @throws ModelFileException if it is something else
    int[] integers(String... names) {
        for (String name : names) {
            List<JsonNode> elements = elements(name);
            if (!elements.isEmpty()) {
                return elements.stream()
                        .mapToInt(element -> {
                            if (!element.isIntegralNumber() || !element.canConvertToInt()) {
                                throw wrong(name, "a list of integers");
                            }
                            return element.intValue();
                        })
                        .toArray();
            }
        }
        return new int[0];
    }

    /// The number under the first of the names that is there.
    ///
    /// @throws ModelFileException if it is something else
    OptionalDouble number(String... names) {
        for (String name : names) {
            JsonNode value = node.path(name);
            if (present(value)) {
                if (!value.isNumber()) {
                    throw wrong(name, "a number");
                }
                return OptionalDouble.of(value.doubleValue());
            }
        }
        return OptionalDouble.empty();
    }

    /// @throws ModelFileException if the value is something else
    Optional<Boolean> flag(String name) {
        JsonNode value = node.path(name);
        if (!present(value)) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw wrong(name, "true or false");
        }
        return Optional.of(value.booleanValue());
    }

    /// The string under the first of the names that is there.
    ///
    /// @throws ModelFileException if it is something else
    Optional<String> string(String... names) {
        for (String name : names) {
            JsonNode value = node.path(name);
            if (present(value)) {
                if (!value.isString()) {
                    throw wrong(name, "a string");
                }
                return Optional.of(value.stringValue());
            }
        }
        return Optional.empty();
    }

    /// The object under the first of the names that is there.
    ///
    /// @throws ModelFileException if it is something else
    Optional<HuggingFaceConfig> object(String... names) {
        for (String name : names) {
            JsonNode value = node.path(name);
            if (present(value)) {
                if (!value.isObject()) {
                    throw wrong(name, "an object");
                }
                return Optional.of(new HuggingFaceConfig(file, value));
            }
        }
        return Optional.empty();
    }

    /// The elements of a list; one value is a list of one, none an empty list.
    List<JsonNode> elements(String name) {
        JsonNode value = node.path(name);
        if (!present(value)) {
            return List.of();
        }
        return value.isArray() ? value.valueStream().toList() : List.of(value);
    }

    private static boolean present(JsonNode value) {
        return !value.isMissingNode() && !value.isNull();
    }

    private ModelFileException wrong(String name, String expected) {
        return new ModelFileException(file + " is damaged: " + name + " should be " + expected + ".");
    }
}
