package ouverture.constrain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import ouverture.error.RequestException;
import tools.jackson.databind.JsonNode;

/// Decides whether values that are made to fit one option of `oneOf` can fit another one too, where that can be
/// told from types, listed values and properties.
final class SchemaOverlap {
    /// Properties within properties that are looked at.
    private static final int DEEPEST = 4;

    private SchemaOverlap() {}

    /// Refuses options of which two may fit at once.
    ///
    /// @throws RequestException that names the place
    static void requireNone(List<List<Schema>> options, SchemaRules rules, String where) {
        for (int i = 0; i < options.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (!areApart(options.get(i), options.get(j), rules, 0)) {
                    throw new RequestException("The schema at " + where + " has a oneOf whose options " + j + " and "
                            + i + " may fit the same value; say anyOf, or give each option a property that is"
                            + " required and has a const of its own.");
                }
            }
        }
    }

    private static boolean areApart(List<Schema> some, List<Schema> others, SchemaRules rules, int depth) {
        return some.stream()
                .allMatch(one -> others.stream()
                        .allMatch(other -> misses(one, other, rules, depth) && misses(other, one, rules, depth)));
    }

    /// Whether no value that is made for one schema fits the other.
    private static boolean misses(Schema made, Schema other, SchemaRules rules, int depth) {
        Optional<List<JsonNode>> values = made.values();
        Optional<List<JsonNode>> otherValues = other.values();
        if (values.isPresent() && otherValues.isPresent()) {
            return values.get().stream().noneMatch(otherValues.get()::contains);
        }
        Set<Schema.Type> types = made.types();
        // Without a type, the other one fits whatever its keywords say nothing of.
        List<Schema.Type> shared = new ArrayList<>(other.has("type") ? other.types() : List.of(Schema.Type.values()));
        if (values.isPresent()) {
            return values.get().stream().allMatch(value -> shared.stream().noneMatch(type -> type.fits(value)));
        }
        if (types.contains(Schema.Type.INTEGER) && shared.contains(Schema.Type.NUMBER)
                || types.contains(Schema.Type.NUMBER) && shared.contains(Schema.Type.INTEGER)) {
            return false;
        }
        shared.retainAll(types);
        return shared.isEmpty()
                || shared.equals(List.of(Schema.Type.OBJECT)) && missesObject(made, other, rules, depth);
    }

    private static boolean missesObject(Schema made, Schema other, SchemaRules rules, int depth) {
        if (!made.isOpen()
                && other.required().stream()
                        .anyMatch(name ->
                                !made.properties().has(name) && !made.required().contains(name))) {
            return true;
        }
        if (other.node().path("additionalProperties").equals(other.node().booleanNode(false))
                && made.required().stream().anyMatch(name -> !other.properties().has(name))) {
            return true;
        }
        return depth < DEEPEST
                && made.required().stream()
                        .filter(name -> made.properties().has(name)
                                && other.properties().has(name))
                        .anyMatch(name -> areApart(
                                rules.alternatives(made.properties().get(name), made.where() + "/" + name),
                                rules.alternatives(other.properties().get(name), other.where() + "/" + name),
                                rules,
                                depth + 1));
    }
}
