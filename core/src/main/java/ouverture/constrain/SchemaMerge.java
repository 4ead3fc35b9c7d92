package ouverture.constrain;

import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import ouverture.error.RequestException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Takes schemas together that must all hold: one schema that says the same.
final class SchemaMerge {
    private SchemaMerge() {}

    /// The schema that says what both say; empty if nothing can fit both.
    ///
    /// @throws RequestException if that cannot be said in one schema
    static Optional<Schema> merge(Schema one, Schema other) {
        ObjectNode merged = one.node().objectNode().setAll(one.node());
        for (String key : other.node().propertyNames()) {
            JsonNode mine = one.node().path(key);
            JsonNode its = other.node().path(key);
            boolean apart = Schema.ANNOTATIONS.contains(key)
                    || key.startsWith("x-")
                    || key.equals("properties")
                    || key.equals("additionalProperties");
            if (apart || mine.equals(its)) {
                continue;
            }
            if (mine.isMissingNode()) {
                merged.set(key, its);
                continue;
            }
            switch (key) {
                case "type" -> merged.set(key, types(one, other));
                case "enum" -> merged.set(key, values(one, other));
                case "const" -> {
                    return Optional.empty();
                }
                case "required" -> merged.set(key, required(one, other));
                case "items" -> merged.set(key, all(merged, mine, its));
                case "not" -> merged.set(key, excluded(one, other));
                case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains" ->
                    merged.set(key, compare(one, other, key) >= 0 ? mine : its);
                case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains" ->
                    merged.set(key, compare(one, other, key) <= 0 ? mine : its);
                default ->
                    throw other.wrong("says " + key + " again, and the two cannot be taken together; say it once");
            }
        }
        mergeProperties(one, other, merged);
        return merged.path("type").isArray() && merged.path("type").isEmpty()
                ? Optional.empty()
                : Optional.of(new Schema(merged, other.where()));
    }

    /// What one of them says of all properties that it does not list, the other one's are held to.
    private static void mergeProperties(Schema one, Schema other, ObjectNode merged) {
        JsonNode mine = one.node().path("additionalProperties");
        JsonNode its = other.node().path("additionalProperties");
        ObjectNode properties = merged.objectNode();
        one.properties().propertyStream().forEach(property -> {
            JsonNode again = other.properties().path(property.getKey());
            properties.set(property.getKey(), all(merged, property.getValue(), again.isMissingNode() ? its : again));
        });
        other.properties().propertyStream().forEach(property -> {
            if (!properties.has(property.getKey())) {
                properties.set(property.getKey(), all(merged, property.getValue(), mine));
            }
        });
        if (!properties.isEmpty()) {
            merged.set("properties", properties);
        }
        JsonNode more = all(merged, mine, its);
        if (!more.isMissingNode()) {
            merged.set("additionalProperties", more);
        } else if (one.isOpen() && other.isOpen() && !properties.isEmpty()) {
            merged.put("additionalProperties", true);
        }
    }

    private static ObjectNode excluded(Schema one, Schema other) {
        Set<JsonNode> texts = new LinkedHashSet<>(one.excluded());
        texts.addAll(other.excluded());
        ObjectNode not = one.node().objectNode();
        texts.forEach(not.putArray("enum")::add);
        return not;
    }

    private static int compare(Schema one, Schema other, String key) {
        BigDecimal mine = one.number(key);
        return mine.compareTo(other.number(key));
    }

    private static ArrayNode types(Schema one, Schema other) {
        Set<String> types = new TreeSet<>();
        for (Schema.Type mine : one.types()) {
            for (Schema.Type its : other.types()) {
                if (mine == its || mine == Schema.Type.INTEGER && its == Schema.Type.NUMBER) {
                    types.add(mine.word());
                } else if (mine == Schema.Type.NUMBER && its == Schema.Type.INTEGER) {
                    types.add(its.word());
                }
            }
        }
        ArrayNode list = one.node().arrayNode();
        types.forEach(list::add);
        return list;
    }

    private static ArrayNode values(Schema one, Schema other) {
        ArrayNode list = one.node().arrayNode();
        List<JsonNode> known = other.values().orElseThrow();
        one.values().orElseThrow().stream().filter(known::contains).forEach(list::add);
        return list;
    }

    private static ArrayNode required(Schema one, Schema other) {
        Set<String> names = new LinkedHashSet<>(one.required());
        names.addAll(other.required());
        ArrayNode list = one.node().arrayNode();
        names.forEach(list::add);
        return list;
    }

    /// A schema that says both; one that is missing says nothing.
    private static JsonNode all(ObjectNode factory, JsonNode mine, JsonNode its) {
        if (its.isMissingNode() || its.equals(factory.booleanNode(true))) {
            return mine;
        }
        if (mine.isMissingNode() || mine.equals(factory.booleanNode(true)) || mine.equals(its)) {
            return its;
        }
        // Each only once, so that schemas that use each other come back to what was there before.
        Set<JsonNode> parts = new LinkedHashSet<>(parts(mine));
        parts.addAll(parts(its));
        ObjectNode both = factory.objectNode();
        parts.forEach(both.putArray("allOf")::add);
        return both;
    }

    private static List<JsonNode> parts(JsonNode schema) {
        return schema.size() == 1 && schema.path("allOf").isArray()
                ? schema.get("allOf").valueStream().toList()
                : List.of(schema);
    }
}
