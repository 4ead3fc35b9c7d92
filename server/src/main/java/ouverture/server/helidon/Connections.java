package ouverture.server.helidon;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// All connections that are open: not too many, and none for too long.
final class Connections implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(250);

    private final int most;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final Thread sweeper;

    /// @param most connections at once
    Connections(int most) {
        this.most = most;
        sweeper = Thread.ofVirtual().name("ouverture-connections").start(this::sweep);
    }

    /// Takes a new connection. Where there are too many, the one that has waited longest for a request makes
    /// room.
    ///
    /// @return whether there is room
    synchronized boolean add(Connection connection) {
        if (open.size() >= most) {
            Optional<Connection> longest = open.stream()
                    .filter(each -> each.waitingNanos() >= 0)
                    .max(Comparator.comparingLong(Connection::waitingNanos));
            if (longest.isEmpty()) {
                return false;
            }
            open.remove(longest.get());
            longest.get().cut();
        }
        return open.add(connection);
    }

    void remove(Connection connection) {
        open.remove(connection);
    }

    /// Connections at once, at most.
    int most() {
        return most;
    }

    int size() {
        return open.size();
    }

    private void sweep() {
        try {
            while (true) {
                Thread.sleep(PERIOD);
                open.stream().filter(Connection::isOverdue).forEach(Connection::cut);
            }
        } catch (InterruptedException e) {
            // close() ends the sweeper so
        }
    }

    @Override
    public void close() {
        sweeper.interrupt();
    }
}
