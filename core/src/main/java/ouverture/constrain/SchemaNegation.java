package ouverture.constrain;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Finds schemas for what a schema forbids, keyword by keyword (De Morgan). Values that they allow never fit the
/// schema; a few that do not fit it are left out too, such as fractions where it wants whole numbers.
final class SchemaNegation {
    private static final Set<Schema.Type> TYPES = EnumSet.complementOf(EnumSet.of(Schema.Type.INTEGER));

    private final SchemaRules schemas;

    SchemaNegation(SchemaRules schemas) {
        this.schemas = schemas;
    }

    /// Schemas of which one must fit.
    ///
    /// @throws RequestException if a keyword cannot be negated
    List<Schema> of(JsonNode schema, String where) {
        if (!(schema instanceof ObjectNode node)) {
            // Whatever is no schema is refused there, by name.
            return schemas.alternatives(schema, where).isEmpty() ? List.of(SchemaRules.anything(where)) : List.of();
        }
        Schema.check(node, where);
        List<Schema> options = new ArrayList<>();
        for (String key : node.propertyNames()) {
            if (!Schema.ANNOTATIONS.contains(key) && !key.startsWith("x-")) {
                options.addAll(of(node, key, new Schema(node, where)));
            }
        }
        return options;
    }

    private List<Schema> of(ObjectNode node, String key, Schema schema) {
        String where = schema.where();
        return switch (key) {
            case "type" -> List.of(types(without(schema.types()), schema));
            case "enum", "const" -> values(new Schema(node.objectNode().set(key, node.get(key)), where));
            case "required" ->
                schema.required().stream()
                        .map(name -> typed(SchemaConditions.absent(node, name, where), Schema.Type.OBJECT))
                        .toList();
            case "properties" -> properties(schema);
            case "minimum" -> List.of(bound(schema, Schema.Type.NUMBER, "exclusiveMaximum", schema.number(key)));
            case "maximum" -> List.of(bound(schema, Schema.Type.NUMBER, "exclusiveMinimum", schema.number(key)));
            case "exclusiveMinimum" -> List.of(bound(schema, Schema.Type.NUMBER, "maximum", schema.number(key)));
            case "exclusiveMaximum" -> List.of(bound(schema, Schema.Type.NUMBER, "minimum", schema.number(key)));
            case "minLength" -> below(schema, key, Schema.Type.STRING, "maxLength");
            case "minItems" -> below(schema, key, Schema.Type.ARRAY, "maxItems");
            case "minProperties" -> below(schema, key, Schema.Type.OBJECT, "maxProperties");
            case "maxLength" -> above(schema, key, Schema.Type.STRING, "minLength");
            case "maxItems" -> above(schema, key, Schema.Type.ARRAY, "minItems");
            case "maxProperties" -> above(schema, key, Schema.Type.OBJECT, "minProperties");
            case "$ref" -> schemas.negated(schemas.target(node, where), schema.text(key));
            case "not" -> schemas.alternatives(node.get(key), where + "/not");
            case "allOf" -> all(node, where);
            case "anyOf" -> any(node, where);
            default ->
                throw new RequestException("The schema at " + where + " has the keyword " + key
                        + " inside of not or if, which is not supported; say what fits in other words.");
        };
    }

    private static Set<Schema.Type> without(Set<Schema.Type> types) {
        Set<Schema.Type> others = EnumSet.copyOf(TYPES);
        others.removeAll(types);
        if (types.contains(Schema.Type.INTEGER)) {
            // No rule says which numbers are not whole.
            others.remove(Schema.Type.NUMBER);
        }
        return others;
    }

    private static Schema types(Set<Schema.Type> types, Schema schema) {
        ObjectNode node = schema.node().objectNode();
        types.forEach(type -> node.withArray("type").add(type.word()));
        if (types.isEmpty()) {
            node.putArray("type");
        }
        return new Schema(node, schema.where());
    }

    private static Schema typed(Schema schema, Schema.Type type) {
        schema.node().put("type", type.word());
        return schema;
    }

    private static Schema bound(Schema schema, Schema.Type type, String key, BigDecimal value) {
        ObjectNode node = schema.node().objectNode();
        node.put("type", type.word()).put(key, value);
        return new Schema(node, schema.where());
    }

    private static List<Schema> below(Schema schema, String key, Schema.Type type, String other) {
        int count = schema.count(key, 0);
        return count == 0 ? List.of() : List.of(bound(schema, type, other, BigDecimal.valueOf(count - 1L)));
    }

    private static List<Schema> above(Schema schema, String key, Schema.Type type, String other) {
        return List.of(bound(schema, type, other, BigDecimal.valueOf(schema.count(key, 0) + 1L)));
    }

    /// Values other than those that are listed.
    private static List<Schema> values(Schema schema) {
        List<JsonNode> values = schema.values().orElseThrow();
        Set<Schema.Type> free = EnumSet.copyOf(TYPES);
        TreeSet<BigDecimal> numbers = new TreeSet<>();
        ObjectNode texts = schema.node().objectNode();
        ObjectNode flags = schema.node().objectNode();
        for (JsonNode value : values) {
            Schema.Type type =
                    TYPES.stream().filter(each -> each.fits(value)).findFirst().orElseThrow();
            free.remove(type);
            switch (type) {
                case STRING -> texts.withObject("not").withArray("enum").add(value);
                case NUMBER -> numbers.add(value.decimalValue());
                case BOOLEAN -> flags.withArray("enum").add(!value.booleanValue());
                case OBJECT, ARRAY ->
                    throw schema.wrong("lists an object or a list inside of not or if, which is not supported; say what"
                            + " fits in other words");
                case NULL, INTEGER -> {}
            }
        }
        List<Schema> others = new ArrayList<>(List.of(types(free, schema)));
        if (!texts.isEmpty()) {
            others.add(typed(new Schema(texts, schema.where()), Schema.Type.STRING));
        }
        if (flags.path("enum").size() == 1) {
            others.add(new Schema(flags, schema.where()));
        }
        @Nullable BigDecimal below = null;
        for (BigDecimal number : numbers) {
            others.add(between(below, number, schema));
            below = number;
        }
        if (below != null) {
            others.add(between(below, null, schema));
        }
        return others;
    }

    private static Schema between(@Nullable BigDecimal low, @Nullable BigDecimal high, Schema schema) {
        ObjectNode node = schema.node().objectNode();
        if (low != null) {
            node.put("exclusiveMinimum", low);
        }
        if (high != null) {
            node.put("exclusiveMaximum", high);
        }
        return typed(new Schema(node, schema.where()), Schema.Type.NUMBER);
    }

    /// Objects that have a property which does not fit.
    private static List<Schema> properties(Schema schema) {
        List<Schema> options = new ArrayList<>();
        schema.properties().propertyStream().forEach(property -> {
            ObjectNode node = schema.node().objectNode();
            node.withArray("required").add(property.getKey());
            node.withObject("properties").withObject(property.getKey()).set("not", property.getValue());
            node.put("additionalProperties", true);
            options.add(typed(new Schema(node, schema.where()), Schema.Type.OBJECT));
        });
        return options;
    }

    private List<Schema> all(ObjectNode node, String where) {
        List<Schema> options = new ArrayList<>();
        int index = 0;
        for (JsonNode part : SchemaRules.list(node, "allOf", where)) {
            options.addAll(schemas.negated(part, where + "/allOf/" + index++));
        }
        return options;
    }

    private List<Schema> any(ObjectNode node, String where) {
        List<Schema> options = List.of(SchemaRules.anything(where));
        int index = 0;
        for (JsonNode part : SchemaRules.list(node, "anyOf", where)) {
            options = schemas.both(options, schemas.negated(part, where + "/anyOf/" + index++));
        }
        return options;
    }
}
