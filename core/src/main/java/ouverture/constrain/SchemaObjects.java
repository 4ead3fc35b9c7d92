package ouverture.constrain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Objects of one schema. The listed properties come in the order of the schema, those that are not listed after
/// them.
final class SchemaObjects {
    /// Characters of a listed name at most, where others are allowed too and have to differ from it.
    private static final int LONGEST_NAME = 500;

    private final SchemaRules schemas;
    private final Schema schema;
    private final JsonRules json;
    private final List<Member> members = new ArrayList<>();
    private final int min;
    private final int max;

    private record Member(String name, JsonNode schema, boolean isRequired) {}

    SchemaObjects(SchemaRules schemas, Schema schema) {
        this.schemas = schemas;
        this.schema = schema;
        this.json = schemas.json();
        this.min = schema.count("minProperties", 0);
        this.max = schema.count("maxProperties", Expression.UNLIMITED);
        Set<String> required = schema.required();
        ObjectNode properties = schema.properties();
        properties
                .propertyStream()
                .forEach(property -> members.add(
                        new Member(property.getKey(), property.getValue(), required.contains(property.getKey()))));
        JsonNode more = schema.node().path("additionalProperties");
        for (String name : required) {
            if (!properties.has(name)) {
                JsonNode own = more.isMissingNode() ? properties.booleanNode(schema.isOpen()) : more;
                members.add(new Member(name, own, true));
            }
        }
    }

    Expression expression() {
        Optional<Expression> other = other();
        long required = members.stream().filter(Member::isRequired).count();
        if (other.isPresent() && min > required) {
            throw schema.wrong("has minProperties " + min + " and allows properties that it does not list, whose number"
                    + " cannot be told; list them");
        }
        boolean counts = min > required || max != Expression.UNLIMITED;
        int most = counts ? members.size() : 1;
        Expression[] rest = new Expression[most + 1];
        for (int count = 0; count <= most; count++) {
            rest[count] = end(count, other);
        }
        for (int index = members.size() - 1; index >= 0; index--) {
            Expression[] longer = new Expression[most + 1];
            for (int count = 0; count <= Math.min(index, most); count++) {
                longer[count] = json.rules()
                        .add("the members of " + schema.where(), from(members.get(index), count, rest, most));
            }
            rest = longer;
        }
        return json.braces(rest[0]);
    }

    /// The members from one on.
    ///
    /// @param count members before it
    /// @param rest what follows it, by the count then
    private Expression from(Member member, int count, Expression[] rest, int most) {
        List<Expression> options = new ArrayList<>();
        if (count != max) {
            options.add(Expression.sequence(
                    count == 0 ? Expression.NOTHING : json.comma(),
                    json.key(member.name),
                    schemas.value(member.schema, schema.where() + "/properties/" + member.name),
                    rest[Math.min(count + 1, most)]));
        }
        if (!member.isRequired) {
            options.add(rest[count]);
        }
        return new Expression.Choice(options);
    }

    /// What follows the listed members.
    private Expression end(int count, Optional<Expression> other) {
        if (other.isEmpty()) {
            return count < least() ? new Expression.Choice(List.of()) : Expression.NOTHING;
        }
        int left = max == Expression.UNLIMITED ? max : max - count;
        if (left == 0) {
            return Expression.NOTHING;
        }
        return count == 0
                ? Expression.optional(json.list(other.get(), 0, left == Expression.UNLIMITED ? left : left - 1))
                : new Expression.Repeat(Expression.sequence(json.comma(), other.get()), 0, left);
    }

    /// Members that must have come, where they are counted.
    private int least() {
        long required = members.stream().filter(Member::isRequired).count();
        return min > required ? min : 0;
    }

    /// A member that is not listed, where there may be some.
    private Optional<Expression> other() {
        JsonNode patterns = schema.node().path("patternProperties");
        JsonNode more = schema.node().path("additionalProperties");
        if (!patterns.isMissingNode() && !patterns.isEmpty()) {
            boolean alone = patterns.size() == 1 && more.equals(schema.node().booleanNode(false));
            String pattern = patterns.propertyNames().iterator().next();
            if (!alone || members.stream().anyMatch(member -> SchemaStrings.finds(pattern, member.name))) {
                throw schema.wrong("has patternProperties, which are supported only where there is one pattern, no"
                        + " listed property that it fits, and additionalProperties is false");
            }
            Expression value = schemas.value(patterns.get(pattern), schema.where() + "/patternProperties/" + pattern);
            return Optional.of(Expression.sequence(SchemaStrings.pattern(pattern, json), json.colon(), value));
        }
        if (!schema.isOpen()) {
            return Optional.empty();
        }
        Expression value = more.isObject() ? schemas.value(more, schema.where() + "/additionalProperties") : json.any();
        List<String> names = members.stream().map(Member::name).toList();
        if (names.stream().anyMatch(name -> name.length() > LONGEST_NAME)) {
            throw schema.wrong("has a property of more than " + LONGEST_NAME
                    + " characters and allows others, which is not supported");
        }
        return Optional.of(Expression.sequence(SchemaStrings.otherThan(names, json), json.colon(), value));
    }
}
