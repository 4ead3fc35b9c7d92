package ouverture.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import ouverture.error.RequestException;

/// Random schemas: whatever their rules derive is JSON and valid.
class SchemaPropertyTest {
    private static final List<String> LEAVES = List.of(
            "{\"type\":\"string\"}",
            "{\"type\":\"string\",\"minLength\":2,\"maxLength\":12}",
            "{\"type\":\"string\",\"pattern\":\"^[a-f\\\"\\\\\\\\]{1,5}(-[0-9]+)?$\"}",
            "{\"type\":\"integer\"}",
            "{\"type\":\"integer\",\"minimum\":-15,\"maximum\":2000}",
            "{\"type\":\"number\"}",
            "{\"type\":\"number\",\"minimum\":-1.5,\"exclusiveMaximum\":33.25}",
            "{\"type\":\"integer\",\"multipleOf\":12}",
            "{\"type\":\"boolean\"}",
            "{\"type\":[\"null\",\"integer\"]}",
            "{\"enum\":[\"x\",1,null,[true],{\"k\":\"\\n\"}]}",
            "{\"type\":\"string\",\"format\":\"date-time\"}",
            "{\"type\":\"string\",\"format\":\"duration\"}",
            "{\"type\":\"string\",\"format\":\"email\"}",
            "{\"type\":\"string\",\"format\":\"uri\"}",
            "{\"type\":\"string\",\"format\":\"ipv6\"}",
            "{\"type\":\"string\",\"format\":\"ipv4\"}",
            "{\"type\":\"string\",\"format\":\"time\"}",
            "{\"type\":\"string\",\"format\":\"hostname\"}",
            "{\"type\":\"string\",\"format\":\"uuid\"}",
            "{\"type\":\"object\"}",
            "{\"$ref\":\"#/$defs/tree\"}",
            "{}");
    private static final String TREE = "\"$defs\":{\"tree\":{\"type\":\"object\",\"properties\":{\"leaf\":{\"type\":"
            + "\"integer\"},\"children\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/tree\"},\"maxItems\":2}},"
            + "\"required\":[\"leaf\"]},\"x\":{\"enum\":[\"x\",5]}}";

    /// Somebody else's reading of the specification.
    private static final SchemaRegistry VALIDATOR =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private static String random(Random random, int depth) {
        int kind = depth == 0 ? 0 : random.nextInt(11);
        return switch (kind) {
            case 1, 2 -> object(random, depth);
            case 3 -> {
                int min = random.nextInt(3);
                yield "{\"type\":\"array\",\"items\":" + random(random, depth - 1) + ",\"minItems\":" + min
                        + ",\"maxItems\":" + (min + random.nextInt(12)) + "}";
            }
            case 4 -> "{\"anyOf\":[" + random(random, depth - 1) + "," + random(random, depth - 1) + "]}";
            case 5 -> "{\"allOf\":[" + object(random, depth) + "," + object(random, depth) + "]}";
            case 7 -> conditional(random, depth);
            case 8 ->
                "{\"type\":\"array\",\"items\":" + random(random, depth - 1) + ",\"contains\":"
                        + LEAVES.get(random.nextInt(LEAVES.size())) + ",\"minContains\":" + random.nextInt(3)
                        + (random.nextBoolean() ? ",\"maxContains\":3" : ",\"maxItems\":6") + "}";
            case 9 ->
                "{\"type\":\"array\",\"uniqueItems\":true,\"minItems\":" + random.nextInt(3) + ",\"items\":"
                        + List.of(
                                        "{\"enum\":[1,1.0,\"a\",null,\"b\"]}",
                                        "{\"type\":[\"boolean\",\"null\"]}",
                                        "{\"anyOf\":[{\"const\":\"a\"},{\"enum\":[\"a\",{\"k\":1}]}]}")
                                .get(random.nextInt(3))
                        + "}";
            case 10 -> "{\"not\":" + negated(random, 2) + "}";
            case 6 ->
                "{\"prefixItems\":[" + random(random, depth - 1) + "," + random(random, depth - 1)
                        + "],\"items\":" + (random.nextBoolean() ? "false" : random(random, depth - 1))
                        + ",\"type\":\"array\",\"minItems\":" + random.nextInt(3) + "}";
            default -> LEAVES.get(random.nextInt(LEAVES.size()));
        };
    }

    private static String conditional(Random random, int depth) {
        String body = object(random, depth);
        return body.substring(0, body.length() - 1)
                + switch (random.nextInt(6)) {
                    case 0 -> ",\"not\":" + negated(random, 2);
                    case 1 ->
                        ",\"if\":" + negated(random, 1) + ",\"then\":{\"required\":[\"p0\"]},\"else\":"
                                + random(random, depth - 1);
                    case 2 -> ",\"dependentRequired\":{\"p0\":[\"p1\"],\"p1\":[\"p2\",\"q\"]}";
                    case 3 -> ",\"dependentSchemas\":{\"p1\":{\"required\":[\"p0\"],\"maxProperties\":2}}";
                    case 4 -> ",\"propertyNames\":{\"enum\":[\"p0\",\"p1\",\"zz\"]}";
                    default -> ",\"patternProperties\":{\"^z[a-c]*$\":{\"type\":\"null\"}}";
                }
                + "}";
    }

    /// Schemas that can be negated, most of them.
    private static String negated(Random random, int depth) {
        return switch (depth == 0 ? random.nextInt(8) : random.nextInt(12)) {
            case 0 -> "{\"const\":\"x\"}";
            case 1 -> "{\"enum\":[\"x\",\"xy\",3,4.5,true,null]}";
            case 2 -> "{\"type\":[\"string\",\"integer\"]}";
            case 3 -> "{\"type\":\"number\",\"minimum\":3,\"exclusiveMaximum\":10}";
            case 4 -> "{\"minLength\":3,\"maxItems\":1}";
            case 5 -> "{\"required\":[\"p1\",\"p2\"]}";
            case 6 -> "{\"$ref\":\"#/$defs/x\"}";
            case 7 -> "{\"minProperties\":1,\"maxLength\":2}";
            case 8 -> "{\"properties\":{\"p0\":" + negated(random, depth - 1) + "}}";
            case 9 -> "{\"anyOf\":[" + negated(random, depth - 1) + "," + negated(random, depth - 1) + "]}";
            case 10 -> "{\"allOf\":[" + negated(random, depth - 1) + "," + negated(random, depth - 1) + "]}";
            default -> "{\"not\":" + negated(random, depth - 1) + "}";
        };
    }

    private static String object(Random random, int depth) {
        int count = random.nextInt(5);
        String properties = IntStream.range(0, count)
                .mapToObj(i -> "\"p" + i + "\":" + random(random, depth - 1))
                .collect(Collectors.joining(",", "{", "}"));
        String required = IntStream.range(0, count)
                .filter(_ -> random.nextBoolean())
                .mapToObj(i -> "\"p" + i + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        String more = List.of(
                        "",
                        ",\"additionalProperties\":false",
                        ",\"additionalProperties\":{\"type\":\"integer\"}",
                        ",\"maxProperties\":3")
                .get(random.nextInt(4));
        return "{\"type\":\"object\",\"properties\":" + properties + ",\"required\":" + required + more + "}";
    }

    @Test
    void whatIsDerivedIsValid() {
        Random random = new Random(7);
        int samples = 0;
        int refused = 0;
        for (int i = 0; i < 600; i++) {
            String body = random(random, 3);
            String schema = body.substring(0, body.length() - 1) + (body.length() > 2 ? "," : "") + TREE + "}";
            Walk walk;
            try {
                walk = Walk.schema(schema);
            } catch (RequestException e) {
                refused++;
                continue;
            }
            com.networknt.schema.Schema other = VALIDATOR.getSchema(SchemaCheck.MAPPER.readTree(schema));
            for (int j = 0; j < 8; j++) {
                Optional<String> text = walk.sample(random, 4000);
                if (text.isPresent()) {
                    assertThat(SchemaCheck.fits(schema, text.get()))
                            .as("%s for %s", text.get(), schema)
                            .isTrue();
                    assertThat(other.validate(SchemaCheck.MAPPER.readTree(text.get())))
                            .as("%s for %s", text.get(), schema)
                            .isEmpty();
                    samples++;
                }
            }
        }
        assertThat(samples).isGreaterThan(1500);
        assertThat(refused).isLessThan(300);
    }
}
