package ouverture.constrain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ouverture.error.RequestException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Lists of one schema: elements by their place, how many there are, how many fit `contains`, and whether all
/// must differ.
final class SchemaArrays {
    /// Values of which a list's elements may be made where all must differ: a rule for each set of those that
    /// came.
    private static final int MOST_UNIQUE = 10;

    /// Rules that count elements and those of them that fit `contains`.
    private static final int MOST_COUNTED = 10_000;

    private final SchemaRules schemas;
    private final Schema schema;
    private final JsonRules json;
    private final int min;
    private final int max;
    private final JsonNode first;
    private final JsonNode items;

    SchemaArrays(SchemaRules schemas, Schema schema) {
        this.schemas = schemas;
        this.schema = schema;
        this.json = schemas.json();
        this.min = schema.count("minItems", 0);
        this.max = schema.count("maxItems", Expression.UNLIMITED);
        this.first = schema.node().path("prefixItems");
        this.items = schema.node().path("items");
        if (items.isArray()) {
            throw schema.wrong("has a list as items; since draft 2020-12 that is prefixItems");
        }
        if (!first.isMissingNode() && !first.isArray()) {
            throw schema.wrong("has prefixItems that are no list");
        }
    }

    Expression expression() {
        if (max != Expression.UNLIMITED && max < min) {
            return new Expression.Choice(List.of());
        }
        boolean isUnique =
                schema.node().path("uniqueItems").asBoolean(false) && (max == Expression.UNLIMITED || max > 1);
        if (isUnique) {
            return json.brackets(new Unique(listed()).rest(0));
        }
        if (schema.has("contains")) {
            return json.brackets(new Counted().rest(0, 0));
        }
        List<Expression> elements = new ArrayList<>();
        for (JsonNode item : first) {
            elements.add(schemas.value(item, schema.where() + "/prefixItems/" + elements.size()));
        }
        Expression more = items.isMissingNode()
                ? (isOpen() ? json.any() : new Expression.Choice(List.of()))
                : schemas.value(items, schema.where() + "/items");
        return json.brackets(elements(elements, 0, more));
    }

    /// Whether a list without a word about its further elements may have some.
    private boolean isOpen() {
        return first.isEmpty() || min > first.size();
    }

    /// The elements from `index` on, the first of which belong to a tuple.
    private Expression elements(List<Expression> tuple, int index, Expression more) {
        if (index == max) {
            return Expression.NOTHING;
        }
        Expression rest;
        if (index < tuple.size()) {
            rest = Expression.sequence(comma(index), tuple.get(index), elements(tuple, index + 1, more));
        } else {
            int least = Math.max(0, min - index);
            int most = max == Expression.UNLIMITED ? max : max - index;
            Expression next = Expression.sequence(json.comma(), more);
            if (index > 0) {
                return new Expression.Repeat(next, least, most);
            }
            rest = json.list(more, Math.max(0, least - 1), most == Expression.UNLIMITED ? most : most - 1);
        }
        return index < min ? rest : Expression.optional(rest);
    }

    private Expression comma(int index) {
        return index == 0 ? Expression.NOTHING : json.comma();
    }

    /// The values that elements may have, each once.
    private List<JsonNode> listed() {
        if (!first.isEmpty() || schema.has("contains")) {
            throw schema.wrong("has uniqueItems beside " + (schema.has("contains") ? "contains" : "prefixItems")
                    + ", which is not supported, so answers could not be held to it");
        }
        List<JsonNode> values = new ArrayList<>();
        for (Schema option : items.isMissingNode()
                ? List.of(SchemaRules.anything(schema.where()))
                : schemas.alternatives(items, schema.where() + "/items")) {
            for (JsonNode value : values(option)) {
                if (values.stream().noneMatch(known -> known.equals(SchemaArrays::compare, value))) {
                    values.add(value);
                }
            }
        }
        if (values.size() > MOST_UNIQUE) {
            throw unique();
        }
        return values;
    }

    private List<JsonNode> values(Schema option) {
        if (option.values().isPresent()) {
            return option.values().get();
        }
        ObjectNode factory = option.node();
        List<JsonNode> values = new ArrayList<>();
        for (Schema.Type type : option.types()) {
            switch (type) {
                case BOOLEAN -> values.addAll(List.of(factory.booleanNode(true), factory.booleanNode(false)));
                case NULL -> values.add(factory.nullNode());
                default -> throw unique();
            }
        }
        return values;
    }

    private RequestException unique() {
        return schema.wrong("has uniqueItems, which is supported only for elements of at most " + MOST_UNIQUE
                + " listed values, so answers could not be held to it");
    }

    /// Numbers are equal by their value, however they are written.
    private static int compare(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue());
        }
        return one.equals(other) ? 0 : 1;
    }

    /// Elements that differ: a rule for each set of values that have come.
    private final class Unique {
        private final List<JsonNode> values;
        private final Map<Integer, Expression> known = new HashMap<>();

        private Unique(List<JsonNode> values) {
            this.values = values;
        }

        /// What may follow a set of values, a bit for each.
        private Expression rest(int came) {
            Expression rule = known.get(came);
            if (rule == null) {
                int count = Integer.bitCount(came);
                List<Expression> options = new ArrayList<>(count >= min ? List.of(Expression.NOTHING) : List.of());
                for (int i = 0; i < values.size() && count != max; i++) {
                    if ((came >> i & 1) == 0) {
                        options.add(Expression.sequence(comma(count), json.value(values.get(i)), rest(came | 1 << i)));
                    }
                }
                rule = json.rules().add("the elements of " + schema.where(), new Expression.Choice(options));
                known.put(came, rule);
            }
            return rule;
        }
    }

    /// Elements of which some fit `contains`: a rule for each number of elements and of such.
    private final class Counted {
        private final JsonNode contains = schema.node().path("contains");
        private final int least = schema.count("minContains", 1);
        private final int most = schema.count("maxContains", Expression.UNLIMITED);
        /// Counts beyond make no difference.
        private final int lastPlace = max == Expression.UNLIMITED ? Math.max(Math.max(min, first.size()), 1) : max;
        private final int lastMatch = most == Expression.UNLIMITED ? least : most;
        private final Map<List<Integer>, Expression.Rule> known = new HashMap<>();
        private final Map<List<Integer>, Expression> elements = new HashMap<>();

        private Expression rest(int count, int matches) {
            List<Integer> key = List.of(count, matches);
            Expression.Rule rule = known.get(key);
            if (rule == null) {
                if (known.size() == MOST_COUNTED) {
                    throw schema.wrong("has contains beside so many elements that counting them takes more than "
                            + MOST_COUNTED + " rules; make its bounds smaller");
                }
                rule = json.rules().declare("the elements of " + schema.where());
                known.put(key, rule);
                json.rules().define(rule, body(count, matches));
            }
            return rule;
        }

        private Expression body(int count, int matches) {
            List<Expression> options = new ArrayList<>();
            if (count >= min && matches >= least) {
                options.add(Expression.NOTHING);
            }
            if (max == Expression.UNLIMITED || count < max) {
                int next = Math.min(count + 1, lastPlace);
                if (matches < lastMatch) {
                    options.add(Expression.sequence(comma(count), element(count, 1), rest(next, matches + 1)));
                }
                // Without a maximum an element that fits need not be counted.
                int other = most == Expression.UNLIMITED ? 0 : -1;
                options.add(Expression.sequence(comma(count), element(count, other), rest(next, matches)));
            }
            return new Expression.Choice(options);
        }

        /// An element by its place: one that fits `contains` (1), that does not (-1), or any (0).
        private Expression element(int place, int fits) {
            int kind = Math.min(place, first.size());
            return elements.computeIfAbsent(List.of(kind, fits), _ -> {
                JsonNode own = kind < first.size() ? first.get(kind) : items;
                if (own.isMissingNode()) {
                    own = schema.node().booleanNode(isOpen());
                }
                ObjectNode both = schema.node().objectNode();
                both.putArray("allOf").add(own);
                if (fits > 0) {
                    both.withArray("allOf").add(contains);
                } else if (fits < 0) {
                    both.withArray("allOf").addObject().set("not", contains);
                }
                return schemas.value(both, schema.where() + "/contains");
            });
        }
    }
}
