package ouverture.server.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// What a client has asked for: a request, or an answer that goes on when its request has ended. One thread does
/// it; any thread may give it up.
public abstract sealed class Work permits Call, Background {
    private final String party;
    private final Account account = new Account();
    private final Object lock = new Object();
    private final List<Runnable> atEnd = new ArrayList<>();
    private @Nullable RuntimeException cancellation;
    private @Nullable Runnable canceller;

    /// @param party whose turn it is: a key, or without keys an address
    Work(String party) {
        this.party = party;
    }

    /// Whose turn it is: a key's, or without keys that of an address.
    public final String party() {
        return party;
    }

    /// What is remembered of it.
    public final Account account() {
        return account;
    }

    /// Has something done when the work has ended, by the thread that did it: what was said last comes first.
    public final void atEnd(Runnable action) {
        atEnd.add(action);
    }

    /// The work has ended.
    final void ended() {
        atEnd.reversed().forEach(Runnable::run);
    }

    /// Gives the work up.
    ///
    /// @param reason thrown from [#checkCancelled] from now on
    public final void cancel(RuntimeException reason) {
        Runnable action;
        synchronized (lock) {
            if (cancellation != null) {
                return;
            }
            cancellation = reason;
            action = canceller;
        }
        if (action != null) {
            action.run();
        }
    }

    /// Gives the work up when it takes longer than this.
    ///
    /// @return to be completed when the work has ended
    final CompletableFuture<Void> limit(Duration timeout) {
        CompletableFuture<Void> ended =
                new CompletableFuture<Void>().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
        var _ = ended.whenComplete((_, failure) -> {
            if (failure instanceof TimeoutException) {
                cancel(new ApiException(
                        ApiError.Kind.TIMEOUT,
                        "The answer was given up after " + timeout.toSeconds()
                                + " seconds, the most that this server allows: ask for fewer tokens."));
            }
        });
        return ended;
    }

    /// Says how the work is ended before its time; takes the place of what was said before.
    ///
    /// @param action may be called at once, and on any thread
    public final void whenCancelled(Runnable action) {
        boolean already;
        synchronized (lock) {
            canceller = action;
            already = cancellation != null;
        }
        if (already) {
            action.run();
        }
    }

    /// Throws what the work was given up for, if it was.
    public final void checkCancelled() {
        RuntimeException reason;
        synchronized (lock) {
            reason = cancellation;
        }
        if (reason != null) {
            throw reason;
        }
    }
}
