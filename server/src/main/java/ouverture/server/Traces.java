package ouverture.server;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.generate.FinishReason;
import ouverture.server.api.Account;
import ouverture.server.api.Front;

/// A span for each request to a model, for a collector that takes OpenTelemetry's protocol (OTLP over HTTP), with
/// the attributes of its conventions for generative AI: never what a request says. A request that is part of a
/// client's trace (W3C Trace Context, `traceparent`) becomes part of it here.
final class Traces implements AutoCloseable {
    private static final String ENDPOINT = "otel.exporter.otlp.endpoint";
    private static final String TRACES_ENDPOINT = "otel.exporter.otlp.traces.endpoint";
    private static final Pattern PARENT = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");
    private static final int MOST_CLOSING_SECONDS = 5;
    private static final Map<String, String> DEFAULTS = Map.of(
            "otel.service.name", "ouverture",
            "otel.exporter.otlp.protocol", "http/protobuf",
            "otel.propagators", "tracecontext",
            "otel.metrics.exporter", "none",
            "otel.logs.exporter", "none");

    /// Held here because the logging system holds loggers weakly.
    private static final Logger SDK_LOG = Logger.getLogger("io.opentelemetry");

    private final @Nullable OpenTelemetrySdk sdk;
    private final Handler complaints;
    private final Clock clock = Clock.systemUTC();

    private Traces(@Nullable OpenTelemetrySdk sdk, Handler complaints) {
        this.sdk = sdk;
        this.complaints = complaints;
    }

    /// Makes a sentence of what the SDK complains of: that a collector does not answer is no accident of ours.
    private static Handler complaints(Consumer<String> warn) {
        return new Handler() {
            @Override
            public void publish(LogRecord complaint) {
                if (complaint.getLevel().intValue() >= Level.WARNING.intValue()) {
                    warn.accept("OpenTelemetry: " + complaint.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    /// Traces as OpenTelemetry's settings say; where they name no place to send them to, none are made.
    ///
    /// @param settings by OpenTelemetry's names of properties, as `otel.exporter.otlp.endpoint`; the environment
    ///     prevails
    /// @param warn takes a sentence when traces cannot be sent
    /// @throws RequestException if the settings are no good
    static Traces of(Map<String, String> settings, Consumer<String> warn) {
        Handler complaints = complaints(warn);
        if (!settings.containsKey(ENDPOINT) && !settings.containsKey(TRACES_ENDPOINT)) {
            return new Traces(null, complaints);
        }
        SDK_LOG.setUseParentHandlers(false);
        SDK_LOG.addHandler(complaints);
        try {
            OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.builder()
                    .addPropertiesSupplier(() -> DEFAULTS)
                    .addPropertiesSupplier(() -> settings)
                    .disableShutdownHook()
                    .build()
                    .getOpenTelemetrySdk();
            return new Traces(sdk, complaints);
        } catch (ConfigurationException | IllegalArgumentException | IllegalStateException e) {
            SDK_LOG.removeHandler(complaints);
            throw new RequestException(
                    "OpenTelemetry's settings are no good: " + e.getMessage()
                            + "; mend the variables that begin with OTEL_, or unset OTEL_EXPORTER_OTLP_ENDPOINT.",
                    e);
        }
    }

    /// Takes note of a request that has ended.
    ///
    /// @param error what went wrong, or empty
    /// @return id of the trace that it is part of, or empty
    String note(Front.Ended request, String error) {
        Account account = request.account();
        if (sdk == null || account.model().isEmpty()) {
            Matcher parent = PARENT.matcher(account.traceParent());
            return parent.matches() ? parent.group(1) : "";
        }
        Context context = sdk.getPropagators().getTextMapPropagator().extract(Context.root(), account, Traces::header);
        Tracer tracer = sdk.getTracer("ouverture.server");
        Instant end = clock.instant();
        Instant start = end.minus(request.took());
        SpanBuilder builder = tracer.spanBuilder(account.operation() + " " + account.model())
                .setParent(context)
                .setSpanKind(SpanKind.SERVER)
                .setStartTimestamp(start)
                .setAttribute("gen_ai.operation.name", account.operation())
                .setAttribute("gen_ai.provider.name", "ouverture")
                .setAttribute("gen_ai.request.model", account.model())
                .setAttribute("gen_ai.response.model", account.model())
                .setAttribute("gen_ai.response.id", request.id())
                .setAttribute("gen_ai.usage.input_tokens", account.promptTokens())
                .setAttribute("gen_ai.usage.output_tokens", account.generatedTokens())
                .setAttribute("ouverture.usage.cached_tokens", account.cachedTokens())
                .setAttribute("http.request.method", request.method())
                .setAttribute("http.response.status_code", request.status())
                .setAttribute("url.path", request.path())
                .setAttribute("client.address", request.remote());
        FinishReason finish = account.finish();
        if (finish != null) {
            builder.setAttribute(
                    AttributeKey.stringArrayKey("gen_ai.response.finish_reasons"),
                    List.of(finish.name().toLowerCase(Locale.ROOT)));
        }
        if (!error.isEmpty()) {
            builder.setAttribute("error.type", error);
        }
        Span span = builder.startSpan();
        Duration first = account.firstToken();
        if (first != null) {
            span.addEvent("first token", start.plus(first));
        }
        if (!error.isEmpty()) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end(end);
        return span.getSpanContext().getTraceId();
    }

    private static @Nullable String header(@Nullable Account account, String name) {
        return switch (account) {
            case null -> null;
            case Account asked when name.equals("traceparent") -> asked.traceParent();
            case Account asked when name.equals("tracestate") -> asked.traceState();
            default -> null;
        };
    }

    /// Sends what has not been sent yet, as far as the collector takes it.
    @Override
    public void close() {
        if (sdk != null) {
            sdk.shutdown().join(MOST_CLOSING_SECONDS, TimeUnit.SECONDS);
            SDK_LOG.removeHandler(complaints);
        }
    }
}
