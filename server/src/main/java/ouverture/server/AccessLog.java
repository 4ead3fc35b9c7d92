package ouverture.server;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ouverture.generate.FinishReason;
import ouverture.server.api.Account;
import ouverture.server.api.ApiError;
import ouverture.server.api.Front;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Writes a line of JSON for each request: never what it says.
final class AccessLog {
    private final Consumer<String> out;
    private final Clock clock = Clock.systemUTC();

    AccessLog(Consumer<String> out) {
        this.out = out;
    }

    /// @param trace id of the trace that the request is part of, or empty
    void write(Front.Ended request, String trace, @Nullable ApiError error, @Nullable Throwable failure) {
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("time", clock.instant().toString())
                .put("id", request.id())
                .put("remote", request.remote())
                .put("method", request.method())
                .put("path", request.path())
                .put("status", request.status())
                .put("millis", request.took().toMillis());
        put(line, "key", request.key());
        put(line, "trace", trace);
        Account account = request.account();
        if (!account.model().isEmpty()) {
            line.put("model", account.model()).put("stream", account.streamed());
            put(line, "user", account.user());
            line.put("prompt_tokens", account.promptTokens())
                    .put("cached_tokens", account.cachedTokens())
                    .put("completion_tokens", account.generatedTokens());
            FinishReason finish = account.finish();
            if (finish != null) {
                line.put("finish", finish.name().toLowerCase(Locale.ROOT));
            }
            Duration first = account.firstToken();
            if (first != null) {
                line.put("first_token_millis", first.toMillis());
            }
        }
        if (error != null) {
            line.put("error", error.kind().name().toLowerCase(Locale.ROOT));
            put(line, "field", error.field());
        }
        if (failure != null) {
            StringWriter stack = new StringWriter();
            failure.printStackTrace(new PrintWriter(stack));
            line.put("failure", stack.toString());
        }
        out.accept(line.toString());
    }

    /// Writes a line of something that is nobody's request.
    void warn(String sentence) {
        out.accept(JsonNodeFactory.instance
                .objectNode()
                .put("time", clock.instant().toString())
                .put("warning", sentence)
                .toString());
    }

    private static void put(ObjectNode line, String name, String value) {
        if (!value.isEmpty()) {
            line.put(name, value);
        }
    }
}
