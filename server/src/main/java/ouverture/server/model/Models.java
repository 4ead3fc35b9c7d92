package ouverture.server.model;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
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

    /// Guarded by the models' lock.
    private final Map<String, Variant> variants = new LinkedHashMap<>();

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

    /// An adapter under the name that clients call the changed model by. It is read again when its model was
    /// unloaded and has come back.
    private static final class Variant {
        private final ModelSource source;
        private final Entry base;
        private final Path adapter;
        private @Nullable ServedModel readFor;
        private @Nullable ServedModel model;

        private Variant(ModelSource source, Entry base, Path adapter) {
            this.source = source;
            this.base = base;
            this.adapter = adapter;
        }

        synchronized ServedModel of(ServedModel loaded) {
            ServedModel known = model;
            if (known == null || readFor != loaded) {
                known = loaded.withAdapter(adapter);
                model = known;
                readFor = loaded;
            }
            return known;
        }
    }

    /// What is known of a model.
    ///
    /// @param parent name of the model that this is an adapter for; empty for a model of its own
    /// @param info empty if it was never loaded
    /// @param isLoaded whether it is in memory
    /// @param loaded when it came there
    /// @param expires when it is unloaded if nobody asks it; empty for when its memory is needed
    public record Status(
            ModelSource source,
            Optional<String> parent,
            Optional<ModelInfo> info,
            boolean isLoaded,
            Instant loaded,
            Optional<Instant> expires) {}

    /// The use of a model, which stays loaded until this is closed.
    public final class Lease implements AutoCloseable {
        private final Entry entry;
        private final String party;
        private ServedModel model;
        private String name;
        private Urgency urgency = Urgency.USUAL;
        private boolean over;

        private Lease(Entry entry, ServedModel model, String party) {
            this.entry = entry;
            this.model = model.forParty(party);
            this.party = party;
            name = entry.source.name();
        }

        /// The same with an adapter; throws as [ServedModel#withAdapter], and is closed then.
        private Lease changedBy(Variant variant) {
            try {
                ServedModel loaded;
                synchronized (Models.this) {
                    loaded = Objects.requireNonNull(entry.model, "leased");
                }
                model = variant.of(loaded).forParty(party);
                name = variant.source.name();
                return this;
            } catch (RuntimeException | Error e) {
                close();
                throw e;
            }
        }

        public ServedModel model() {
            return model;
        }

        /// The name that clients call it by.
        public String name() {
            return name;
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

    /// The names of models and adapters, in their order.
    public synchronized List<String> names() {
        return Stream.concat(byName.keySet().stream(), variants.keySet().stream())
                .toList();
    }

    /// All models, in their order, and then the adapters.
    public synchronized List<Status> all() {
        return Stream.concat(
                        byName.values().stream().map(Models::status),
                        variants.values().stream().map(Models::status))
                .toList();
    }

    /// Reads an adapter, which clients then call like a model; takes the place of an adapter of the same name, with
    /// which running answers go on. The model is loaded if it is not, and not again if it is.
    ///
    /// @param model name of the model that it is for
    /// @param adapter a GGUF file, or a folder of the PEFT library
    /// @throws RequestException if there is no such model, or a model is called like the adapter
    /// @throws ouverture.error.OuvertureException if it cannot be read, or was made for another model
    public void addAdapter(String name, String model, Path adapter) {
        Entry base = byName.get(model);
        if (base == null) {
            throw new RequestException("There is no model " + model + " that the adapter " + name + " could change.");
        }
        if (name.isBlank() || byName.containsKey(name)) {
            throw new RequestException(
                    name.isBlank()
                            ? "An adapter needs a name."
                            : "A model is called " + name + "; choose another name.");
        }
        Variant variant = new Variant(ModelSource.ofAdapter(name, adapter, base.source), base, adapter);
        try (Lease _ = lease(model, "").orElseThrow().changedBy(variant)) {
            synchronized (this) {
                variants.put(name, variant);
            }
        }
    }

    /// Forgets an adapter; answers that run go on with it.
    ///
    /// @return whether there was one of this name
    public synchronized boolean removeAdapter(String name) {
        return variants.remove(name) != null;
    }

    /// What is known of a model.
    public synchronized Optional<Status> find(String name) {
        return Optional.ofNullable(byName.get(name))
                .map(Models::status)
                .or(() -> Optional.ofNullable(variants.get(name)).map(Models::status));
    }

    private static Status status(Entry entry) {
        Optional<Instant> expires = Optional.ofNullable(entry.keep)
                .filter(_ -> entry.isIdle())
                .map(keep -> Instant.now().plus(keep).minusNanos(System.nanoTime() - entry.lastUse));
        return new Status(
                entry.source,
                Optional.empty(),
                Optional.ofNullable(entry.info),
                entry.model != null,
                entry.loaded,
                expires);
    }

    private static Status status(Variant variant) {
        Status base = status(variant.base);
        return new Status(
                variant.source, Optional.of(base.source.name()), base.info, base.isLoaded, base.loaded, base.expires);
    }

    /// The use of a model, which is loaded if it is not; empty if there is none of this name.
    ///
    /// @param party who uses it ([ServedModel#forParty])
    /// @throws ResourceException if there is no memory for it, even when all models that nobody uses are unloaded
    /// @throws ouverture.error.OuvertureException if it cannot be loaded
    public Optional<Lease> lease(String name, String party) {
        Variant variant;
        Entry entry;
        synchronized (this) {
            variant = variants.get(name);
            entry = variant == null ? byName.get(name) : variant.base;
        }
        if (entry == null) {
            return Optional.empty();
        }
        Lease lease = leaseLoaded(entry, party).orElseGet(() -> leaseAfterLoading(entry, party));
        return Optional.of(variant == null ? lease : lease.changedBy(variant));
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
        Variant variant = variants.get(name);
        Entry entry = variant == null ? byName.get(name) : variant.base;
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
