package ouverture.server.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ouverture.ModelInfo;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;
import ouverture.server.model.Turns.Urgency;

/// The models that a server has. They are loaded when they are asked for; where memory is short, those that
/// nobody uses make room, the one whose last use was longest ago first.
public final class Models implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(500);

    private final Map<String, Entry> byName = new LinkedHashMap<>();
    private final ReentrantLock loading = new ReentrantLock();
    private final Thread sweeper;
    private boolean closed;

    /// A model, loaded or not. All but the constants is guarded by the models' lock.
    private static final class Entry {
        private final ModelSource source;
        private final Turns turns;
        private @Nullable ServedModel model;
        private @Nullable ModelInfo info;
        private @Nullable Duration keep;
        private int users;
        private long lastUse;
        private Instant loaded = Instant.EPOCH;

        private Entry(ModelSource source, int queue) {
            this.source = source;
            turns = new Turns(source.turns(), queue);
        }

        private boolean isIdle() {
            return model != null && users == 0;
        }

        private boolean isExpired() {
            return isIdle() && keep != null && System.nanoTime() - lastUse > keep.toNanos();
        }

        private @Nullable ServedModel take() {
            ServedModel taken = model;
            model = null;
            return taken;
        }
    }

    /// What is known of a model.
    ///
    /// @param info empty if it was never loaded
    /// @param isLoaded whether it is in memory
    /// @param loaded when it came there
    /// @param expires when it is unloaded if nobody asks it; empty for when its memory is needed
    public record Status(
            ModelSource source,
            Optional<ModelInfo> info,
            boolean isLoaded,
            Instant loaded,
            Optional<Instant> expires) {}

    /// The use of a model, which stays loaded until this is closed.
    public final class Lease implements AutoCloseable {
        private final Entry entry;
        private final ServedModel model;
        private final String party;
        private Urgency urgency = Urgency.USUAL;
        private boolean over;

        private Lease(Entry entry, ServedModel model, String party) {
            this.entry = entry;
            this.model = model.forParty(party);
            this.party = party;
        }

        public ServedModel model() {
            return model;
        }

        /// The name that clients call it by.
        public String name() {
            return entry.source.name();
        }

        /// When the model came.
        public Instant loaded() {
            synchronized (Models.this) {
                return entry.loaded;
            }
        }

        public Turns turns() {
            return entry.turns;
        }

        /// Says how urgent its answers are; usual ones otherwise.
        public void urgency(Urgency of) {
            urgency = of;
        }

        /// Asks for a turn; throws as [Turns#ask].
        ///
        /// @param deadline as [Turns#ask]
        public CompletableFuture<Turns.Turn> askForTurn(long deadline) {
            return entry.turns.ask(party, urgency, deadline);
        }

        @Override
        public void close() {
            synchronized (Models.this) {
                if (!over) {
                    over = true;
                    entry.users--;
                    entry.lastUse = System.nanoTime();
                }
            }
        }
    }

    /// @param queue answers that each party may have waiting for a model
    /// @throws RequestException if two have the same name
    public Models(List<ModelSource> sources, int queue) {
        for (ModelSource source : sources) {
            if (byName.put(source.name(), new Entry(source, queue)) != null) {
                throw new RequestException(
                        "Two models are called " + source.name() + "; give one of them another name.");
            }
        }
        sweeper = Thread.ofVirtual().name("ouverture-models").start(this::sweep);
    }

    /// Loads as many models as fit together, in their order, the first one in any case.
    ///
    /// @throws ouverture.error.OuvertureException if the first does not fit, or one cannot be loaded at all
    public void preload() {
        boolean first = true;
        for (Entry entry : byName.values()) {
            try {
                load(entry);
            } catch (ResourceException e) {
                if (first) {
                    throw e;
                }
                // It is loaded when it is asked for; others make room then.
            }
            first = false;
        }
    }

    /// The names, in their order.
    public List<String> names() {
        return List.copyOf(byName.keySet());
    }

    /// All models, in their order.
    public synchronized List<Status> all() {
        return byName.values().stream().map(Models::status).toList();
    }

    /// What is known of a model.
    public synchronized Optional<Status> find(String name) {
        return Optional.ofNullable(byName.get(name)).map(Models::status);
    }

    private static Status status(Entry entry) {
        Optional<Instant> expires = Optional.ofNullable(entry.keep)
                .filter(_ -> entry.isIdle())
                .map(keep -> Instant.now().plus(keep).minusNanos(System.nanoTime() - entry.lastUse));
        return new Status(entry.source, Optional.ofNullable(entry.info), entry.model != null, entry.loaded, expires);
    }

    /// The use of a model, which is loaded if it is not; empty if there is none of this name.
    ///
    /// @param party who uses it ([ServedModel#forParty])
    /// @throws ResourceException if there is no memory for it, even when all models that nobody uses are unloaded
    /// @throws ouverture.error.OuvertureException if it cannot be loaded
    public Optional<Lease> lease(String name, String party) {
        Entry entry = byName.get(name);
        if (entry == null) {
            return Optional.empty();
        }
        Optional<Lease> ready = leaseLoaded(entry, party);
        return ready.isPresent() ? ready : Optional.of(leaseAfterLoading(entry, party));
    }

    private synchronized Optional<Lease> leaseLoaded(Entry entry, String party) {
        if (closed) {
            throw new ResourceException("The server is shutting down.");
        }
        if (entry.model == null) {
            return Optional.empty();
        }
        entry.users++;
        return Optional.of(new Lease(entry, entry.model, party));
    }

    private Lease leaseAfterLoading(Entry entry, String party) {
        loading.lock();
        try {
            Optional<Lease> ready = leaseLoaded(entry, party);
            while (ready.isEmpty()) {
                try {
                    load(entry);
                } catch (ResourceException e) {
                    if (!makeRoom()) {
                        throw e;
                    }
                }
                ready = leaseLoaded(entry, party);
            }
            return ready.get();
        } finally {
            loading.unlock();
        }
    }

    private void load(Entry entry) {
        ServedModel model = entry.source.loader().load(mappedBytes());
        synchronized (this) {
            entry.model = model;
            entry.info = model.info();
            entry.keep = null;
            entry.loaded = Instant.now();
            entry.lastUse = System.nanoTime();
        }
    }

    private synchronized long mappedBytes() {
        long bytes = 0;
        for (Entry entry : byName.values()) {
            bytes += entry.model == null ? 0 : entry.model.mappedBytes();
        }
        return bytes;
    }

    /// Unloads the model whose last use was longest ago, if there is one that nobody uses.
    private boolean makeRoom() {
        ServedModel oldest;
        synchronized (this) {
            oldest = byName.values().stream()
                    .filter(Entry::isIdle)
                    .min(Comparator.comparingLong(entry -> entry.lastUse))
                    .map(Entry::take)
                    .orElse(null);
        }
        if (oldest == null) {
            return false;
        }
        oldest.close();
        return true;
    }

    /// Says how long a model stays loaded when nobody asks it.
    ///
    /// @param keep zero to unload it as soon as nobody uses it, null until its memory is needed
    public synchronized void keep(String name, @Nullable Duration keep) {
        Entry entry = byName.get(name);
        if (entry != null) {
            entry.keep = keep;
        }
    }

    private void sweep() {
        try {
            while (true) {
                Thread.sleep(PERIOD);
                List<ServedModel> expired = new ArrayList<>();
                synchronized (this) {
                    for (Entry entry : byName.values()) {
                        ServedModel model = entry.isExpired() ? entry.take() : null;
                        if (model != null) {
                            expired.add(model);
                        }
                    }
                }
                expired.forEach(ServedModel::close);
            }
        } catch (InterruptedException e) {
            // close() ends the sweeper so
        }
    }

    /// Answers that run, and answers that wait, of all models.
    public List<Turns> turns() {
        return byName.values().stream().map(entry -> entry.turns).toList();
    }

    /// Unloads all models.
    @Override
    public void close() {
        sweeper.interrupt();
        List<ServedModel> loaded = new ArrayList<>();
        loading.lock();
        try {
            synchronized (this) {
                closed = true;
                for (Entry entry : byName.values()) {
                    ServedModel model = entry.take();
                    if (model != null) {
                        loaded.add(model);
                    }
                }
            }
        } finally {
            loading.unlock();
        }
        loaded.forEach(ServedModel::close);
    }
}
