package ouverture.server.answer;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import ouverture.error.OverloadedException;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Work;
import ouverture.server.model.Turns;
import ouverture.server.model.Turns.Turn;

/// Work that waits for its turn.
final class InTurn {
    private InTurn() {}

    /// Asks for a turn.
    ///
    /// @throws ApiException if too much of the party waits already
    static CompletableFuture<Turn> ask(Turns turns, Work work) {
        try {
            return turns.ask(work.party());
        } catch (OverloadedException e) {
            String message = e.getMessage();
            throw new ApiException(
                    new ApiError(ApiError.Kind.TOO_MANY, message == null ? "" : message, "", turns.patience()));
        }
    }

    /// Waits for a turn and computes something that has no events. When the work is given up, the thread that
    /// computes is interrupted.
    ///
    /// @throws ApiException if too much of the party waits already, or the work was given up
    static <T> T compute(Turns turns, Work work, Supplier<T> computation) {
        CompletableFuture<Turn> asked = ask(turns, work);
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().name("ouverture-compute").start(() -> {
            try (Turn _ = asked.join()) {
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
