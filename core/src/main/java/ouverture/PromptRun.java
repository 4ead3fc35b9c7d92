package ouverture;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import ouverture.error.ResourceException;
import ouverture.generate.FinishReason;
import ouverture.generate.Scheduler;
import ouverture.generate.Sequence;
import ouverture.generate.TokenProbability;

/// A prompt that is computed without an answer, and somebody who waits for its end.
final class PromptRun implements Sequence.Listener {
    private final CompletableFuture<FinishReason> done = new CompletableFuture<>();
    private @Nullable Sequence sequence;

    /// Begins.
    ///
    /// @throws ouverture.error.OverloadedException if too many requests wait
    void start(Scheduler scheduler, Sequence prompt) {
        sequence = prompt;
        scheduler.submit(prompt);
    }

    /// Ends the computation soon, if it still runs.
    void cancel() {
        if (sequence != null) {
            sequence.cancel();
        }
    }

    /// Waits for the end.
    ///
    /// @throws ouverture.error.OuvertureException if it was a failure
    void await() {
        try {
            done.get();
        } catch (ExecutionException e) {
            throw StreamedGeneration.failure(done.exceptionNow());
        } catch (InterruptedException e) {
            cancel();
            Thread.currentThread().interrupt();
            throw new ResourceException("The computation was given up: its caller was interrupted.", e);
        }
    }

    @Override
    public boolean token(int id, TokenProbability probability) {
        return true;
    }

    @Override
    public void finished(FinishReason reason, Sequence.Counts counts) {
        done.complete(reason);
    }

    @Override
    public void failed(Throwable failure) {
        done.completeExceptionally(failure);
    }
}
