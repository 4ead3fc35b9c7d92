package ouverture.constrain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ouverture.error.RequestException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Keywords that make one part of a schema depend on another one: `not`, `if`, `dependentRequired`,
/// `dependentSchemas` and `propertyNames`. Each is said by options without them.
final class SchemaConditions {
    private final SchemaRules schemas;

    SchemaConditions(SchemaRules schemas) {
        this.schemas = schemas;
    }

    /// What a schema says without its combinations.
    ///
    /// @throws RequestException if it says something of names that cannot be held
    static Schema own(ObjectNode node, String where) {
        ObjectNode own = node.objectNode().setAll(node);
        Schema.COMBINING.forEach(own::remove);
        Schema schema = new Schema(own, where);
        if ((node.has("not") || node.has("if")) && !node.has("type") && !node.has("$ref")) {
            // What is put beside it must not bring other types in than those that it speaks of.
            Set<Schema.Type> types = new Schema(node, where).types();
            if (types.size() < Schema.Type.values().length) {
                types.forEach(type -> own.withArray("type").add(type.word()));
            }
        }
        if (own.has("contains")) {
            // Said openly, so that schemas taken together keep the larger one.
            if (!own.has("minContains")) {
                own.put("minContains", 1);
            }
        } else {
            own.remove("minContains");
            own.remove("maxContains");
        }
        if (own.has("propertyNames")) {
            names(schema, own.get("propertyNames"));
            own.remove("propertyNames");
        }
        return schema;
    }

    /// Says `propertyNames` in other words: listed names are properties, a pattern is a pattern of properties.
    private static void names(Schema schema, JsonNode names) {
        ObjectNode own = schema.node();
        JsonNode more = own.path("additionalProperties");
        boolean isString = names.path("type").asString("string").equals("string");
        Set<String> keywords = Set.copyOf(names.propertyNames());
        if (names.isBoolean() && names.booleanValue()
                || isString && Set.of("type").containsAll(keywords)) {
            return;
        }
        if (isString && Set.of("type", "enum", "const").containsAll(keywords) && !own.has("patternProperties")) {
            List<JsonNode> listed =
                    new Schema((ObjectNode) names, schema.where()).values().orElseThrow();
            ObjectNode properties = own.objectNode();
            schema.properties()
                    .propertyStream()
                    .forEach(property -> properties.set(
                            property.getKey(),
                            listed.contains(own.stringNode(property.getKey()))
                                    ? property.getValue()
                                    : own.booleanNode(false)));
            if (schema.isOpen()) {
                listed.stream()
                        .map(JsonNode::asString)
                        .filter(name -> !properties.has(name))
                        .forEach(name -> properties.set(name, more.isMissingNode() ? own.booleanNode(true) : more));
            }
            own.set("properties", properties);
            own.put("additionalProperties", false);
            return;
        }
        boolean isPattern = isString && Set.of("type", "pattern").containsAll(keywords);
        if (!isPattern || own.has("properties") || own.has("patternProperties")) {
            throw schema.wrong("has propertyNames, which are supported only with an enum of names, or with one pattern"
                    + " where no properties are listed");
        }
        if (schema.isOpen()) {
            ObjectNode patterns = own.objectNode();
            patterns.set(names.get("pattern").asString(), more.isMissingNode() ? own.booleanNode(true) : more);
            own.set("patternProperties", patterns);
            own.put("additionalProperties", false);
        }
    }

    /// Options with what the conditions of a schema add to each.
    List<Schema> added(List<Schema> options, ObjectNode node, String where) {
        List<Schema> all = options;
        if (node.has("not")) {
            all = schemas.both(all, schemas.negated(node.get("not"), where + "/not"));
        }
        if (node.has("if")) {
            List<Schema> either = new ArrayList<>(
                    schemas.both(schemas.alternatives(node.get("if"), where + "/if"), branch(node, "then", where)));
            either.addAll(schemas.both(schemas.negated(node.get("if"), where + "/if"), branch(node, "else", where)));
            all = schemas.both(all, either);
        }
        for (Map.Entry<String, JsonNode> entry : entries(node, "dependentRequired", where)) {
            ObjectNode with = required(node, entry.getKey());
            entry.getValue().forEach(with.withArray("required")::add);
            all = schemas.both(all, List.of(absent(node, entry.getKey(), where), new Schema(with, where)));
        }
        for (Map.Entry<String, JsonNode> entry : entries(node, "dependentSchemas", where)) {
            List<Schema> either = new ArrayList<>(schemas.both(
                    List.of(new Schema(required(node, entry.getKey()), where)),
                    schemas.alternatives(entry.getValue(), where + "/dependentSchemas/" + entry.getKey())));
            either.add(absent(node, entry.getKey(), where));
            all = schemas.both(all, either);
        }
        return all;
    }

    private List<Schema> branch(ObjectNode node, String key, String where) {
        return node.has(key)
                ? schemas.alternatives(node.get(key), where + "/" + key)
                : List.of(SchemaRules.anything(where));
    }

    private static List<Map.Entry<String, JsonNode>> entries(ObjectNode node, String key, String where) {
        JsonNode value = node.path(key);
        if (!value.isMissingNode() && !value.isObject()) {
            throw new RequestException("The schema at " + where + " has " + key + " that are no object.");
        }
        return value.propertyStream().toList();
    }

    private static ObjectNode required(ObjectNode factory, String name) {
        ObjectNode required = factory.objectNode();
        required.putArray("required").add(name);
        return required;
    }

    /// Objects without a property.
    static Schema absent(ObjectNode factory, String name, String where) {
        ObjectNode absent = factory.objectNode();
        absent.putObject("properties").put(name, false);
        absent.put("additionalProperties", true);
        return new Schema(absent, where);
    }
}
