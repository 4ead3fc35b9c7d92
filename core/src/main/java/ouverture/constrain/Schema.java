package ouverture.constrain;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import ouverture.error.RequestException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One object of a JSON Schema without references and combinations, whose keywords were checked.
///
/// @param node as it was written
/// @param where it stands, for messages
record Schema(ObjectNode node, String where) {
    /// Keywords that say nothing about what fits.
    static final Set<String> ANNOTATIONS = Set.of(
            "title",
            "description",
            "default",
            "example",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "discriminator",
            "contentMediaType",
            "contentEncoding",
            "$comment",
            "$schema",
            "$id",
            "$defs",
            "definitions");

    private static final Set<String> OBJECT = Set.of(
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "propertyNames",
            "dependentRequired",
            "dependentSchemas",
            "minProperties",
            "maxProperties");
    private static final Set<String> ARRAY = Set.of(
            "items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains");
    private static final Set<String> STRING = Set.of("minLength", "maxLength", "pattern");
    private static final Set<String> NUMBER =
            Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");
    private static final Set<String> VALUES = Set.of("type", "enum", "const", "format");
    /// Keywords that combine schemas.
    static final Set<String> COMBINING = Set.of(
            "$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas");

    /// Digits of a number in a schema at most, in front of the point and behind it.
    private static final int MOST_DIGITS = 60;

    /// The kinds of values.
    enum Type {
        OBJECT("object"),
        ARRAY("array"),
        STRING("string"),
        NUMBER("number"),
        INTEGER("integer"),
        BOOLEAN("boolean"),
        NULL("null");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        /// Keywords that are about such values.
        private Set<String> keywords() {
            return switch (this) {
                case OBJECT -> Schema.OBJECT;
                case ARRAY -> Schema.ARRAY;
                case STRING -> Schema.STRING;
                case NUMBER, INTEGER -> Schema.NUMBER;
                case BOOLEAN, NULL -> Set.of();
            };
        }

        /// As a schema calls it.
        String word() {
            return word;
        }

        private static Optional<Type> of(String word) {
            return List.of(values()).stream()
                    .filter(type -> type.word.equals(word))
                    .findFirst();
        }

        /// Whether a value is of this type.
        boolean fits(JsonNode value) {
            return switch (this) {
                case OBJECT -> value.isObject();
                case ARRAY -> value.isArray();
                case STRING -> value.isString();
                case NUMBER -> value.isNumber();
                case INTEGER ->
                    value.isNumber()
                            && value.decimalValue().stripTrailingZeros().scale() <= 0;
                case BOOLEAN -> value.isBoolean();
                case NULL -> value.isNull();
            };
        }
    }

    /// Refuses keywords that are not supported.
    ///
    /// @throws RequestException that names the first of them
    static void check(ObjectNode node, String where) {
        node.propertyStream().forEach(entry -> {
            String key = entry.getKey();
            boolean known = ANNOTATIONS.contains(key)
                    || COMBINING.contains(key)
                    || VALUES.contains(key)
                    || OBJECT.contains(key)
                    || ARRAY.contains(key)
                    || STRING.contains(key)
                    || NUMBER.contains(key)
                    || key.startsWith("x-");
            if (!known) {
                throw new RequestException("The schema at " + where + " has the keyword " + key
                        + ", which is not supported, so answers could not be held to it; leave it out.");
            }
        });
    }

    /// The types that values may have: those of `type`, else those that the other keywords speak of, else all.
    Set<Type> types() {
        JsonNode type = node.path("type");
        Set<Type> types = new LinkedHashSet<>();
        if (type.isMissingNode()) {
            boolean isNumber = node.propertyNames().stream().anyMatch(NUMBER::contains);
            for (Type each : Type.values()) {
                boolean spoken = node.propertyNames().stream().anyMatch(each.keywords()::contains)
                        || each == Type.STRING && !isNumber && node.has("format");
                if (spoken && each != Type.INTEGER) {
                    types.add(each);
                }
            }
            return types.isEmpty() ? new LinkedHashSet<>(List.of(Type.values())) : types;
        }
        for (JsonNode each : type.isArray() ? type : List.of(type)) {
            types.add(Type.of(each.asString(""))
                    .orElseThrow(() -> wrong("has the type " + each
                            + "; types are object, array, string, number, integer, boolean and null")));
        }
        return types;
    }

    /// The values of `enum` and `const`, as far as they have one of the types; empty if it has neither.
    Optional<List<JsonNode>> values() {
        if (!node.has("enum") && !node.has("const")) {
            return Optional.empty();
        }
        JsonNode listed = node.path("enum");
        if (node.has("enum") && !listed.isArray()) {
            throw wrong("has an enum that is no list");
        }
        List<JsonNode> values = new ArrayList<>();
        (node.has("enum") ? listed : List.of(node.get("const"))).forEach(values::add);
        Set<Type> types = node.has("type") ? types() : Set.of(Type.values());
        return Optional.of(values.stream()
                .filter(value -> types.stream().anyMatch(type -> type.fits(value)))
                .filter(value -> !node.has("const") || value.equals(node.get("const")))
                .filter(value -> !excluded().contains(value))
                .toList());
    }

    /// Texts that do not fit: all that is left of `not` where combinations have been taken apart.
    List<JsonNode> excluded() {
        return node.path("not").path("enum").valueStream().toList();
    }

    /// Keywords of a type that are there.
    List<String> keywords(Type type) {
        return node.propertyNames().stream().filter(type.keywords()::contains).toList();
    }

    boolean has(String key) {
        return node.has(key);
    }

    /// The names in `required`.
    Set<String> required() {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode name : node.path("required")) {
            names.add(name.asString(""));
        }
        return names;
    }

    /// The properties, none if there are none.
    ObjectNode properties() {
        JsonNode properties = node.path("properties");
        if (!properties.isMissingNode() && !properties.isObject()) {
            throw wrong("has properties that are no object");
        }
        return properties.isObject() ? (ObjectNode) properties : node.objectNode();
    }

    /// Whether objects may have properties that are not listed. Without a word about them, those of a schema that
    /// lists some may not: an answer is to have what was asked for.
    boolean isOpen() {
        JsonNode more = node.path("additionalProperties");
        return more.isMissingNode() ? properties().isEmpty() : !more.isBoolean() || more.booleanValue();
    }

    /// A count such as `minItems`.
    ///
    /// @param otherwise without it
    int count(String key, int otherwise) {
        JsonNode value = node.path(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        BigDecimal number = number(key);
        if (number.signum() < 0 || number.stripTrailingZeros().scale() > 0) {
            throw wrong("has " + key + " " + value + ", which is no count");
        }
        // No answer is as long as that.
        return number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) >= 0 ? Integer.MAX_VALUE - 1 : number.intValue();
    }

    /// A number such as `minimum`, which must be there.
    BigDecimal number(String key) {
        JsonNode value = node.path(key);
        if (!value.isNumber()) {
            throw wrong("has a " + key + " that is no number");
        }
        BigDecimal number = value.decimalValue();
        if (number.precision() > MOST_DIGITS || Math.abs(number.scale()) > MOST_DIGITS) {
            throw wrong("has a " + key + " of more than " + MOST_DIGITS + " digits");
        }
        return number;
    }

    /// A text such as `pattern`, which must be there.
    String text(String key) {
        JsonNode value = node.path(key);
        if (!value.isString()) {
            throw wrong("has a " + key + " that is no text");
        }
        return value.stringValue();
    }

    /// What is thrown at a user.
    ///
    /// @param what is wrong, after `The schema at …`
    RequestException wrong(String what) {
        return new RequestException("The schema at " + where + " " + what + ".");
    }
}
