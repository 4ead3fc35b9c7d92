package ouverture.text.harmony;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;

/// JSON schemas as types in the manner of TypeScript, to the letter of the reference library: its indentation,
/// and which comments it puts where, are what the models have seen.
///
/// Keywords that it does not know, `$ref` among them, count for nothing; what has no known type is `any`.
final class TypeScript {
    private static final int DEEPEST = 128;
    private static final int LONGEST = 8 << 20;

    private final String function;
    private final StringBuilder out;
    private int depth;

    /// @param function whose schema it is, for messages
    /// @param out where types are appended
    TypeScript(String function, StringBuilder out) {
        this.function = function;
        this.out = out;
    }

    /// Appends the type of a schema.
    ///
    /// @throws RequestException if it is nested too deep or too long
    void type(@Nullable Object schema, String indent) {
        if (++depth > DEEPEST) {
            throw new RequestException("The schema of the function " + function + " is nested deeper than " + DEEPEST
                    + " types; simplify it.");
        }
        if (out.length() > LONGEST) {
            throw new RequestException("The declarations of tools up to the function " + function + " have more than "
                    + LONGEST + " characters; shorten them.");
        }
        if (schema instanceof Map<?, ?> map) {
            type(map, indent);
        } else {
            out.append("any");
        }
        depth--;
    }

    private void type(Map<?, ?> schema, String indent) {
        if (schema.get("oneOf") instanceof List<?> variants) {
            union(variants, indent);
            return;
        }
        Object type = schema.get("type");
        if (type instanceof List<?> types) {
            List<String> names = types.stream()
                    .filter(String.class::isInstance)
                    .map(name -> name.equals("integer") ? "number" : (String) name)
                    .toList();
            out.append(names.isEmpty() ? "any" : String.join(" | ", names));
            return;
        }
        switch (type instanceof String name ? name : "") {
            case "object" -> object(schema, indent);
            case "string" -> out.append(choices(schema));
            case "number", "integer" -> out.append("number");
            case "boolean" -> out.append("boolean");
            case "array" -> {
                if (schema.containsKey("items")) {
                    type(schema.get("items"), indent);
                    out.append("[]");
                } else {
                    out.append("Array<any>");
                }
            }
            default -> out.append("any");
        }
    }

    private static String choices(Map<?, ?> schema) {
        if (schema.get("enum") instanceof List<?> values) {
            List<String> quoted = values.stream()
                    .filter(String.class::isInstance)
                    .map(value -> '"' + (String) value + '"')
                    .toList();
            return quoted.isEmpty() ? "string" : String.join(" | ", quoted);
        }
        return "string";
    }

    /// Alternatives that are no property, each on a line of its own.
    private void union(List<?> variants, String indent) {
        for (Object variant : variants) {
            out.append('\n').append(indent).append(" | ");
            nullableType(variant, indent + "   ");
            List<String> comments = new ArrayList<>();
            if (variant instanceof Map<?, ?> map) {
                if (map.get("description") instanceof String description) {
                    comments.add(description);
                }
                if (map.containsKey("default")) {
                    boolean plain = map.get("default") instanceof String && !hasChoices(map);
                    comments.add(plain ? defaultComment(map) : "default: " + CompactJson.of(map.get("default")));
                }
            }
            comment(comments);
        }
    }

    private void nullableType(@Nullable Object schema, String indent) {
        int from = out.length();
        type(schema, indent);
        boolean nullable = schema instanceof Map<?, ?> map && Boolean.TRUE.equals(map.get("nullable"));
        if (nullable && out.indexOf("null", from) < 0) {
            out.append(" | null");
        }
    }

    private void comment(List<String> comments) {
        if (!comments.isEmpty()) {
            out.append(" // ").append(String.join(" ", comments));
        }
    }

    private void object(Map<?, ?> schema, String indent) {
        if (schema.get("description") instanceof String description) {
            out.append(indent).append("// ").append(description).append('\n');
        }
        out.append("{\n");
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            List<?> required = schema.get("required") instanceof List<?> names ? names : List.of();
            properties.forEach((key, value) -> property(key + (required.contains(key) ? "" : "?"), value, indent));
        }
        out.append(indent).append('}');
    }

    /// @param name with a question mark if it may be left out
    private void property(String name, @Nullable Object value, String indent) {
        Map<?, ?> schema = value instanceof Map<?, ?> map ? map : Map.of();
        if (schema.get("title") instanceof String title) {
            out.append(indent).append("// ").append(title).append('\n');
            out.append(indent).append("//\n");
        }
        if (!schema.containsKey("oneOf") && schema.get("description") instanceof String description) {
            out.append(indent).append("// ").append(description).append('\n');
        }
        if (schema.get("examples") instanceof List<?> examples && !examples.isEmpty()) {
            out.append(indent).append("// Examples:\n");
            for (Object example : examples) {
                if (example instanceof String text) {
                    out.append(indent).append("// - \"").append(text).append("\"\n");
                }
            }
        }
        if (schema.get("oneOf") instanceof List<?> variants) {
            alternatives(name, schema, variants, indent);
            return;
        }
        out.append(indent).append(name).append(": ");
        nullableType(value, indent + "    ");
        out.append(',');
        if (!schema.containsKey("oneOf") && schema.containsKey("default")) {
            out.append(" // ").append(defaultComment(schema));
        }
        out.append('\n');
    }

    /// A property with alternatives: its description and default stand above it.
    private void alternatives(String name, Map<?, ?> schema, List<?> variants, String indent) {
        Object description = schema.get("description") instanceof String text ? text : null;
        boolean above = description != null
                && !(!variants.isEmpty()
                        && variants.getFirst() instanceof Map<?, ?> first
                        && description.equals(first.get("description")));
        if (above) {
            out.append(indent).append("// ").append(description).append('\n');
        }
        if (schema.containsKey("default")) {
            out.append(indent).append("// ").append(defaultComment(schema)).append('\n');
        }
        out.append(indent).append(name).append(":\n");
        for (int i = 0; i < variants.size(); i++) {
            out.append(indent).append(" | ");
            nullableType(variants.get(i), indent + "   ");
            List<String> comments = new ArrayList<>();
            if (variants.get(i) instanceof Map<?, ?> variant) {
                boolean said = i == 0 && above;
                if (!said && variant.get("description") instanceof String own && !Objects.equals(own, description)) {
                    comments.add(own);
                }
                if (variant.containsKey("default")) {
                    comments.add(defaultComment(variant));
                }
            }
            comment(comments);
            out.append('\n');
        }
        out.append(indent).append(",\n");
    }

    /// One of a list of choices stands without quotes.
    private static String defaultComment(Map<?, ?> schema) {
        Object value = schema.get("default");
        if (value instanceof String text) {
            return "default: " + (hasChoices(schema) ? text : '"' + text + '"');
        }
        return "default: " + CompactJson.of(value);
    }

    private static boolean hasChoices(Map<?, ?> schema) {
        return schema.get("enum") instanceof List<?> values && !values.isEmpty();
    }
}
