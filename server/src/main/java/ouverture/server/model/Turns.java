package ouverture.server.model;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import ouverture.error.OverloadedException;

/// Who answers next: a model runs so many answers at a time, and the parties that wait take turns, so that one
/// with many requests does not keep out one with few. Of one party's requests the more urgent come first, of
/// those the ones with the earlier deadline, and of those the older ones.
public final class Turns {
    /// Weight of the newest answer in the mean time that they take.
    private static final double NEWEST = 0.2;

    private final int atOnce;
    private final int queue;
    private final Map<String, Deque<Waiting>> waiting = new LinkedHashMap<>();
    private int running;
    private final LongSupplier clock;
    /// Mean time of an answer; 0 before one was measured.
    private double seconds;

    /// @param atOnce answers that run at the same time
    /// @param queue answers that each party may have waiting
    public Turns(int atOnce, int queue) {
        this(atOnce, queue, System::nanoTime);
    }

    /// @param clock nanoseconds
    Turns(int atOnce, int queue, LongSupplier clock) {
        this.clock = clock;
        this.atOnce = atOnce;
        this.queue = queue;
    }

    /// How urgent a request is among its party's own.
    public enum Urgency {
        FIRST,
        USUAL,
        LAST
    }

    private record Waiting(CompletableFuture<Turn> turn, Urgency urgency, long deadline) {
        /// Which of one party's requests comes first; of equals the older one does.
        static final Comparator<Waiting> ORDER = Comparator.comparing(Waiting::urgency)
                .thenComparing((one, other) -> Long.signum(one.deadline - other.deadline));

        boolean isOver() {
            return turn.isDone();
        }
    }

    /// A turn, to be closed when its answer has ended.
    public final class Turn implements AutoCloseable {
        private final long start = clock.getAsLong();
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
    /// @param deadline as [System#nanoTime], when the answer is of no use any more
    /// @return completed when it is this party's turn; cancelled by the caller if it does not want it any more
    /// @throws OverloadedException if too much of the party waits already, or the turn would not come in time
    public synchronized CompletableFuture<Turn> ask(String party, Urgency urgency, long deadline) {
        CompletableFuture<Turn> asked = new CompletableFuture<>();
        if (running < atOnce && waiting.isEmpty()) {
            running++;
            asked.complete(new Turn());
            return asked;
        }
        Waiting last = new Waiting(asked, urgency, deadline);
        double left = (deadline - clock.getAsLong()) / 1e9;
        double wait = wait(party, last);
        if (wait > left) {
            throw new OverloadedException(String.format(
                    Locale.ROOT,
                    "Your request would wait about %.0f seconds for its turn, and %.1f are left of its time;"
                            + " try again later.",
                    Math.ceil(wait),
                    Math.max(0, left)));
        }
        Deque<Waiting> own = waiting.computeIfAbsent(party, _ -> new ArrayDeque<>());
        own.removeIf(Waiting::isOver);
        if (own.size() >= queue) {
            throw new OverloadedException(
                    queue + " of your requests wait already, as many as this server lets wait; try again later.");
        }
        own.add(last);
        return asked;
    }

    /// Seconds until the turn of one that comes last, about: parties take turns, so each other one has at most as
    /// many before it as its own party, and one more.
    private double wait(String party, Waiting last) {
        long before = waiting.getOrDefault(party, new ArrayDeque<>()).stream()
                .filter(own -> !own.isOver() && Waiting.ORDER.compare(own, last) <= 0)
                .count();
        long turns = before + 1;
        for (Map.Entry<String, Deque<Waiting>> each : waiting.entrySet()) {
            if (!each.getKey().equals(party)) {
                turns += Math.min(
                        before + 1,
                        each.getValue().stream()
                                .filter(other -> !other.isOver())
                                .count());
            }
        }
        return seconds * turns / atOnce;
    }

    private synchronized void end(Turn turn) {
        if (turn.over) {
            return;
        }
        turn.over = true;
        double took = (clock.getAsLong() - turn.start) / 1e9;
        seconds += (seconds == 0 ? 1 : NEWEST) * (took - seconds);
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
        own.stream().min(Waiting.ORDER).ifPresent(first -> {
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

    /// How long one that comes now would wait, about, behind all that wait; zero before an answer was measured.
    public synchronized Duration patience() {
        return Duration.ofMillis((long) (1000 * seconds * (waiting() + 1) / atOnce));
    }
}
