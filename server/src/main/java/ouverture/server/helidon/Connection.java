package ouverture.server.helidon;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.http1.Http1Connection;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import ouverture.server.http.HttpOptions;

/// A client's connection: Helidon's own, with eyes on how long it takes for what.
final class Connection implements ServerConnection, InterruptableTask<Void> {
    /// The connection of the request that the current thread answers.
    static final ScopedValue<Connection> CURRENT = ScopedValue.newInstance();

    private static final long LINGER_BYTES = 8 << 20;

    private enum Phase {
        /// Between two requests, or before the first.
        WAITING,
        /// A request has begun to come.
        READING,
        /// A request is there and its answer is not.
        ANSWERING
    }

    private final HttpOptions options;
    private final Connections all;
    private final HelidonSocket socket;
    private final Inbound inbound;
    private final Outbound outbound;
    private final ServerConnection http;
    private volatile Phase phase = Phase.WAITING;
    private volatile long since = System.nanoTime();
    private volatile @Nullable Thread thread;
    private long requestBytes;
    private boolean linger;

    Connection(ConnectionContext context, ServerConnectionSelector selector, HttpOptions options, Connections all) {
        this.options = options;
        this.all = all;
        socket = context.serverSocket();
        inbound = new Inbound(socket, this::read);
        outbound = new Outbound(context.dataWriter());
        http = selector.connection(new Timed(context, DataReader.create(inbound), outbound));
    }

    private void enter(Phase next) {
        since = System.nanoTime();
        phase = next;
        requestBytes = 0;
    }

    private void read(int bytes) {
        if (phase == Phase.WAITING) {
            enter(Phase.READING);
        }
        requestBytes += bytes;
        // Framing may double a body that comes in tiny chunks; more than that is no honest request.
        if (requestBytes > 4L * (options.bodyBytes() + 2L * options.headerBytes())) {
            throw new CloseConnectionException("the request is endless");
        }
    }

    /// The request has been read to its end.
    void requestIsThere() {
        enter(Phase.ANSWERING);
    }

    /// Runs an action when the client closes the connection before the answer is complete.
    void whenGone(Runnable action) {
        inbound.watch(action);
    }

    /// The answer is complete, or given up.
    void answered() {
        inbound.unwatch();
        enter(Phase.WAITING);
    }

    /// Ends the connection when the answer in progress is complete.
    ///
    /// @param unread whether some of the request has not been read
    void last(boolean unread) {
        http.close(false);
        linger = unread;
    }

    /// Reads what the client still sends, within limits: closing a connection with unread bytes throws away the
    /// answer on its way.
    private void linger() {
        enter(Phase.READING);
        try {
            long left = LINGER_BYTES;
            for (byte[] bytes = inbound.get(); bytes != null && left > 0; bytes = inbound.get()) {
                left -= bytes.length;
            }
        } catch (CloseConnectionException e) {
            // The client has closed: it has what it wants.
        }
    }

    /// Whether it has taken longer than it may.
    boolean isOverdue() {
        long nanos = System.nanoTime() - since;
        boolean slowReader = outbound.writingNanos() > options.writeTimeout().toNanos();
        return slowReader
                || switch (phase) {
                    case WAITING -> nanos > options.idleTimeout().toNanos();
                    case READING -> nanos > options.readTimeout().toNanos();
                    case ANSWERING -> false;
                };
    }

    /// Nanoseconds for which it has waited for a request, -1 while there is one.
    long waitingNanos() {
        return phase == Phase.WAITING ? System.nanoTime() - since : -1;
    }

    /// Closes the socket; the connection's thread ends by that.
    void cut() {
        Thread writer = thread;
        if (writer != null && outbound.writingNanos() > 0) {
            // Under TLS a socket says goodbye when it is closed, and would wait behind the write that is stuck.
            writer.interrupt();
        }
        Thread.ofVirtual().name("ouverture-cut").start(() -> {
            try {
                socket.close();
            } catch (RuntimeException e) {
                // It was closed already, by the client or by its own thread.
            }
        });
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
        try {
            if (!all.add(this)) {
                return;
            }
            thread = Thread.currentThread();
            ScopedValue.where(CURRENT, this).call(() -> {
                http.handle(limit);
                return null;
            });
            if (linger) {
                linger();
            }
        } finally {
            all.remove(this);
        }
    }

    @Override
    public Duration idleTime() {
        // Helidon's own timer is not to interfere.
        return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
        http.close(interrupt);
    }

    @Override
    public boolean canInterrupt() {
        return http instanceof Http1Connection connection && connection.canInterrupt();
    }

    /// Helidon's context with our reader and writer in place of its own.
    private record Timed(ConnectionContext context, DataReader dataReader, DataWriter dataWriter)
            implements ConnectionContext {
        @Override
        public ListenerContext listenerContext() {
            return context.listenerContext();
        }

        @Override
        public ExecutorService executor() {
            return context.executor();
        }

        @Override
        public Router router() {
            return context.router();
        }

        @Override
        public Optional<ProxyProtocolData> proxyProtocolData() {
            return context.proxyProtocolData();
        }

        @Override
        public HelidonSocket serverSocket() {
            return context.serverSocket();
        }

        @Override
        public PeerInfo remotePeer() {
            return context.remotePeer();
        }

        @Override
        public PeerInfo localPeer() {
            return context.localPeer();
        }

        @Override
        public boolean isSecure() {
            return context.isSecure();
        }

        @Override
        public String socketId() {
            return context.socketId();
        }

        @Override
        public String childSocketId() {
            return context.childSocketId();
        }
    }
}
