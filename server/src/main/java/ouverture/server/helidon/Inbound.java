package ouverture.server.helidon;

import io.helidon.common.socket.HelidonSocket;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The bytes that a client sends. While a request is answered nobody reads them, and nobody would see that the
/// client has closed its connection: so they are read ahead then, on another thread, and kept for the next
/// request.
final class Inbound implements Supplier<byte @Nullable []> {
    /// Hears of the bytes that came, on the connection's thread.
    interface Meter {
        void read(int bytes);
    }

    private final HelidonSocket socket;
    private final Meter meter;
    private @Nullable CompletableFuture<byte @Nullable []> ahead;
    private volatile @Nullable Runnable gone;

    Inbound(HelidonSocket socket, Meter meter) {
        this.socket = socket;
        this.meter = meter;
    }

    /// The next bytes, null at the end.
    ///
    /// @throws CloseConnectionException if the connection broke
    @Override
    public byte @Nullable [] get() {
        CompletableFuture<byte @Nullable []> begun = ahead;
        ahead = null;
        byte[] bytes = begun == null ? read() : await(begun);
        if (bytes != null) {
            meter.read(bytes.length);
        }
        return bytes;
    }

    private static byte @Nullable [] await(CompletableFuture<byte @Nullable []> begun) {
        try {
            return begun.join();
        } catch (CompletionException e) {
            throw new CloseConnectionException("reading failed", e);
        }
    }

    private byte @Nullable [] read() {
        try {
            return socket.get();
        } catch (UncheckedIOException e) {
            throw new ServerConnectionException("reading failed", e);
        }
    }

    /// Runs an action when the client closes its connection, until [#unwatch]. Called by the thread that reads,
    /// when it has read a whole request.
    void watch(Runnable action) {
        gone = action;
        if (ahead != null) {
            return;
        }
        CompletableFuture<byte @Nullable []> reading = new CompletableFuture<>();
        ahead = reading;
        Thread.ofVirtual().name("ouverture-watch").start(() -> {
            try {
                byte[] bytes = read();
                reading.complete(bytes);
                if (bytes == null) {
                    leave();
                }
            } catch (RuntimeException e) {
                reading.completeExceptionally(e);
                leave();
            }
        });
    }

    private void leave() {
        Runnable action = gone;
        if (action != null) {
            action.run();
        }
    }

    /// Ends a watch.
    void unwatch() {
        gone = null;
    }
}
