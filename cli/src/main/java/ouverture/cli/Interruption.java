package ouverture.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets Ctrl-C end an answer in good order: the process waits until the command has written what it has, then
/// ends with the exit code of the signal.
final class Interruption implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean requested;

    /// @param cancel ends the answer soon; called from another thread
    Interruption(Runnable cancel) {
        this(cancel, PATIENCE);
    }

    /// @param cancel as above
    /// @param patience how long the process waits
    Interruption(Runnable cancel, Duration patience) {
        hook = new Thread(() -> {
            requested = true;
            cancel.run();
            try {
                boolean inTime = finished.await(patience.toMillis(), TimeUnit.MILLISECONDS);
                assert inTime : "the answer did not end";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process is already on its way out, and nothing waits for this.
            requested = true;
            cancel.run();
        }
    }

    /// Whether the process is to end: nothing more should begin.
    boolean requested() {
        return requested;
    }

    /// The command has written everything.
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The process is already on its way out, and the hook waits for this.
            finished.countDown();
        }
    }
}
