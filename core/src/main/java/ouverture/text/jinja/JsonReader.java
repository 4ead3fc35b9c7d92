package ouverture.text.jinja;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Python's `json.loads`, for the filter `from_json`.
final class JsonReader {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private JsonReader() {}

    static Object read(String json, Budget budget) {
        budget.text(json.length());
        @Nullable JsonNode tree;
        try {
            tree = MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw new Failure("from_json cannot read its text as JSON: " + e.getOriginalMessage());
        }
        if (tree == null || tree.isMissingNode()) {
            throw new Failure("from_json cannot read an empty text as JSON");
        }
        return value(tree, budget);
    }

    private static Object value(JsonNode node, Budget budget) {
        budget.step();
        return switch (node.getNodeType()) {
            case OBJECT -> {
                DictValue dict = new DictValue();
                node.properties().forEach(entry -> dict.put(entry.getKey(), value(entry.getValue(), budget)));
                yield dict;
            }
            case ARRAY ->
                new ListValue(
                        node.valueStream().map(item -> value(item, budget)).toList());
            case STRING -> node.stringValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> node.isIntegralNumber() ? integer(node.bigIntegerValue()) : (Object) node.doubleValue();
            case NULL -> None.NONE;
            case BINARY, MISSING, POJO -> throw new IllegalStateException(node.getNodeType() + " in JSON text");
        };
    }

    private static Object integer(BigInteger value) {
        return Numbers.exact(value);
    }
}
