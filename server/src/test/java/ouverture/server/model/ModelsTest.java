package ouverture.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import ouverture.ModelInfo;
import ouverture.error.ModelFileException;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;

/// Models that share a machine with room for 100.
class ModelsTest {
    private static final long ROOM = 100;

    private final List<String> events = new ArrayList<>();

    private final class Sized extends IdleModel {
        private final String name;
        private final long bytes;

        private Sized(String name, long bytes) {
            this.name = name;
            this.bytes = bytes;
            events.add("+" + name);
        }

        @Override
        public ModelInfo info() {
            return new ModelInfo(name, "test", 0, bytes, 0, 8, 8, 0, 1, 1, "none", 1, false, false, false);
        }

        @Override
        public long mappedBytes() {
            return bytes;
        }

        @Override
        public void close() {
            events.add("-" + name);
        }
    }

    private ModelSource source(String name, long bytes) {
        return new ModelSource(name, "gguf", bytes, Instant.EPOCH, 1, others -> {
            if (others + bytes > ROOM) {
                throw new ResourceException(name + " does not fit.");
            }
            return new Sized(name, bytes);
        });
    }

    private Models models(long... bytes) {
        List<ModelSource> sources = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            sources.add(source("abc".substring(i, i + 1), bytes[i]));
        }
        return new Models(sources, 1);
    }

    private static List<String> loaded(Models models) {
        return models.all().stream()
                .filter(Models.Status::isLoaded)
                .map(status -> status.source().name())
                .toList();
    }

    @Test
    void asManyAreLoadedAsFit() {
        try (Models models = models(60, 50, 40)) {
            models.preload();
            assertThat(loaded(models)).containsExactly("a", "c");
            assertThat(models.names()).containsExactly("a", "b", "c");
        }
        assertThat(events).containsExactly("+a", "+c", "-a", "-c");
    }

    @Test
    void theFirstMustFit() {
        try (Models models = models(101, 1)) {
            assertThatThrownBy(models::preload).isInstanceOf(ResourceException.class);
        }
    }

    @Test
    void theOneThatWasUsedLongestAgoMakesRoom() {
        try (Models models = models(40, 40, 50)) {
            models.preload();
            models.lease("b", "").orElseThrow().close();
            models.lease("a", "").orElseThrow().close();
            models.lease("c", "").orElseThrow().close();
            assertThat(loaded(models)).containsExactly("a", "c");
            assertThat(models.find("b").orElseThrow().info()).isPresent();
        }
        assertThat(events).startsWith("+a", "+b", "-b", "+c");
    }

    @Test
    void oneThatIsUsedStays() {
        try (Models models = models(60, 60)) {
            models.preload();
            try (Models.Lease used = models.lease("a", "").orElseThrow()) {
                assertThat(used.name()).isEqualTo("a");
                assertThatThrownBy(() -> models.lease("b", ""))
                        .isInstanceOf(ResourceException.class)
                        .hasMessage("b does not fit.");
                assertThat(loaded(models)).containsExactly("a");
            }
            models.lease("b", "").orElseThrow().close();
            assertThat(loaded(models)).containsExactly("b");
        }
    }

    @Test
    void aLeaseEndsOnce() {
        try (Models models = models(60, 60)) {
            Models.Lease first = models.lease("a", "").orElseThrow();
            try (Models.Lease second = models.lease("a", "").orElseThrow()) {
                first.close();
                first.close();
                assertThat(second.model().mappedBytes()).isEqualTo(60);
                assertThatThrownBy(() -> models.lease("b", "")).isInstanceOf(ResourceException.class);
            }
        }
    }

    @Test
    void modelsGoWhenTheirTimeIsOver() throws InterruptedException {
        try (Models models = models(10, 10)) {
            models.preload();
            models.keep("a", Duration.ZERO);
            models.keep("b", Duration.ofHours(1));
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (loaded(models).contains("a") && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            assertThat(loaded(models)).containsExactly("b");
            assertThat(models.find("b").orElseThrow().expires().orElseThrow())
                    .isAfter(Instant.now().plusSeconds(3500));
        }
    }

    @Test
    void manyWhoWantAModelLoadItOnce() {
        try (Models models = models(10)) {
            List<Thread> threads = Stream.generate(() -> Thread.ofVirtual()
                            .start(() -> models.lease("a", "").orElseThrow().close()))
                    .limit(50)
                    .toList();
            for (Thread thread : threads) {
                assertThat(joined(thread)).isTrue();
            }
        }
        assertThat(events).containsExactly("+a", "-a");
    }

    private static boolean joined(Thread thread) {
        try {
            return thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void unknownAndDamagedModelsAndSameNames() {
        ModelSource damaged = new ModelSource("x", "gguf", 1, Instant.EPOCH, 1, _ -> {
            throw new ModelFileException("x is damaged.");
        });
        try (Models models = new Models(List.of(damaged), 1)) {
            assertThat(models.lease("nothing", "")).isEmpty();
            assertThatThrownBy(() -> models.lease("x", "")).isInstanceOf(ModelFileException.class);
        }
        assertThatThrownBy(() -> new Models(List.of(damaged, damaged), 1))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("Two models are called x");
        Models closed = models(1);
        closed.close();
        assertThatThrownBy(() -> closed.lease("a", "")).isInstanceOf(ResourceException.class);
    }
}
