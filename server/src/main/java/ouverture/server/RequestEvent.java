package ouverture.server;

import java.time.Duration;
import java.util.Locale;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import ouverture.generate.FinishReason;
import ouverture.server.api.Account;
import ouverture.server.api.Front;

/// A request to a model in a recording of JDK Flight Recorder: never what it says.
@Name("ouverture.Request")
@Label("Request to a model")
@Category({"Ouverture", "Server"})
@Description("A request to a model that has ended, without what it says")
@StackTrace(false)
final class RequestEvent extends Event {
    @Label("Id")
    final String id;

    @Label("Operation")
    final String operation;

    @Label("Model")
    final String model;

    @Label("Status of HTTP")
    final int status;

    @Label("Error")
    final String error;

    @Label("Why the answer ended")
    final String finish;

    @Label("Tokens of the prompt")
    final int promptTokens;

    @Label("Tokens of the prompt that the cache had")
    final int cachedTokens;

    @Label("Tokens of the answer")
    final int generatedTokens;

    @Label("Whole time")
    @Timespan
    final long took;

    @Label("Time to the first token")
    @Timespan
    final long firstToken;

    private RequestEvent(Front.Ended request, String error) {
        Account account = request.account();
        FinishReason reason = account.finish();
        Duration first = account.firstToken();
        id = request.id();
        operation = account.operation();
        model = account.model();
        status = request.status();
        this.error = error;
        finish = reason == null ? "" : reason.name().toLowerCase(Locale.ROOT);
        promptTokens = account.promptTokens();
        cachedTokens = account.cachedTokens();
        generatedTokens = account.generatedTokens();
        took = request.took().toNanos();
        firstToken = first == null ? -1 : first.toNanos();
    }

    /// Writes a request that has ended into the recordings that run, if any want it.
    ///
    /// @param error what went wrong, or empty
    static void record(Front.Ended request, String error) {
        RequestEvent event = new RequestEvent(request, error);
        if (event.shouldCommit()) {
            event.commit();
        }
    }
}
