package ouverture.server.ollama;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.server.field.Field;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;

/// How long a model stays loaded after its last request.
///
/// @param duration null until its memory is needed
record KeepAlive(@Nullable Duration duration) {
    private static final KeepAlive FOREVER = new KeepAlive(null);
    private static final double MOST_SECONDS = 1e9;

    /// Durations as Go writes them: `5m`, `1h30m`, `1.5s`.
    private static final Pattern PART = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(h|ms|m|s|us|µs|ns)");

    private static final Map<String, BigDecimal> SECONDS = Map.of(
            "h", new BigDecimal(3600),
            "m", new BigDecimal(60),
            "s", BigDecimal.ONE,
            "ms", new BigDecimal("1e-3"),
            "us", new BigDecimal("1e-6"),
            "µs", new BigDecimal("1e-6"),
            "ns", new BigDecimal("1e-9"));

    private static final JsonType<KeepAlive> TYPE = JsonTypes.either(
            JsonTypes.number(-MOST_SECONDS, MOST_SECONDS).as(KeepAlive::ofSeconds),
            JsonTypes.text().as(KeepAlive::parse));

    /// `keep_alive`.
    static final Field<KeepAlive> FIELD = Field.of(
            "keep_alive",
            TYPE,
            FOREVER,
            "-1",
            "how long the model stays loaded afterwards: seconds, or a duration such as `\"5m\"`; below 0"
                    + " until its memory"
                    + " is needed, 0 unloads it");

    private static KeepAlive ofSeconds(double seconds) {
        return seconds < 0 ? FOREVER : new KeepAlive(Duration.ofMillis((long) (seconds * 1000)));
    }

    private static KeepAlive parse(String text) {
        String digits = text.startsWith("-") ? text.substring(1) : text;
        BigDecimal seconds = BigDecimal.ZERO;
        if (digits.matches("[0-9]{1,9}")) {
            seconds = new BigDecimal(digits);
        } else {
            Matcher part = PART.matcher(digits);
            int end = 0;
            while (part.find() && part.start() == end) {
                BigDecimal unit = SECONDS.getOrDefault(part.group(2), BigDecimal.ZERO);
                seconds = seconds.add(new BigDecimal(part.group(1)).multiply(unit));
                end = part.end();
            }
            if (end == 0 || end < digits.length()) {
                throw new RequestException("'" + text + "' is no duration; write one as 300, \"5m\" or \"1h30m\".");
            }
        }
        return text.startsWith("-") ? FOREVER : ofSeconds(Math.min(MOST_SECONDS, seconds.doubleValue()));
    }

    /// Whether the model is to be unloaded at once.
    boolean unloads() {
        return duration != null && duration.isZero();
    }
}
