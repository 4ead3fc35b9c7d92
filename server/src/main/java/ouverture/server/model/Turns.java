package ouverture.server.model;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import ouverture.error.OverloadedException;

/// Who answers next: a model runs so many answers at a time, and the parties that wait take turns, so that one
/// with many requests does not keep out one with few. Of one party's requests the more urgent come first, and the
/// older ones of those.
public final class Turns {
    /// Weight of the newest answer in the mean time that they take.
    private static final double NEWEST = 0.2;

    private final int atOnce;
    private final int queue;
    private final Map<String, Deque<Waiting>> waiting = new LinkedHashMap<>();
    private int running;
    private double seconds = 1;

    /// @param atOnce answers that run at the same time
    /// @param queue answers that each party may have waiting
    public Turns(int atOnce, int queue) {
        this.atOnce = atOnce;
        this.queue = queue;
    }

    /// How urgent a request is among its party's own.
    public enum Urgency {
        FIRST,
        USUAL,
        LAST
    }

    private record Waiting(CompletableFuture<Turn> turn, Urgency urgency) {
        boolean isOver() {
            return turn.isDone();
        }
    }

    /// A turn, to be closed when its answer has ended.
    public final class Turn implements AutoCloseable {
        private final long start = System.nanoTime();
        private boolean over;

        private Turn() {}

        @Override
        public void close() {
            end(this);
        }
    }

    /// Asks for a turn.
    ///
    /// @param party that asks: a key, or an address
    /// @return completed when it is this party's turn; cancelled by the caller if it does not want it any more
    /// @throws OverloadedException if too much of the party waits already
    public synchronized CompletableFuture<Turn> ask(String party, Urgency urgency) {
        CompletableFuture<Turn> asked = new CompletableFuture<>();
        if (running < atOnce && waiting.isEmpty()) {
            running++;
            asked.complete(new Turn());
            return asked;
        }
        Deque<Waiting> own = waiting.computeIfAbsent(party, _ -> new ArrayDeque<>());
        own.removeIf(Waiting::isOver);
        if (own.size() >= queue) {
            throw new OverloadedException(
                    queue + " of your requests wait already, as many as this server lets wait; try again later.");
        }
        own.add(new Waiting(asked, urgency));
        return asked;
    }

    private synchronized void end(Turn turn) {
        if (turn.over) {
            return;
        }
        turn.over = true;
        double took = (System.nanoTime() - turn.start) / 1e9;
        seconds += NEWEST * (took - seconds);
        running--;
        while (running < atOnce && !waiting.isEmpty()) {
            next();
        }
    }

    /// Gives a turn to the party whose last one was longest ago.
    private void next() {
        Map.Entry<String, Deque<Waiting>> party = waiting.entrySet().iterator().next();
        Deque<Waiting> own = party.getValue();
        waiting.remove(party.getKey());
        own.removeIf(Waiting::isOver);
        // Of equals the first is the oldest.
        own.stream().min(Comparator.comparing(Waiting::urgency)).ifPresent(first -> {
            own.remove(first);
            if (first.turn.complete(new Turn())) {
                running++;
            }
        });
        if (!own.isEmpty()) {
            waiting.put(party.getKey(), own);
        }
    }

    /// Answers that run.
    public synchronized int running() {
        return running;
    }

    /// Answers that wait.
    public synchronized int waiting() {
        return (int) waiting.values().stream()
                .flatMap(Deque::stream)
                .filter(asked -> !asked.isOver())
                .count();
    }

    /// How long one that comes now would wait, about.
    public synchronized Duration patience() {
        return Duration.ofMillis((long) (1000 * seconds * (waiting() + 1) / atOnce));
    }
}
