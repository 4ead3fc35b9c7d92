package ouverture.server.api;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a client has asked for: a request, or an answer that goes on when its request has ended. One thread does
/// it; any thread may give it up.
public abstract sealed class Work permits Call, Background {
    private static final Duration LONGEST = Duration.ofDays(365);

    private final String party;
    private final Account account = new Account();
    private final Object lock = new Object();
    private final List<Runnable> atEnd = new ArrayList<>();
    private final long start = System.nanoTime();
    private volatile long deadline = start + LONGEST.toNanos();
    private volatile Supplier<Duration> patience = () -> Duration.ZERO;
    private volatile boolean begun;
    private @Nullable RuntimeException cancellation;
    private @Nullable Runnable canceller;

    /// @param party whose turn it is: the hash of a key, or without keys an address
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

    /// Gives the work up when it has taken longer than this since it came. Of several limits the shortest counts.
    ///
    /// @param why the limit is there, for the sentence that the client gets
    /// @return to be completed when the limit does not matter any more
    final CompletableFuture<Void> limit(Duration timeout, String why) {
        long end = start + timeout.toNanos();
        if (end - deadline < 0) {
            deadline = end;
        }
        CompletableFuture<Void> ended =
                new CompletableFuture<Void>().orTimeout(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        var _ = ended.whenComplete((_, failure) -> {
            if (failure instanceof TimeoutException) {
                cancel(new ApiException(late(timeout, why)));
            }
        });
        return ended;
    }

    private ApiError late(Duration timeout, String why) {
        String seconds =
                BigDecimal.valueOf(timeout.toMillis(), 3).stripTrailingZeros().toPlainString();
        return begun
                ? new ApiError(
                        ApiError.Kind.TIMEOUT,
                        "The answer was given up after " + seconds + " seconds, " + why + ": ask for fewer tokens.")
                : new ApiError(
                        ApiError.Kind.UNAVAILABLE,
                        "The request has waited " + seconds + " seconds for its turn, " + why + "; try again later.",
                        "",
                        patience.get());
    }

    /// When an answer is of no use any more, as [System#nanoTime].
    public final long deadline() {
        return deadline;
    }

    /// The work will wait for its turn.
    ///
    /// @param patience how long one that comes later should wait before it tries
    public final void waits(Supplier<Duration> patience) {
        this.patience = patience;
    }

    /// The work has its turn, or the first of several.
    public final void begins() {
        begun = true;
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
