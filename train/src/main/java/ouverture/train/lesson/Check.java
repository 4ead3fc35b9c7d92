package ouverture.train.lesson;

import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Decides whether an answer is right.
@FunctionalInterface
public interface Check {
    /// Whether the answer is right.
    boolean accepts(Reply reply);

    /// Exactly these words, but for white space around them.
    static Check exact(String text) {
        return words(answer -> answer.equals(text));
    }

    /// Words with a property; they come without white space around them.
    static Check words(Predicate<String> property) {
        return reply -> reply instanceof Reply.Text(String text) && property.test(text.strip());
    }

    /// An object or list that says the same: order of keys, white space, and how numbers are written do not matter.
    static Check json(String json) {
        return words(answer -> same(answer, json));
    }

    /// A call of this tool with arguments that say the same.
    static Check call(String tool, String arguments) {
        return reply ->
                reply instanceof Reply.Call(String name, String given) && name.equals(tool) && same(given, arguments);
    }

    private static boolean same(String one, String other) {
        JsonMapper mapper = JsonMapper.builder()
                .enable(
                        DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        try {
            return mapper.readTree(one).equals(Check::compare, mapper.readTree(other));
        } catch (JacksonException _) {
            return false;
        }
    }

    private static int compare(JsonNode one, JsonNode other) {
        return one.isNumber() && other.isNumber()
                ? one.decimalValue().compareTo(other.decimalValue())
                : one.equals(other) ? 0 : 1;
    }
}
