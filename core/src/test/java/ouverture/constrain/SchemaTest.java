package ouverture.constrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ouverture.error.OuvertureException;
import ouverture.error.RequestException;

/// What schemas mean: single keywords, values that fit and values that do not.
class SchemaTest {
    private static void fits(String schema, String... values) {
        Walk walk = Walk.schema(schema);
        for (String value : values) {
            assertThat(SchemaCheck.fits(schema, value)).as("the case %s", value).isTrue();
            assertThat(walk.accepts(value)).as("%s fits %s", value, schema).isTrue();
        }
    }

    private static void misfits(String schema, String... values) {
        Walk walk = Walk.schema(schema);
        for (String value : values) {
            assertThat(walk.accepts(value)).as("%s fits %s", value, schema).isFalse();
        }
    }

    @Test
    void typesAndLiterals() {
        fits("{}", "null", "[1, {\"a\": [true]}]", "-0.5e+10", "\"\\ud83d\\ude00 \\n é\"", "{}");
        misfits("{}", "[1,]", "01", "1.", "\"\n\"", "\"\\ud83d\"", "nul", "{\"a\" 1}", " 1", "1 ");
        fits("{\"type\":[\"integer\",\"null\"]}", "12", "null", "-7");
        misfits("{\"type\":\"integer\"}", "1.5", "1e3", "\"1\"", "-");
        fits(
                "{\"enum\":[1,\"a\\\"b\",null,{\"x\":[1,2]}]}",
                "1",
                "\"a\\\"b\"",
                "null",
                "{\"x\": [1, 2]}",
                "{\"x\":[1,2]}");
        fits("{\"const\":\"tab\\t\"}", "\"tab\\t\"");
        fits("{\"type\":\"string\",\"enum\":[1,\"one\"]}", "\"one\"");
        misfits("{\"type\":\"string\",\"enum\":[1,\"one\"]}", "1");
        fits("true", "[]");
    }

    @Test
    void spaceIsThatOfPeople() {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}},"
                        + "\"b\":{}},\"required\":[\"a\",\"b\"],\"additionalProperties\":false}";
        fits(
                schema,
                "{\"a\":[1,2],\"b\":0}",
                "{\"a\": [1, 2], \"b\": 0}",
                "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {\n    \"c\": null\n  }\n}",
                "{\n\t\"a\": [],\n\t\"b\": 0\n}");
        misfits(schema, "{\"b\":0,\"a\":[]}", "{\"a\":[]}", "{\"a\":[],\"b\":0,\"c\":1}", "{  \"a\":[],   \"b\":0}");
        Walk walk = Walk.schema(schema);
        assertThat(walk.begins("{\n" + " ".repeat(40))).isTrue();
        assertThat(walk.begins("{\n" + " ".repeat(50))).isFalse();
        assertThat(walk.begins("{\n\n\n")).isFalse();
    }

    @Test
    void objects() {
        String optional = "{\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2},\"c\":{\"const\":3}},"
                + "\"required\":[\"b\"]}";
        fits(optional, "{\"b\":2}", "{\"a\":1,\"b\":2}", "{\"b\":2,\"c\":3}", "{\"a\":1,\"b\":2,\"c\":3}");
        misfits(optional, "{}", "{\"a\":1}", "{,\"b\":2}", "{\"b\":2,}", "{\"d\":1,\"b\":2}");
        String open = "{\"type\":\"object\",\"properties\":{\"ab\":{\"const\":1}},"
                + "\"additionalProperties\":{\"type\":\"boolean\"}}";
        fits(open, "{}", "{\"ab\":1}", "{\"a\":true}", "{\"ab\":1,\"abc\":false,\"\":true}");
        misfits(open, "{\"ab\":true}", "{\"\\u0061b\":true}", "{\"a\":1}");
        fits("{\"type\":\"object\"}", "{\"x\":[{}]}");
        fits("{\"type\":\"object\",\"required\":[\"x\"]}", "{\"x\":5}");
        misfits("{\"type\":\"object\",\"required\":[\"x\"]}", "{}", "{\"y\":5}");
        String counted = "{\"properties\":{\"a\":{},\"b\":{},\"c\":{}},\"minProperties\":1,\"maxProperties\":2}";
        fits(counted, "{\"a\":1}", "{\"c\":1}", "{\"a\":1,\"c\":1}");
        misfits(counted, "{}", "{\"a\":1,\"b\":1,\"c\":1}");
        fits("{\"type\":\"object\",\"maxProperties\":2}", "{}", "{\"x\":1,\"y\":2}");
        misfits("{\"type\":\"object\",\"maxProperties\":2}", "{\"x\":1,\"y\":2,\"z\":3}");
        String patterns = "{\"patternProperties\":{\"^x-\":{\"type\":\"integer\"}},\"additionalProperties\":false}";
        fits(patterns, "{}", "{\"x-a\":1,\"x-b\":2}");
        misfits(patterns, "{\"a\":1}", "{\"x-a\":\"1\"}");
    }

    @Test
    void arrays() {
        fits("{\"items\":{\"type\":\"integer\"},\"minItems\":2,\"maxItems\":3}", "[1,2]", "[1, 2, 3]");
        misfits("{\"items\":{\"type\":\"integer\"},\"minItems\":2,\"maxItems\":3}", "[1]", "[1,2,3,4]", "[1,true]");
        String tuple = "{\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"integer\"}],\"items\":{\"type\":\"null\"},"
                + "\"minItems\":1,\"maxItems\":4}";
        fits(tuple, "[\"a\"]", "[\"a\",1]", "[\"a\",1,null,null]");
        misfits(tuple, "[]", "[1]", "[\"a\",null]", "[\"a\",1,null,null,null]");
        fits("{\"type\":\"array\",\"maxItems\":0}", "[]");
        misfits("{\"prefixItems\":[{}],\"items\":false}", "[1,2]");
        fits(
                "{\"type\":\"array\",\"minItems\":1000,\"items\":{\"const\":0}}",
                IntStream.range(0, 1000).mapToObj(_ -> "0").collect(Collectors.joining(",", "[", "]")));
    }

    @Test
    void strings() {
        fits("{\"minLength\":2,\"maxLength\":3}", "\"ab\"", "\"é\\u00e9😀\"", "\"\\ud83d\\ude00\\\\\"");
        misfits("{\"minLength\":2,\"maxLength\":3}", "\"a\"", "\"abcd\"", "\"\\ud83d\\ude00\"");
        fits("{\"pattern\":\"^[a-z\\\"]+$\"}", "\"ab\"", "\"a\\\"b\"");
        misfits("{\"pattern\":\"^[a-z\\\"]+$\"}", "\"\"", "\"A\"", "\"a\"b\"");
        fits("{\"pattern\":\"b\"}", "\"abc\"", "\"b\"");
        misfits("{\"pattern\":\"b\"}", "\"ac\"");
        fits("{\"type\":\"string\",\"maxLength\":99999999999}", "\"x\"");
    }

    @Test
    void formats() {
        fits("{\"format\":\"date\"}", "\"2025-12-31\"", "\"2024-02-29\"", "\"2000-02-29\"");
        misfits("{\"format\":\"date\"}", "\"2025-02-29\"", "\"1900-02-29\"", "\"2025-04-31\"", "\"2025-13-01\"");
        fits("{\"format\":\"date-time\"}", "\"2025-01-01T23:59:59.123Z\"", "\"2025-01-01T00:00:00+02:00\"");
        fits("{\"format\":\"time\"}", "\"12:00:00Z\"");
        fits("{\"format\":\"duration\"}", "\"P1Y2M3DT4H5M6S\"", "\"PT5S\"", "\"P4W\"");
        misfits("{\"format\":\"duration\"}", "\"P\"", "\"PT\"", "\"P1Y3D\"");
        fits("{\"format\":\"email\"}", "\"jo.doe+x@example.co.uk\"");
        fits("{\"format\":\"uuid\"}", "\"123e4567-e89b-12d3-a456-426614174000\"");
        fits("{\"format\":\"ipv4\"}", "\"255.0.10.99\"");
        misfits("{\"format\":\"ipv4\"}", "\"256.0.0.1\"", "\"1.2.3\"", "\"01.2.3.4\"");
        fits("{\"format\":\"ipv6\"}", "\"::\"", "\"::1\"", "\"2001:db8::8a2e:370:7334\"", "\"1:2:3:4:5:6:7:8\"");
        misfits("{\"format\":\"ipv6\"}", "\"1:2\"", "\"1::2::3\"", "\"12345::\"");
        fits("{\"format\":\"uri\"}", "\"https://example.com:8080/a%20b?c=d#e\"");
        fits("{\"format\":\"hostname\"}", "\"a-b.example\"");
    }

    @Test
    void numbers() {
        fits("{\"type\":\"number\",\"minimum\":0,\"maximum\":1}", "0", "1", "0.5", "1.000", "0.0");
        misfits("{\"type\":\"number\",\"minimum\":0,\"maximum\":1}", "1.01", "2", "-0.1", "1e0");
        fits("{\"type\":\"number\",\"exclusiveMinimum\":0.5,\"exclusiveMaximum\":0.53}", "0.51", "0.529", "0.5001");
        misfits("{\"type\":\"number\",\"exclusiveMinimum\":0.5,\"exclusiveMaximum\":0.53}", "0.5", "0.53", "0.50");
        fits("{\"type\":\"integer\",\"minimum\":-120,\"maximum\":45}", "-120", "-9", "0", "45", "7");
        misfits("{\"type\":\"integer\",\"minimum\":-120,\"maximum\":45}", "-121", "46", "100", "-0", "007");
        fits("{\"type\":\"integer\",\"multipleOf\":7}", "0", "49", "-14", "700000");
        misfits("{\"type\":\"integer\",\"multipleOf\":7}", "1", "48");
        fits("{\"type\":\"integer\",\"multipleOf\":5,\"minimum\":3,\"maximum\":20}", "5", "10", "15", "20");
        misfits("{\"type\":\"integer\",\"multipleOf\":5,\"minimum\":3,\"maximum\":20}", "0", "25", "7");
        fits("{\"type\":\"number\",\"multipleOf\":0.01}", "1.25", "3", "-0.5");
        misfits("{\"type\":\"number\",\"multipleOf\":0.01}", "1.255");
        fits("{\"minimum\":12345678901234567890}", "12345678901234567890", "99999999999999999999");
        misfits("{\"type\":\"integer\",\"format\":\"int32\"}", "2147483648", "-2147483649");
    }

    /// All numbers of a few digits, against all bounds of a few digits.
    @Test
    void boundsAreExact() {
        List<String> bounds = List.of("-12.5", "-1", "-0.05", "0", "0.3", "0.35", "7", "10", "99.99");
        List<String> numbers = IntStream.rangeClosed(-1300, 1300)
                .mapToObj(n -> java.math.BigDecimal.valueOf(n, 2))
                .flatMap(n -> java.util.stream.Stream.of(
                        n.toPlainString(), n.movePointRight(1).toPlainString()))
                .toList();
        for (String low : bounds) {
            for (String high : bounds) {
                for (String kind : List.of("minimum maximum", "exclusiveMinimum exclusiveMaximum")) {
                    String[] keys = kind.split(" ");
                    String schema =
                            "{\"type\":\"number\",\"" + keys[0] + "\":" + low + ",\"" + keys[1] + "\":" + high + "}";
                    Walk walk;
                    try {
                        walk = Walk.schema(schema);
                    } catch (RequestException e) {
                        assertThat(numbers.stream().noneMatch(n -> SchemaCheck.fits(schema, n)))
                                .as(schema)
                                .isTrue();
                        continue;
                    }
                    for (String number : numbers.subList(0, 600)) {
                        assertThat(walk.accepts(number))
                                .as("%s in %s", number, schema)
                                .isEqualTo(SchemaCheck.fits(schema, number));
                    }
                    for (String number : numbers.subList(2400, 3000)) {
                        assertThat(walk.accepts(number))
                                .as("%s in %s", number, schema)
                                .isEqualTo(SchemaCheck.fits(schema, number));
                    }
                }
            }
        }
    }

    @Test
    void combinations() {
        String recursive = "{\"$ref\":\"#/$defs/node\",\"$defs\":{\"node\":{\"properties\":{\"value\":{\"type\":"
                + "\"integer\"},\"next\":{\"anyOf\":[{\"$ref\":\"#/$defs/node\"},{\"type\":\"null\"}]}},\"required\":"
                + "[\"value\",\"next\"],\"additionalProperties\":false}}}";
        fits(recursive, "{\"value\":1,\"next\":{\"value\":2,\"next\":null}}");
        misfits(recursive, "{\"value\":1}", "{\"value\":1,\"next\":{}}");
        String all = "{\"allOf\":[{\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]},{\"properties\":"
                + "{\"a\":{\"minimum\":5},\"b\":{\"type\":\"string\"}},\"required\":[\"b\"]}]}";
        fits(all, "{\"a\":5,\"b\":\"\"}");
        misfits(all, "{\"a\":4,\"b\":\"\"}", "{\"a\":5}", "{\"a\":5.5,\"b\":\"\"}");
        String closed =
                "{\"allOf\":[{\"properties\":{\"a\":{}},\"additionalProperties\":false},{\"properties\":{\"b\":{}}}]}";
        fits(closed, "{\"a\":1}", "{}");
        misfits(closed, "{\"b\":1}");
        String tagged = "{\"oneOf\":[{\"properties\":{\"kind\":{\"const\":\"cat\"},\"lives\":{\"type\":\"integer\"}},"
                + "\"required\":[\"kind\",\"lives\"]},{\"properties\":{\"kind\":{\"const\":\"dog\"}},\"required\":"
                + "[\"kind\"]}],\"discriminator\":{\"propertyName\":\"kind\"}}";
        fits(tagged, "{\"kind\":\"cat\",\"lives\":9}", "{\"kind\":\"dog\"}");
        misfits(tagged, "{\"kind\":\"dog\",\"lives\":9}", "{\"kind\":\"cat\"}");
        fits("{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}", "\"x\"", "1");
        fits("{\"type\":\"string\",\"anyOf\":[{\"minLength\":3},{\"enum\":[\"a\"]}]}", "\"abc\"", "\"a\"");
        fits("{\"properties\":{\"tree\":{\"$ref\":\"#\"}}}", "{\"tree\":{\"tree\":{}}}");
        String shared =
                "{\"$ref\":\"#/$defs/a\",\"required\":[\"x\"],\"$defs\":{\"a\":{\"properties\":{\"x\":{\"allOf\":"
                        + "[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/b\"}]}}},\"b\":{\"properties\":"
                        + "{\"x\":{\"$ref\":\"#/$defs/b\"}}}}}";
        fits(shared, "{\"x\":{\"x\":{\"x\":{}}}}");
    }

    @Test
    void whatIsForbiddenDoesNotCome() {
        Walk notTexts = Walk.schema("{\"type\":\"string\",\"not\":{\"enum\":[\"no\",\"\"]}}");
        assertThat(notTexts.accepts("\"no\"")).isFalse();
        assertThat(notTexts.accepts("\"\"")).isFalse();
        assertThat(notTexts.accepts("\"not\"")).isTrue();
        assertThat(notTexts.accepts("\"n\"")).isTrue();
        assertThat(notTexts.accepts("\"n\\u006f\"")).isFalse();

        Walk notFive = Walk.schema("{\"type\":\"integer\",\"minimum\":3,\"not\":{\"const\":5}}");
        assertThat(List.of("3", "4", "6", "77")).allMatch(notFive::accepts);
        assertThat(List.of("5", "2")).noneMatch(notFive::accepts);

        Walk tree =
                Walk.schema("{\"$defs\":{\"t\":{\"properties\":{\"c\":{\"$ref\":\"#/$defs/t\"},\"v\":{\"const\":1}}}},"
                        + "\"type\":\"object\",\"not\":{\"$ref\":\"#/$defs/t\"}}");
        assertThat(tree.accepts("{\"v\":2}")).isTrue();
        assertThat(tree.accepts("{\"c\":{\"c\":{\"v\":2}}}")).isTrue();
        assertThat(tree.accepts("{\"c\":{\"c\":{\"v\":1}}}")).isFalse();

        Walk without = Walk.schema("{\"type\":\"object\",\"not\":{\"required\":[\"a\"]}}");
        assertThat(without.accepts("{\"b\":1}")).isTrue();
        assertThat(without.accepts("{\"a\":1}")).isFalse();
        assertThat(without.accepts("[]")).isFalse();
    }

    @Test
    void aConditionHoldsOneWayOrTheOther() {
        Walk walk =
                Walk.schema("{\"type\":\"object\",\"properties\":{\"kind\":{\"enum\":[\"card\",\"cash\"]},\"number\":"
                        + "{\"type\":\"integer\"}},\"required\":[\"kind\"],"
                        + "\"if\":{\"properties\":{\"kind\":{\"const\":\"card\"}}},"
                        + "\"then\":{\"required\":[\"number\"]},\"else\":{\"properties\":{\"number\":false}}}");
        assertThat(List.of("{\"kind\":\"card\",\"number\":1}", "{\"kind\":\"cash\"}"))
                .allMatch(walk::accepts);
        assertThat(List.of("{\"kind\":\"card\"}", "{\"kind\":\"cash\",\"number\":1}"))
                .noneMatch(walk::accepts);

        Walk depends = Walk.schema("{\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2},\"c\":{\"const\":3}},"
                + "\"dependentRequired\":{\"a\":[\"b\"]},\"dependentSchemas\":{\"c\":{\"required\":[\"a\"]}}}");
        assertThat(List.of("{}", "{\"b\":2}", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3}"))
                .allMatch(depends::accepts);
        assertThat(List.of("{\"a\":1}", "{\"c\":3}", "{\"b\":2,\"c\":3}")).noneMatch(depends::accepts);
    }

    @Test
    void elementsAreCountedAndTold() {
        Walk unique = Walk.schema("{\"items\":{\"enum\":[\"a\",\"b\",1,1.0]},\"uniqueItems\":true,\"minItems\":1}");
        assertThat(List.of("[\"a\"]", "[\"b\",\"a\",1]")).allMatch(unique::accepts);
        assertThat(List.of("[]", "[\"a\",\"a\"]", "[1,\"b\",1]", "[1,1.0]")).noneMatch(unique::accepts);

        Walk some = Walk.schema("{\"items\":{\"type\":\"integer\"},\"contains\":{\"minimum\":10},\"minContains\":2,"
                + "\"maxContains\":3}");
        assertThat(List.of("[10,11]", "[1,10,2,10,10]")).allMatch(some::accepts);
        assertThat(List.of("[]", "[10,1]", "[10,10,10,10]", "[10,null,10]")).noneMatch(some::accepts);
        assertThat(Walk.schema("{\"contains\":{\"const\":7},\"minContains\":0}").accepts("[]"))
                .isTrue();
    }

    @Test
    void namesAreHeldTo() {
        Walk named = Walk.schema(
                "{\"propertyNames\":{\"enum\":[\"x\",\"y\"]},\"additionalProperties\":{\"type\":\"null\"}}");
        assertThat(List.of("{}", "{\"x\":null}", "{\"x\":null,\"y\":null}")).allMatch(named::accepts);
        assertThat(List.of("{\"z\":null}", "{\"x\":1}")).noneMatch(named::accepts);

        Walk patterns =
                Walk.schema("{\"properties\":{\"id\":{\"const\":1}},\"patternProperties\":{\"^x-\":{\"const\":2}},"
                        + "\"additionalProperties\":false}");
        assertThat(List.of("{\"id\":1}", "{\"x-a\":2}", "{\"id\":1,\"x-a\":2,\"x-b\":2}"))
                .allMatch(patterns::accepts);
        assertThat(List.of("{\"y\":2}", "{\"x-a\":1}")).noneMatch(patterns::accepts);
        assertRefused(
                "{\"properties\":{\"x-1\":{}},\"patternProperties\":{\"^x-\":{}},\"additionalProperties\":false}",
                "no listed property that it fits");
        assertThat(Walk.schema("{\"propertyNames\":{\"pattern\":\"^a+$\"}}").accepts("{\"aa\":[1]}"))
                .isTrue();
    }

    @Test
    void whatCannotBePromisedIsRefusedByName() {
        assertRefused("{\"uniqueItems\":true}", "uniqueItems");
        assertRefused("{\"items\":{\"type\":\"string\"},\"uniqueItems\":true}", "at most 10 listed values");
        assertRefused("{\"items\":{\"const\":1},\"contains\":{},\"uniqueItems\":true}", "uniqueItems beside contains");
        assertRefused("{\"not\":{}}", "No answer can fit");
        assertRefused("{\"not\":{\"pattern\":\"a\"}}", "#/not has the keyword pattern inside of not or if");
        assertRefused("{\"not\":{\"const\":{}}}", "lists an object or a list inside of not");
        assertRefused("{\"minLength\":2,\"not\":{\"const\":\"ab\"}}", "excludes texts beside minLength");
        assertRefused(
                "{\"properties\":{\"a\":{\"if\":{\"format\":\"x\"}}}}", "#/properties/a/if has the keyword format");
        assertRefused("{\"oneOf\":[{\"type\":\"null\"},{\"not\":{\"type\":\"null\"}}]}", "whose options use not or if");
        assertRefused("{\"contains\":{},\"maxContains\":200,\"minItems\":200}", "counting them takes more than");
        assertRefused("{\"propertyNames\":{\"maxLength\":3}}", "propertyNames, which are supported only");
        assertRefused("{\"unevaluatedProperties\":false}", "the keyword unevaluatedProperties");
        assertRefused("{\"dependentRequired\":[]}", "dependentRequired that are no object");
        assertRefused("{\"type\":\"text\"}", "has the type \"text\"");
        assertRefused("{\"format\":\"color\"}", "has the format color");
        assertRefused("{\"type\":\"integer\",\"format\":\"odd\"}", "has the format odd");
        assertRefused("{\"pattern\":\"a\",\"maxLength\":3}", "at once");
        assertRefused("{\"pattern\":\"(?=a)\"}", "lookaround");
        assertRefused("{\"pattern\":\"a\",\"enum\":[\"a\"]}", "beside the values that it lists");
        assertRefused("{\"$ref\":\"http://x/y\"}", "stay in the schema");
        assertRefused("{\"$ref\":\"#/nowhere\"}", "which the schema does not have");
        assertRefused("{\"$ref\":\"#\"}", "begins with itself");
        assertRefused("{\"oneOf\":[{\"type\":\"string\"},{\"minLength\":2}]}", "may fit the same value");
        assertRefused("{\"oneOf\":[{\"type\":\"null\"},{\"minLength\":2}]}", "may fit the same value");
        assertRefused("{\"type\":\"integer\",\"multipleOf\":0.3}", "multipleOf 0.3");
        assertRefused("{\"type\":\"number\",\"multipleOf\":-1}", "larger than 0");
        assertRefused("{\"minimum\":1e999999999}", "digits");
        assertRefused("{\"minLength\":-1}", "is no count");
        assertRefused("{\"enum\":[]}", "No answer can fit");
        assertRefused("{\"type\":\"integer\",\"minimum\":3,\"maximum\":2}", "No answer can fit");
        assertRefused("{\"enum\":[\"\\ud800\"]}", "half a surrogate pair");
        assertRefused("{\"items\":[{}]}", "prefixItems");
        assertRefused("{\"minProperties\":2}", "minProperties");
        assertRefused("{\"patternProperties\":{\"a\":{}}}", "patternProperties");
        assertRefused("5", "a number");
        assertRefused("", "The schema");
        assertRefused("{\"a\":", "not JSON");
        assertRefused("{\"anyOf\":{}}", "anyOf");
    }

    private static void assertRefused(String schema, String words) {
        assertThatThrownBy(() -> Walk.schema(schema))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining(words)
                .hasMessageEndingWith(".");
    }

    @Test
    void hostileSchemasAreBounded() {
        String deep = "{\"items\":".repeat(400) + "{}" + "}".repeat(400);
        String options = IntStream.range(0, 12)
                .mapToObj(i -> "{\"anyOf\":["
                        + IntStream.range(0, 10)
                                .mapToObj(j -> "{\"properties\":{\"p" + i + "\":{\"const\":" + j + "}}}")
                                .collect(Collectors.joining(","))
                        + "]}")
                .collect(Collectors.joining(",", "{\"allOf\":[", "]}"));
        String many = IntStream.range(0, 3000)
                .mapToObj(i -> "\"p" + i + "\":{\"type\":\"string\",\"maxLength\":100000}")
                .collect(Collectors.joining(",", "{\"properties\":{", "},\"maxProperties\":3000}"));
        String loop = "{\"allOf\":[{\"$ref\":\"#\"}]}";
        String words = IntStream.range(0, 20_000)
                .mapToObj(i -> "\"word" + i + "\"")
                .collect(Collectors.joining(",", "{\"enum\":[", "]}"));
        String nested = "{\"items\":{\"items\":{\"items\":{\"maxItems\":99999},\"maxItems\":99999},\"maxItems\":99999},"
                + "\"maxItems\":99999}";
        for (String schema : List.of(deep, options, many, loop, words, nested)) {
            Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
                try {
                    Walk.schema(schema).sample(new Random(1), 2000);
                } catch (RequestException e) {
                    assertThat(e.getMessage()).endsWith(".");
                }
            });
        }
    }

    @Test
    @Timeout(120)
    void anyJsonIsReadOrRefused() {
        Random random = new Random(5);
        List<String> pieces = List.of(
                "\"type\":",
                "\"properties\":",
                "\"items\":",
                "\"enum\":",
                "\"anyOf\":",
                "\"required\":",
                "\"minimum\":",
                "\"pattern\":",
                "\"$ref\":",
                "\"allOf\":",
                "\"const\":",
                "\"additionalProperties\":",
                "\"maxItems\":",
                "\"object\"",
                "\"string\"",
                "\"#\"",
                "1",
                "{",
                "}",
                "[",
                "]",
                ",",
                "null",
                "true",
                "-2.5",
                "\"a\"");
        for (int i = 0; i < 5000; i++) {
            StringBuilder schema = new StringBuilder("{");
            for (int j = random.nextInt(14); j >= 0; j--) {
                schema.append(pieces.get(random.nextInt(pieces.size())));
            }
            schema.append("}");
            try {
                Walk.schema(schema.toString()).sample(random, 100);
            } catch (OuvertureException e) {
                assertThat(e.getMessage()).endsWith(".");
            }
        }
    }
}
