package ouverture.server.api;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/// How long a client waits for what it has asked, as the headers of its request say.
///
/// @param answer to the end of the answer ([#ANSWER])
/// @param begin to the first byte of the answer ([#BEGIN])
record ClientLimits(Optional<Duration> answer, Optional<Duration> begin) {
    /// The server's own header: seconds, as `30` or `2.5`.
    static final String ANSWER = "X-Request-Timeout";

    /// The libraries of OpenAI and Anthropic for JavaScript, and Anthropic's for Python, tell here after how many
    /// whole seconds they give up waiting for the head of an answer.
    static final String BEGIN = "X-Stainless-Timeout";

    private static final BigDecimal MOST_SECONDS =
            BigDecimal.valueOf(Duration.ofDays(1).toSeconds());

    /// Reads them.
    ///
    /// @param header the value of the header of a name
    /// @throws ApiException if [#ANSWER] is there and no time
    static ClientLimits of(Function<String, Optional<String>> header) {
        Optional<Duration> answer = header.apply(ANSWER)
                .map(text -> seconds(text)
                        .orElseThrow(() -> new ApiException(
                                ApiError.Kind.INVALID,
                                "The header " + ANSWER + " must be seconds, more than 0 and at most " + MOST_SECONDS
                                        + ".")));
        // The libraries also write `NOT_GIVEN`, and 0 for less than a second: they give no limit then.
        return new ClientLimits(answer, header.apply(BEGIN).flatMap(ClientLimits::seconds));
    }

    private static Optional<Duration> seconds(String text) {
        if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
            return Optional.empty();
        }
        BigDecimal seconds = new BigDecimal(text);
        return seconds.signum() == 0 || seconds.compareTo(MOST_SECONDS) > 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(seconds.movePointRight(9).longValue()));
    }
}
