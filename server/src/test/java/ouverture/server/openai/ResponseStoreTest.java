package ouverture.server.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class ResponseStoreTest {
    private static final String OWNER = "ann";

    private Instant now = Instant.EPOCH;
    private final ResponseStore store = new ResponseStore(100_000, Duration.ofHours(1), () -> now);

    private StoredResponse put(String id, int characters, boolean ended) {
        ResponseItem item = new ResponseItem.Said("msg", "user", "x".repeat(characters));
        StoredResponse response = new StoredResponse(id, OWNER, List.of(), List.of(item), true);
        if (ended) {
            response.end(List.of());
        }
        store.put(response);
        return response;
    }

    @Test
    void theOldestMakeRoom() {
        put("a", 20_000, true);
        put("b", 20_000, true);
        put("c", 20_000, true);
        assertThat(store.find("a", OWNER)).isEmpty();
        assertThat(store.find("b", OWNER)).isPresent();
        assertThat(store.find("c", OWNER)).isPresent();
        assertThat(store.bytes()).isBetween(80_000L, 100_000L);
    }

    @Test
    void whatIsUnderWayStays() {
        StoredResponse running = put("a", 60_000, false);
        put("b", 10_000, true);
        assertThat(store.find("a", OWNER)).isPresent();
        assertThat(store.find("b", OWNER)).isEmpty();
        running.end(List.of());
        store.grown(running);
        assertThat(store.find("a", OWNER)).isEmpty();
        assertThat(store.bytes()).isZero();
    }

    @Test
    void responsesGetOldAndHaveAnOwner() {
        put("a", 10, true);
        assertThat(store.find("a", "bob")).isEmpty();
        now = now.plus(Duration.ofMinutes(59));
        assertThat(store.find("a", OWNER)).isPresent();
        now = now.plus(Duration.ofMinutes(2));
        assertThat(store.find("a", OWNER)).isEmpty();
        assertThat(store.bytes()).isZero();
    }

    @Test
    void eventsCount() {
        StoredResponse response = put("a", 10, false);
        long before = store.bytes();
        response.add(JsonNodeFactory.instance.objectNode().put("type", "x"));
        response.end(List.of());
        store.grown(response);
        assertThat(store.bytes()).isGreaterThan(before);
        store.remove(response);
        assertThat(store.bytes()).isZero();
    }
}
