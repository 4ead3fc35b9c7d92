package ouverture.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Filters on numbers and on single values of every kind.
final class ValueFilters {
    private static final List<String> DECIMAL_UNITS = List.of("kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB");
    private static final List<String> BINARY_UNITS = List.of("KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB");

    private ValueFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("default", ValueFilters::orDefault);
        filters.put("d", ValueFilters::orDefault);
        filters.put("attr", ValueFilters::attribute);
        filters.put("int", ValueFilters::toInteger);
        filters.put("float", ValueFilters::toFloat);
        filters.put("abs", ValueFilters::absolute);
        filters.put("round", ValueFilters::round);
        filters.put("filesizeformat", ValueFilters::fileSize);
        filters.put("tojson", ValueFilters::toJson);
        filters.put("from_json", ValueFilters::fromJson);
    }

    private static Object orDefault(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'default'", 0, "default_value", "boolean");
        boolean missing = value instanceof Undefined || (bound.truth(1) && !Types.truth(value));
        return missing ? bound.get(0, "") : value;
    }

    private static Object attribute(Rendering rendering, Object value, Arguments arguments) {
        String name = arguments.bind("the filter 'attr'", 1, "name").requiredText(0);
        Object attribute = Access.own(value, name);
        return attribute == null ? Undefined.attribute(value, name) : attribute;
    }

    private static Object toInteger(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'int'", 0, "default", "base");
        Object otherwise = bound.get(0, 0L);
        return switch (value) {
            case Undefined undefined -> throw undefined.failure();
            case Long number -> number;
            case Boolean truth -> truth ? 1L : 0L;
            case Double number -> Double.isNaN(number) ? otherwise : (Object) Numbers.truncate(number);
            default -> {
                String text = Types.text(value);
                Long integer = text == null ? null : integer(text, bound.count(1, 10));
                yield integer == null ? otherwise : integer;
            }
        };
    }

    private static @Nullable Long integer(String text, int base) {
        if (base != 0 && (base < 2 || base > 36)) {
            throw new Failure("the filter 'int' needs a base of 0 or from 2 to 36");
        }
        Long integer = Numbers.parseInteger(text, base);
        if (integer != null) {
            return integer;
        }
        Double number = Numbers.parseFloat(text);
        return number == null || !Double.isFinite(number) ? null : (Long) Numbers.truncate(number);
    }

    private static Object toFloat(Rendering rendering, Object value, Arguments arguments) {
        Object otherwise = arguments.bind("the filter 'float'", 0, "default").get(0, 0.0);
        Double number = number(value);
        return number == null ? otherwise : number;
    }

    /// Python's `float(value)`, or null where that fails.
    private static @Nullable Double number(Object value) {
        return switch (value) {
            case Undefined undefined -> throw undefined.failure();
            case Long number -> (double) number;
            case Double number -> number;
            case Boolean truth -> truth ? 1.0 : 0.0;
            default -> {
                String text = Types.text(value);
                yield text == null ? null : Numbers.parseFloat(text);
            }
        };
    }

    private static Object absolute(Rendering rendering, Object value, Arguments arguments) {
        arguments.none("the filter 'abs'");
        return switch (Arithmetic.plus(value)) {
            case Long number when number < 0 -> Arithmetic.negate(number);
            case Double number -> Math.abs(number);
            case Object number -> number;
        };
    }

    private static Object round(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("the filter 'round'", 0, "precision", "method");
        String method = bound.has(1) ? bound.requiredText(1) : "common";
        int precision = bound.count(0, 0);
        Object number = Arithmetic.plus(value);
        return switch (method) {
            case "common" ->
                number instanceof Long integer
                        ? roundInteger(integer, precision)
                        : (Object) Numbers.round((Double) number, precision);
            case "ceil" -> toward(number, precision, true, rendering.budget());
            case "floor" -> toward(number, precision, false, rendering.budget());
            default -> throw new Failure("the filter 'round' has the methods common, ceil and floor");
        };
    }

    private static long roundInteger(long value, int precision) {
        if (precision >= 0) {
            return value;
        }
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(Math.max(precision, -20), RoundingMode.HALF_EVEN);
        return Numbers.exact(rounded.toBigInteger());
    }

    private static Object toward(Object number, int precision, boolean up, Budget budget) {
        Object scale = Arithmetic.POWER.apply(10L, (long) precision, budget);
        Object scaled = Arithmetic.MULTIPLY.apply(number, scale, budget);
        long whole = scaled instanceof Long integer
                ? integer
                : Numbers.truncate(up ? Math.ceil((Double) scaled) : Math.floor((Double) scaled));
        return Arithmetic.DIVIDE.apply(whole, scale, budget);
    }

    private static Object fileSize(Rendering rendering, Object value, Arguments arguments) {
        boolean binary =
                arguments.bind("the filter 'filesizeformat'", 0, "binary").truth(0);
        Double bytes = number(value);
        if (bytes == null || !Double.isFinite(bytes)) {
            throw new Failure("the filter 'filesizeformat' needs a number");
        }
        double base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (bytes < base) {
            return Numbers.truncate(bytes) + " Bytes";
        }
        List<String> units = binary ? BINARY_UNITS : DECIMAL_UNITS;
        int unit = 0;
        while (unit < units.size() - 1 && bytes >= Math.pow(base, unit + 2)) {
            unit++;
        }
        return Numbers.fixed(base * bytes / Math.pow(base, unit + 2), 1) + " " + units.get(unit);
    }

    private static Object toJson(Rendering rendering, Object value, Arguments arguments) {
        Arguments.Bound bound =
                arguments.bind("the filter 'tojson'", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        Budget budget = rendering.budget();
        Object indentation = bound.get(1, None.NONE);
        String indent = Types.text(indentation);
        if (indent == null && indentation != None.NONE) {
            int width = Math.max(0, bound.count(1, 0));
            budget.text(width);
            indent = " ".repeat(width);
        }
        String itemSeparator = indent == null ? ", " : ",";
        String keySeparator = ": ";
        Object separators = bound.get(2, None.NONE);
        if (separators != None.NONE) {
            List<Object> pair = Types.collect(separators, budget);
            String item = pair.size() == 2 ? Types.text(pair.get(0)) : null;
            String key = pair.size() == 2 ? Types.text(pair.get(1)) : null;
            if (item == null || key == null) {
                throw new Failure("the filter 'tojson' needs two strings as separators");
            }
            itemSeparator = item;
            keySeparator = key;
        }
        return JsonWriter.write(
                value,
                new JsonWriter.Style(bound.truth(0), indent, itemSeparator, keySeparator, bound.truth(3)),
                budget);
    }

    private static Object fromJson(Rendering rendering, Object value, Arguments arguments) {
        arguments.none("the filter 'from_json'");
        String text = Types.text(value);
        if (text == null) {
            throw new Failure("the filter 'from_json' needs a string and not a value of type " + Types.name(value));
        }
        return JsonReader.read(text, rendering.budget());
    }
}
