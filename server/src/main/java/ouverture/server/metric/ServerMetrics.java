package ouverture.server.metric;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ouverture.ChatEvent.Usage;

/// Figures of a running server, under the names that OpenTelemetry's conventions for generative AI give to
/// servers (`gen_ai.server.*`), and our own where it has none (`ouverture.*`).
public final class ServerMetrics implements AutoCloseable {
    private static final double[] REQUEST_SECONDS = {
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92
    };
    private static final double[] FIRST_TOKEN_SECONDS = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0
    };
    private static final double[] OUTPUT_TOKEN_SECONDS = {
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /// Metrics with the figures of the Java process.
    public ServerMetrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /// Adds a figure that is asked for when the metrics are read.
    public void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    /// Takes note of a request to a model.
    ///
    /// @param operation as OpenTelemetry calls it: `chat`, `text_completion`
    /// @param error what went wrong, or empty
    public void request(String operation, String model, String error, Duration took) {
        Tags tags = tags(operation, model);
        timer(
                        "gen_ai.server.request.duration",
                        "Duration of requests, to the last byte of the answer",
                        error.isEmpty() ? tags : tags.and("error.type", error),
                        REQUEST_SECONDS)
                .record(took);
    }

    /// Takes note of an answer.
    ///
    /// @param first time from the request's arrival to its first token, null if that is not to be counted
    /// @param isFirst whether its prompt has not been counted yet
    public void answer(String operation, String model, Usage usage, @Nullable Duration first, boolean isFirst) {
        Tags tags = tags(operation, model);
        if (first != null) {
            timer("gen_ai.server.time_to_first_token", "Time to the first token", tags, FIRST_TOKEN_SECONDS)
                    .record(first);
        }
        if (usage.generatedTokens() > 1) {
            timer(
                            "gen_ai.server.time_per_output_token",
                            "Time for each token after the first",
                            tags,
                            OUTPUT_TOKEN_SECONDS)
                    .record(usage.decode().dividedBy(usage.generatedTokens() - 1L));
        }
        if (isFirst) {
            count("ouverture.tokens.prompt", "Tokens of prompts", tags, usage.promptTokens());
            count("ouverture.tokens.cached", "Tokens of prompts that the cache had", tags, usage.cachedTokens());
        }
        count("ouverture.tokens.generated", "Tokens of answers", tags, usage.generatedTokens());
    }

    private static Tags tags(String operation, String model) {
        return Tags.of(
                Tag.of("gen_ai.operation.name", operation),
                Tag.of("gen_ai.provider.name", "ouverture"),
                Tag.of("gen_ai.request.model", model),
                Tag.of("gen_ai.response.model", model));
    }

    private Timer timer(String name, String description, Tags tags, double[] seconds) {
        return Timer.builder(name)
                .description(description)
                .tags(tags)
                .serviceLevelObjectives(Arrays.stream(seconds)
                        .mapToObj(each -> Duration.ofNanos((long) (each * 1e9)))
                        .toArray(Duration[]::new))
                .register(registry);
    }

    private void count(String name, String description, Tags tags, int amount) {
        Counter.builder(name)
                .description(description)
                .tags(tags)
                .register(registry)
                .increment(amount);
    }

    /// All figures in the text format of Prometheus.
    public String text() {
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
