package ouverture.constrain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.error.RequestException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Turns a JSON Schema (draft 2020-12) into rules: whatever they derive is valid. A keyword that they cannot
/// keep is refused by name.
final class SchemaRules {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int DEEPEST = 200;

    /// Schemas that combinations may come to: two times ten options are a hundred.
    private static final int MOST_COMBINATIONS = 10_000;

    private final Rules rules;
    private final JsonRules json;
    private final JsonNode root;
    /// Rules of schemas as they were written: references lead to the same object.
    private final IdentityHashMap<JsonNode, Expression.Rule> known = new IdentityHashMap<>();
    /// Rules of what was put together, which comes up again as another object with the same content.
    private final Map<JsonNode, Expression.Rule> combined = new HashMap<>();
    private int depth;
    private int combinations;
    /// How often something was negated, which may leave out values that fit.
    private int negations;

    private SchemaRules(JsonRules json, JsonNode root) {
        this.rules = json.rules();
        this.json = json;
        this.root = root;
    }

    /// A value that fits a schema.
    ///
    /// @throws RequestException if it is no schema, has an unsupported keyword, or is too large
    static Expression parse(String schema, JsonRules json) {
        JsonNode root;
        try {
            root = MAPPER.readTree(schema);
        } catch (JacksonException e) {
            throw new RequestException("The schema is not JSON: " + e.getOriginalMessage() + ".", e);
        }
        return new SchemaRules(json, root).value(root, "#");
    }

    JsonRules json() {
        return json;
    }

    /// A value that fits a schema.
    ///
    /// @param where it stands, for messages
    Expression value(JsonNode schema, String where) {
        if (schema.isBoolean()) {
            return schema.booleanValue() ? json.any() : new Expression.Choice(List.of());
        }
        if (!(schema instanceof ObjectNode node)) {
            throw new RequestException(
                    "The schema at " + where + " is " + kind(schema) + "; a schema is an object, true or false.");
        }
        Map<JsonNode, Expression.Rule> same = node.has("allOf") || node.has("not") ? combined : known;
        Expression.Rule rule = same.get(schema);
        if (rule == null) {
            rule = rules.declare("the schema at " + where);
            same.put(schema, rule);
            enter(where);
            rules.define(rule, body(node, where));
            depth--;
        }
        return rule;
    }

    private static String kind(JsonNode schema) {
        return schema.isMissingNode()
                ? "empty"
                : schema.isArray() ? "a list" : schema.isString() ? "a text" : schema.isNull() ? "null" : "a number";
    }

    private void enter(String where) {
        if (++depth > DEEPEST) {
            throw new RequestException("The schema is nested more than " + DEEPEST + " deep, at " + where + ".");
        }
    }

    private Expression body(ObjectNode node, String where) {
        Schema.check(node, where);
        List<String> keywords = node.propertyNames().stream()
                .filter(key -> !Schema.ANNOTATIONS.contains(key) && !key.startsWith("x-"))
                .toList();
        if (keywords.equals(List.of("$ref"))) {
            return value(target(node, where), node.path("$ref").asString(""));
        }
        if (keywords.equals(List.of("anyOf"))) {
            return options(node, "anyOf", where);
        }
        List<Schema> alternatives = alternatives(node, where);
        List<Expression> options = new ArrayList<>();
        SchemaValues values = new SchemaValues(this);
        alternatives.forEach(alternative -> options.add(values.expression(alternative)));
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    private Expression options(ObjectNode node, String key, String where) {
        List<Expression> options = new ArrayList<>();
        for (JsonNode option : list(node, key, where)) {
            options.add(value(option, where + "/" + key + "/" + options.size()));
        }
        return new Expression.Choice(options);
    }

    static JsonNode list(ObjectNode node, String key, String where) {
        JsonNode list = node.path(key);
        if (!list.isArray() || list.isEmpty()) {
            throw new RequestException("The schema at " + where + " has an " + key + " that is no list of schemas.");
        }
        return list;
    }

    /// What a reference points to.
    JsonNode target(ObjectNode node, String where) {
        String reference = node.path("$ref").asString("");
        if (!reference.startsWith("#")) {
            throw new RequestException("The schema at " + where + " has the reference '" + reference
                    + "'; references begin with # and stay in the schema.");
        }
        try {
            String pointer = java.net.URLDecoder.decode(
                    reference.substring(1).replace("+", "%2B"), java.nio.charset.StandardCharsets.UTF_8);
            JsonNode target = root.at(JsonPointer.compile(pointer));
            if (!target.isMissingNode()) {
                return target;
            }
        } catch (IllegalArgumentException e) {
            throw new RequestException(
                    "The schema at " + where + " has the reference '" + reference + "', which is no JSON pointer.", e);
        }
        throw new RequestException(
                "The schema at " + where + " refers to '" + reference + "', which the schema does not have.");
    }

    /// Schemas without references and combinations of which one must fit. Each fits nothing else than the whole.
    List<Schema> alternatives(JsonNode schema, String where) {
        if (schema.isBoolean()) {
            return schema.booleanValue() ? List.of(anything(where)) : List.of();
        }
        if (!(schema instanceof ObjectNode node)) {
            throw new RequestException(
                    "The schema at " + where + " is " + kind(schema) + "; a schema is an object, true or false.");
        }
        Schema.check(node, where);
        enter(where);
        List<Schema> all = List.of(SchemaConditions.own(node, where));
        if (node.has("$ref")) {
            all = both(all, alternatives(target(node, where), node.path("$ref").asString("")));
        }
        if (node.has("allOf")) {
            int index = 0;
            for (JsonNode part : list(node, "allOf", where)) {
                all = both(all, alternatives(part, where + "/allOf/" + index++));
            }
        }
        if (node.has("anyOf")) {
            all = both(
                    all,
                    any(node, "anyOf", where).stream().flatMap(List::stream).toList());
        }
        if (node.has("oneOf")) {
            int before = negations;
            List<List<Schema>> options = any(node, "oneOf", where);
            SchemaOverlap.requireNone(options, this, where);
            if (negations > before) {
                throw new RequestException(
                        "The schema at " + where + " has a oneOf whose options use not or if, so that"
                                + " it cannot be told whether two of them fit the same value; say anyOf.");
            }
            all = both(all, options.stream().flatMap(List::stream).toList());
        }
        all = new SchemaConditions(this).added(all, node, where);
        depth--;
        return all;
    }

    /// Schemas that fit only what a schema does not fit.
    List<Schema> negated(JsonNode schema, String where) {
        negations++;
        enter(where);
        List<Schema> negated = new SchemaNegation(this).of(schema, where);
        depth--;
        return negated;
    }

    /// A schema that allows all values.
    static Schema anything(String where) {
        return new Schema(MAPPER.createObjectNode(), where);
    }

    private List<List<Schema>> any(ObjectNode node, String key, String where) {
        List<List<Schema>> options = new ArrayList<>();
        for (JsonNode option : list(node, key, where)) {
            options.add(alternatives(option, where + "/" + key + "/" + options.size()));
        }
        return options;
    }

    /// Each of some schemas together with each of others, as far as something can fit both.
    List<Schema> both(List<Schema> some, List<Schema> others) {
        List<Schema> both = new ArrayList<>();
        for (Schema one : some) {
            for (Schema other : others) {
                if (++combinations > MOST_COMBINATIONS) {
                    throw new RequestException("The schema combines more than " + MOST_COMBINATIONS + " options at "
                            + other.where() + "; take some of them out of allOf.");
                }
                Optional<Schema> merged = SchemaMerge.merge(one, other);
                merged.ifPresent(both::add);
            }
        }
        return both;
    }
}
