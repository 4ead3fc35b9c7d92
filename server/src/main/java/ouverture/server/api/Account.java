package ouverture.server.api;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import ouverture.ChatEvent.Usage;
import ouverture.generate.FinishReason;

/// What is remembered of a request, for the log and the metrics: never what it says.
public final class Account {
    private String operation = "";
    private String model = "";
    private String user = "";
    private boolean streamed;
    private int promptTokens;
    private int cachedTokens;
    private int generatedTokens;
    private @Nullable FinishReason finish;
    private final long start = System.nanoTime();
    private volatile long first;
    private String traceParent = "";
    private String traceState = "";

    /// Takes note of the trace that the request is part of, as W3C's Trace Context has it.
    ///
    /// @param parent header `traceparent`, or empty
    /// @param state header `tracestate`, or empty
    void follows(String parent, String state) {
        traceParent = parent;
        traceState = state;
    }

    /// Header `traceparent` of the request, or empty.
    public String traceParent() {
        return traceParent;
    }

    /// Header `tracestate` of the request, or empty.
    public String traceState() {
        return traceState;
    }

    /// Takes note of a model that is asked.
    ///
    /// @param operation as OpenTelemetry calls it: `chat`, `text_completion`
    /// @param model that is there
    /// @param user whom the client names, or empty
    public void asks(String operation, String model, String user, boolean streamed) {
        this.operation = operation;
        this.model = model;
        this.user = user;
        this.streamed = streamed;
    }

    /// Takes note of the end of an answer.
    ///
    /// @param isFirst whether the prompt has not been counted yet
    public void answered(FinishReason reason, Usage usage, boolean isFirst) {
        finish = reason;
        generatedTokens += usage.generatedTokens();
        if (isFirst) {
            promptTokens += usage.promptTokens();
            cachedTokens += usage.cachedTokens();
        }
    }

    public String operation() {
        return operation;
    }

    public String model() {
        return model;
    }

    public String user() {
        return user;
    }

    public boolean streamed() {
        return streamed;
    }

    public int promptTokens() {
        return promptTokens;
    }

    public int cachedTokens() {
        return cachedTokens;
    }

    public int generatedTokens() {
        return generatedTokens;
    }

    /// Why the last answer ended, null if none did.
    public @Nullable FinishReason finish() {
        return finish;
    }

    /// Takes note of the first sign of an answer; later ones change nothing.
    public void first() {
        if (first == 0) {
            first = Math.max(1, System.nanoTime() - start);
        }
    }

    /// Time from the request's arrival to the first sign of an answer, null if there was none.
    public @Nullable Duration firstToken() {
        return first == 0 ? null : Duration.ofNanos(first);
    }
}
