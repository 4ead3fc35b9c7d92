package ouverture.cli;

import java.io.PrintWriter;

/// A line on standard error while a model loads, from the second second on; gone when the model is there.
final class LoadingNotice implements AutoCloseable {
    private static final long PERIOD_MILLIS = 1000;

    private final Thread thread;

    /// Starts to count; shows nothing if standard error is not a terminal.
    LoadingNotice(Streams streams) {
        thread = Thread.ofVirtual().unstarted(() -> show(streams.err()));
        if (streams.errorIsTerminal()) {
            thread.start();
        }
    }

    private static void show(PrintWriter err) {
        try {
            Thread.sleep(PERIOD_MILLIS);
        } catch (InterruptedException e) {
            return;
        }
        try {
            for (int seconds = 1; ; seconds++) {
                err.print("\rLoading the model: " + seconds + " s");
                err.flush();
                Thread.sleep(PERIOD_MILLIS);
            }
        } catch (InterruptedException e) {
            err.print("\r\033[K");
            err.flush();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
