package ouverture.server.answer;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import ouverture.error.OverloadedException;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Work;
import ouverture.server.model.Models;
import ouverture.server.model.Turns.Turn;

/// Work that waits for its turn.
final class InTurn {
    private InTurn() {}

    /// Asks for a turn.
    ///
    /// @throws ApiException if too much of the party waits already, or it would wait longer than it may
    static CompletableFuture<Turn> ask(Models.Lease lease, Work work) {
        work.waits(lease.turns()::patience);
        try {
            return lease.askForTurn(work.deadline());
        } catch (OverloadedException e) {
            String message = e.getMessage();
            throw new ApiException(new ApiError(
                    ApiError.Kind.TOO_MANY,
                    message == null ? "" : message,
                    "",
                    lease.turns().patience()));
        }
    }

    /// Waits for a turn and computes something that has no events. When the work is given up, the thread that
    /// computes is interrupted.
    ///
    /// @throws ApiException if too much of the party waits already, or the work was given up
    static <T> T compute(Models.Lease lease, Work work, Supplier<T> computation) {
        CompletableFuture<Turn> asked = ask(lease, work);
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().name("ouverture-compute").start(() -> {
            try (Turn _ = asked.join()) {
                work.begins();
                result.complete(computation.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        work.whenCancelled(() -> {
            asked.cancel(false);
            thread.interrupt();
        });
        try {
            return result.join();
        } catch (CompletionException | CancellationException e) {
            work.checkCancelled();
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
