package ouverture.server.openai;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Responses that can be asked for, in memory, for some time: those that came first go first where there is no
/// room.
final class ResponseStore {
    private static final long BYTES = 64L << 20;
    private static final Duration LIFE = Duration.ofDays(1);

    private final long mostBytes;
    private final Duration life;
    private final InstantSource clock;
    private final Map<String, Entry> byId = new LinkedHashMap<>();
    private long bytes;

    private record Entry(StoredResponse response, Instant until, long bytes) {}

    /// 64 MiB, a day.
    ResponseStore() {
        this(BYTES, LIFE, InstantSource.system());
    }

    /// @param mostBytes that all responses take together, about
    /// @param life of a response
    ResponseStore(long mostBytes, Duration life, InstantSource clock) {
        this.mostBytes = mostBytes;
        this.life = life;
        this.clock = clock;
    }

    /// Adds a response.
    synchronized void put(StoredResponse response) {
        Entry entry = new Entry(response, clock.instant().plus(life), response.bytes());
        byId.put(response.id(), entry);
        bytes += entry.bytes;
        trim();
    }

    /// Takes note that a response has grown, if it is still there.
    synchronized void grown(StoredResponse response) {
        Entry before = byId.get(response.id());
        if (before != null) {
            Entry entry = new Entry(response, before.until, response.bytes());
            byId.put(response.id(), entry);
            bytes += entry.bytes - before.bytes;
            trim();
        }
    }

    /// A response, if it is there and this party's.
    synchronized Optional<StoredResponse> find(String id, String owner) {
        trim();
        return Optional.ofNullable(byId.get(id))
                .map(Entry::response)
                .filter(response -> response.owner().equals(owner));
    }

    synchronized void remove(StoredResponse response) {
        Entry removed = byId.remove(response.id());
        bytes -= removed == null ? 0 : removed.bytes;
    }

    /// Bytes that are taken, about.
    synchronized long bytes() {
        return bytes;
    }

    /// Takes out what is too old, and what there is no room for; what is under way stays.
    private void trim() {
        Instant now = clock.instant();
        Iterator<Entry> entries = byId.values().iterator();
        while (entries.hasNext()) {
            Entry entry = entries.next();
            boolean isOver = bytes > mostBytes || now.isAfter(entry.until);
            if (isOver && entry.response.hasEnded()) {
                entries.remove();
                bytes -= entry.bytes;
            }
        }
    }
}
