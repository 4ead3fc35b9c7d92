package ouverture.constrain;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import tools.jackson.databind.JsonNode;

/// Values of a single schema: its listed values, or each of its types with the keywords that belong to it.
final class SchemaValues {
    /// Multiples that are listed one by one.
    private static final int MOST_MULTIPLES = 1000;

    /// Steps of `multipleOf` whose remainders are followed.
    private static final int LARGEST_STEP = 500;

    private static final int MULTIPLE_DIGITS = 9;

    /// OpenAPI's names for sizes of numbers; those here fit all but the first by themselves.
    private static final Set<String> NUMBER_FORMATS = Set.of("int32", "int64", "float", "double");

    private final SchemaRules schemas;
    private final JsonRules json;

    SchemaValues(SchemaRules schemas) {
        this.schemas = schemas;
        this.json = schemas.json();
    }

    /// What a schema allows.
    Expression expression(Schema schema) {
        Set<Schema.Type> types = schema.types();
        boolean isFree = !schema.has("type") && types.size() == Schema.Type.values().length && !schema.has("not");
        if (schema.has("format")
                && !types.contains(Schema.Type.STRING)
                && !NUMBER_FORMATS.contains(schema.text("format"))) {
            throw schema.wrong("has the format " + schema.text("format") + " for something that is no string, which is"
                    + " not supported; leave it out");
        }
        if (schema.values().isPresent()) {
            List<String> also = new ArrayList<>(schema.has("format") ? List.of("format") : List.of());
            for (Schema.Type type : Schema.Type.values()) {
                also.addAll(schema.keywords(type));
            }
            if (!also.isEmpty()) {
                throw schema.wrong("has " + also.getFirst()
                        + " beside the values that it lists, which is not supported; list only the values that fit");
            }
            return new Expression.Choice(
                    schema.values().get().stream().map(json::value).toList());
        }
        return isFree
                ? json.any()
                : new Expression.Choice(
                        types.stream().map(type -> expression(schema, type)).toList());
    }

    private Expression expression(Schema schema, Schema.Type type) {
        return switch (type) {
            case OBJECT -> new SchemaObjects(schemas, schema).expression();
            case ARRAY -> new SchemaArrays(schemas, schema).expression();
            case STRING -> string(schema);
            case NUMBER -> number(schema);
            case INTEGER -> integer(schema);
            case BOOLEAN -> Expression.choice(Expression.text("true"), Expression.text("false"));
            case NULL -> Expression.text("null");
        };
    }

    private Expression string(Schema schema) {
        List<String> keywords = new ArrayList<>(schema.keywords(Schema.Type.STRING));
        if (schema.has("format")) {
            keywords.add("format");
        }
        if (schema.has("not")) {
            if (!keywords.isEmpty()) {
                throw schema.wrong("excludes texts beside " + String.join(" and ", keywords)
                        + ", which is not supported; say all of it in one pattern");
            }
            return SchemaStrings.otherThan(
                    schema.excluded().stream().map(JsonNode::stringValue).toList(), json);
        }
        if (keywords.isEmpty()) {
            return json.string();
        }
        if (schema.has("pattern") || schema.has("format")) {
            if (keywords.size() > 1) {
                throw schema.wrong("has " + String.join(" and ", keywords)
                        + " at once, which is not supported; say all of it in one pattern");
            }
            return schema.has("pattern") ? pattern(schema) : format(schema);
        }
        return SchemaStrings.length(
                schema.count("minLength", 0), schema.count("maxLength", Expression.UNLIMITED), json);
    }

    private Expression pattern(Schema schema) {
        try {
            return SchemaStrings.pattern(schema.text("pattern"), json);
        } catch (RequestException e) {
            throw new RequestException("The pattern at " + schema.where() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private Expression format(Schema schema) {
        Expression known = SchemaStrings.format(schema.text("format"), json);
        if (known == null) {
            throw schema.wrong("has the format " + schema.text("format") + ", which is not supported; formats are "
                    + SchemaStrings.known());
        }
        return known;
    }

    private static NumberRanges range(Schema schema) {
        BigDecimal min = schema.has("minimum") ? schema.number("minimum") : null;
        BigDecimal above = schema.has("exclusiveMinimum") ? schema.number("exclusiveMinimum") : null;
        BigDecimal max = schema.has("maximum") ? schema.number("maximum") : null;
        BigDecimal below = schema.has("exclusiveMaximum") ? schema.number("exclusiveMaximum") : null;
        if (schema.has("format") && schema.text("format").equals("int32")) {
            min = min == null ? BigDecimal.valueOf(Integer.MIN_VALUE) : min.max(BigDecimal.valueOf(Integer.MIN_VALUE));
            max = max == null ? BigDecimal.valueOf(Integer.MAX_VALUE) : max.min(BigDecimal.valueOf(Integer.MAX_VALUE));
        }
        boolean isMinExcluded = above != null && (min == null || above.compareTo(min) >= 0);
        boolean isMaxExcluded = below != null && (max == null || below.compareTo(max) <= 0);
        return new NumberRanges(isMinExcluded ? above : min, isMinExcluded, isMaxExcluded ? below : max, isMaxExcluded);
    }

    private Expression number(Schema schema) {
        NumberRanges range = range(schema);
        if (schema.has("multipleOf")) {
            BigDecimal step = step(schema).stripTrailingZeros();
            if (step.scale() <= 0) {
                return integer(schema);
            }
            boolean isPowerOfTen = step.unscaledValue().equals(BigInteger.ONE) && step.scale() <= JsonRules.DIGITS;
            if (!isPowerOfTen || !range.isUnbounded()) {
                throw schema.wrong("has multipleOf " + step.toPlainString()
                        + ", which is not supported there; whole numbers are, and 0.1, 0.01 and so on without bounds");
            }
            Expression digits = new Expression.Repeat(Expression.characters('0', '9'), 1, step.scale());
            return Expression.sequence(
                    json.integer(), Expression.optional(Expression.sequence(Expression.text("."), digits)));
        }
        return range.isUnbounded() ? json.number() : range.decimals();
    }

    private static BigDecimal step(Schema schema) {
        BigDecimal step = schema.number("multipleOf");
        if (step.signum() <= 0) {
            throw schema.wrong("has multipleOf " + step + "; it must be larger than 0");
        }
        return step;
    }

    private Expression integer(Schema schema) {
        NumberRanges range = range(schema);
        BigDecimal step = schema.has("multipleOf") ? step(schema).stripTrailingZeros() : BigDecimal.ONE;
        if (step.scale() > 0) {
            throw schema.wrong("has multipleOf " + step.toPlainString() + " for whole numbers, which is not supported");
        }
        if (step.compareTo(BigDecimal.ONE) == 0) {
            return range.isUnbounded() ? json.integer() : range.integers();
        }
        BigInteger smallest = range.smallest();
        BigInteger largest = range.largest();
        BigInteger size = step.toBigInteger();
        if (smallest != null
                && largest != null
                && largest.subtract(smallest).divide(size).bitLength() < 32) {
            return multiples(schema, smallest, largest, size);
        }
        boolean isNatural = smallest != null && (smallest.signum() == 0 || smallest.equals(BigInteger.ONE));
        if (largest != null
                || smallest != null && !isNatural
                || size.bitLength() > 30
                || size.intValue() > LARGEST_STEP) {
            throw schema.wrong("has multipleOf " + size + " with bounds or of a size that is not supported; steps up"
                    + " to " + LARGEST_STEP + " without bounds are, and up to " + MOST_MULTIPLES
                    + " multiples between two bounds");
        }
        return multiples(size.intValue(), smallest);
    }

    private static Expression multiples(Schema schema, BigInteger smallest, BigInteger largest, BigInteger step) {
        List<Expression> options = new ArrayList<>();
        BigInteger first = smallest.add(step)
                .subtract(BigInteger.ONE)
                .subtract(smallest.add(step).subtract(BigInteger.ONE).mod(step));
        for (BigInteger each = first; each.compareTo(largest) <= 0; each = each.add(step)) {
            if (options.size() == MOST_MULTIPLES) {
                throw schema.wrong("has more than " + MOST_MULTIPLES + " multiples of " + step
                        + " between its bounds, which is not supported; narrow the bounds");
            }
            options.add(Expression.text(each.toString()));
        }
        return new Expression.Choice(options);
    }

    /// Follows the remainder digit by digit: a rule for each remainder and number of digits that may follow.
    private Expression multiples(int step, @Nullable BigInteger smallest) {
        Expression[] rest = new Expression[step];
        for (int left = 0; left < MULTIPLE_DIGITS; left++) {
            Expression[] longer = new Expression[step];
            for (int remainder = 0; remainder < step; remainder++) {
                List<Expression> options = new ArrayList<>();
                if (remainder == 0) {
                    options.add(Expression.NOTHING);
                }
                for (int digit = 0; left > 0 && digit < 10; digit++) {
                    options.add(Expression.sequence(
                            Expression.text(String.valueOf(digit)), rest[(10 * remainder + digit) % step]));
                }
                longer[remainder] = json.rules().add("a multiple of " + step, new Expression.Choice(options));
            }
            rest = longer;
        }
        List<Expression> options = new ArrayList<>();
        for (int digit = 1; digit < 10; digit++) {
            options.add(Expression.sequence(Expression.text(String.valueOf(digit)), rest[digit % step]));
        }
        Expression positive = new Expression.Choice(options);
        Expression signed =
                smallest == null ? Expression.sequence(Expression.optional(Expression.text("-")), positive) : positive;
        boolean hasZero = smallest == null || smallest.signum() == 0;
        return hasZero ? Expression.choice(Expression.text("0"), signed) : signed;
    }
}
