package ouverture.constrain;

import java.math.BigDecimal;
import java.net.URI;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Whether a value fits a JSON Schema, decided keyword by keyword from the specification, without anything of the
/// engine's.
final class SchemaCheck {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final JsonNode MISSING = MAPPER.getNodeFactory().missingNode();

    private final JsonNode root;

    private SchemaCheck(JsonNode root) {
        this.root = root;
    }

    /// Whether a text is JSON and fits.
    static boolean fits(String schema, String text) {
        JsonNode root = MAPPER.readTree(schema);
        return new SchemaCheck(root).fits(root, MAPPER.readTree(text));
    }

    private boolean fits(JsonNode schema, JsonNode value) {
        if (schema.isBoolean()) {
            return schema.booleanValue();
        }
        boolean ok = !schema.has("$ref")
                || fits(root.at(schema.get("$ref").stringValue().substring(1)), value);
        ok &= !schema.has("allOf") || schema.get("allOf").valueStream().allMatch(each -> fits(each, value));
        ok &= !schema.has("anyOf") || schema.get("anyOf").valueStream().anyMatch(each -> fits(each, value));
        ok &= !schema.has("oneOf")
                || schema.get("oneOf")
                                .valueStream()
                                .filter(each -> fits(each, value))
                                .count()
                        == 1;
        ok &= !schema.has("not") || !fits(schema.get("not"), value);
        JsonNode branch = schema.has("if") ? schema.path(fits(schema.get("if"), value) ? "then" : "else") : MISSING;
        ok &= branch.isMissingNode() || fits(branch, value);
        ok &= !schema.has("const") || same(schema.get("const"), value);
        ok &= !schema.has("enum") || schema.get("enum").valueStream().anyMatch(each -> same(each, value));
        ok &= !schema.has("type") || types(schema.get("type")).anyMatch(type -> isA(type, value));
        return ok
                && (!value.isObject() || object(schema, value))
                && (!value.isArray() || array(schema, value))
                && (!value.isString() || string(schema, value.stringValue()))
                && (!value.isNumber() || number(schema, value.decimalValue()));
    }

    private static java.util.stream.Stream<String> types(JsonNode type) {
        return type.isArray()
                ? type.valueStream().map(JsonNode::stringValue)
                : java.util.stream.Stream.of(type.stringValue());
    }

    private static boolean same(JsonNode one, JsonNode other) {
        return one.isNumber() && other.isNumber()
                ? one.decimalValue().compareTo(other.decimalValue()) == 0
                : one.equals(other);
    }

    private static boolean isA(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "number" -> value.isNumber();
            case "integer" ->
                value.isNumber()
                        && value.decimalValue().remainder(BigDecimal.ONE).signum() == 0;
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new AssertionError(type);
        };
    }

    private boolean object(JsonNode schema, JsonNode value) {
        boolean ok = schema.path("required").valueStream().allMatch(name -> value.has(name.stringValue()));
        ok &= schema.path("dependentRequired")
                .propertyStream()
                .filter(each -> value.has(each.getKey()))
                .allMatch(each -> each.getValue().valueStream().allMatch(name -> value.has(name.stringValue())));
        ok &= schema.path("dependentSchemas")
                .propertyStream()
                .filter(each -> value.has(each.getKey()))
                .allMatch(each -> fits(each.getValue(), value));
        ok &= !schema.has("propertyNames")
                || value.propertyNames().stream()
                        .allMatch(name -> fits(
                                schema.get("propertyNames"),
                                MAPPER.getNodeFactory().stringNode(name)));
        ok &= value.size() >= schema.path("minProperties").asInt(0);
        ok &= value.size() <= schema.path("maxProperties").asInt(Integer.MAX_VALUE);
        for (String name : value.propertyNames()) {
            List<JsonNode> rules = new ArrayList<>();
            if (schema.path("properties").has(name)) {
                rules.add(schema.get("properties").get(name));
            }
            schema.path("patternProperties")
                    .propertyStream()
                    .filter(each -> Pattern.compile(each.getKey()).matcher(name).find())
                    .forEach(each -> rules.add(each.getValue()));
            if (rules.isEmpty() && schema.has("additionalProperties")) {
                rules.add(schema.get("additionalProperties"));
            }
            ok &= rules.stream().allMatch(rule -> fits(rule, value.get(name)));
        }
        return ok;
    }

    private boolean array(JsonNode schema, JsonNode value) {
        boolean ok = value.size() >= schema.path("minItems").asInt(0)
                && value.size() <= schema.path("maxItems").asInt(Integer.MAX_VALUE);
        if (schema.has("contains")) {
            long matches = value.valueStream()
                    .filter(each -> fits(schema.get("contains"), each))
                    .count();
            ok &= matches >= schema.path("minContains").asInt(1)
                    && matches <= schema.path("maxContains").asInt(Integer.MAX_VALUE);
        }
        for (int i = 0; schema.path("uniqueItems").asBoolean(false) && i < value.size(); i++) {
            for (int j = 0; j < i; j++) {
                ok &= !same(value.get(i), value.get(j));
            }
        }
        int tuple = schema.path("prefixItems").size();
        for (int i = 0; i < value.size(); i++) {
            JsonNode rule = i < tuple ? schema.get("prefixItems").get(i) : schema.path("items");
            ok &= rule.isMissingNode() || fits(rule, value.get(i));
        }
        return ok;
    }

    private static boolean string(JsonNode schema, String text) {
        int length = text.codePointCount(0, text.length());
        return length >= schema.path("minLength").asInt(0)
                && length <= schema.path("maxLength").asInt(Integer.MAX_VALUE)
                && (!schema.has("pattern")
                        || Pattern.compile(schema.get("pattern").stringValue())
                                .matcher(text)
                                .find())
                && (!schema.has("format") || hasFormat(schema.get("format").stringValue(), text));
    }

    private static boolean hasFormat(String format, String text) {
        return switch (format) {
            case "date" -> holds(LocalDate::parse, text);
            case "time" -> holds(OffsetDateTime::parse, "2025-01-01T" + text);
            case "date-time" -> holds(OffsetDateTime::parse, text);
            case "uuid" -> holds(UUID::fromString, text) && text.length() == 36;
            case "duration" -> holds(javax.xml.datatype.DatatypeFactory.newDefaultInstance()::newDuration, weeks(text));
            case "email" -> text.matches("[^@\\s]+@[^@\\s.]+(\\.[^@\\s.]+)+");
            case "uri" -> holds(URI::new, text) && text.contains(":");
            case "hostname" -> text.length() <= 253 && text.matches("[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*");
            case "ipv4", "ipv6" ->
                holds(
                        format.equals("ipv4") ? java.net.Inet4Address::ofLiteral : java.net.Inet6Address::ofLiteral,
                        text);
            default -> throw new AssertionError(format);
        };
    }

    /// XML has no weeks.
    private static String weeks(String text) {
        return text.endsWith("W") ? text.replace('W', 'D') : text;
    }

    private interface Reader {
        Object read(String text) throws Exception;
    }

    private static boolean holds(Reader reader, String text) {
        Predicate<String> reads = each -> {
            try {
                return reader.read(each) != null;
            } catch (Exception e) {
                return false;
            }
        };
        return reads.test(text);
    }

    private static boolean number(JsonNode schema, BigDecimal value) {
        return (!schema.has("minimum") || value.compareTo(schema.get("minimum").decimalValue()) >= 0)
                && (!schema.has("maximum")
                        || value.compareTo(schema.get("maximum").decimalValue()) <= 0)
                && (!schema.has("exclusiveMinimum")
                        || value.compareTo(schema.get("exclusiveMinimum").decimalValue()) > 0)
                && (!schema.has("exclusiveMaximum")
                        || value.compareTo(schema.get("exclusiveMaximum").decimalValue()) < 0)
                && (!schema.has("multipleOf")
                        || value.remainder(schema.get("multipleOf").decimalValue())
                                        .signum()
                                == 0);
    }
}
