package ouverture.text.harmony;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ouverture.text.jinja.JsonString;

/// JSON without spaces as the reference library writes it (Rust's serde_json): Jackson's floating-point numbers
/// and escapes are others.
final class CompactJson {
    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

    private final StringBuilder out = new StringBuilder();

    private CompactJson() {}

    static String of(@Nullable Object value) {
        CompactJson json = new CompactJson();
        json.write(value);
        return json.out.toString();
    }

    private void write(@Nullable Object value) {
        switch (value) {
            case null -> out.append("null");
            case String text -> JsonString.append(out, text, false);
            case Double number -> out.append(number(number));
            case BigInteger number -> {
                boolean fits = number.compareTo(LEAST) >= 0 && number.compareTo(MOST) <= 0;
                out.append(fits ? number.toString() : number(number.doubleValue()));
            }
            case List<?> items -> {
                out.append('[');
                for (Iterator<?> i = items.iterator(); i.hasNext(); ) {
                    write(i.next());
                    out.append(i.hasNext() ? "," : "");
                }
                out.append(']');
            }
            case Map<?, ?> entries -> {
                out.append('{');
                for (Iterator<? extends Map.Entry<?, ?>> i = entries.entrySet().iterator(); i.hasNext(); ) {
                    Map.Entry<?, ?> entry = i.next();
                    JsonString.append(out, String.valueOf(entry.getKey()), false);
                    out.append(':');
                    write(entry.getValue());
                    out.append(i.hasNext() ? "," : "");
                }
                out.append('}');
            }
            default -> out.append(value);
        }
    }

    /// The shortest digits that mean the number, plain from 1e-5 to 1e16.
    static String number(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return Double.toString(value);
        }
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        String digits = decimal.unscaledValue().abs().toString();
        int point = digits.length() - decimal.scale();
        String sign = value < 0 ? "-" : "";
        if (point > 16 || point <= -5) {
            String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
            return sign + digits.charAt(0) + fraction + "e" + (point - 1);
        }
        String plain = decimal.abs().toPlainString();
        return sign + plain + (plain.contains(".") ? "" : ".0");
    }
}
