package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ouverture.error.ResourceException;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsProvider;
import ouverture.tensor.ScalarKernelsProvider;

class KernelSetsTest {
    private static final KernelsProvider BROKEN = new Provider("broken", "They lack a module.", null);
    private static final KernelsProvider NEW = new Provider("new", null, "Nobody has measured them.");
    private static final KernelsProvider SCALAR = new ScalarKernelsProvider();
    private static final List<KernelsProvider> ALL = List.of(BROKEN, NEW, SCALAR);

    /// A provider that is never asked for its kernels.
    private record Provider(
            String name, @Nullable String reason, @Nullable String reservation) implements KernelsProvider {
        @Override
        public int rank() {
            return 1;
        }

        @Override
        public Optional<String> unusable() {
            return Optional.ofNullable(reason);
        }

        @Override
        public Optional<String> reserved() {
            return Optional.ofNullable(reservation);
        }

        @Override
        public Kernels create(KernelsOptions options) {
            throw new AssertionError("nobody asked for kernels");
        }
    }

    @Test
    void theFastestThatIsNotReservedServesAll() {
        assertThat(KernelSets.choose(KernelSets.AUTO, ALL)).isSameAs(SCALAR);
    }

    @Test
    void whoAsksForReservedKernelsGetsThem() {
        assertThat(KernelSets.choose("new", ALL)).isSameAs(NEW);
    }

    @Test
    void saysWhyThereAreNone() {
        assertThatThrownBy(() -> KernelSets.choose("broken", ALL))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("They lack a module.");
        assertThatThrownBy(() -> KernelSets.choose("other", ALL))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("broken, new, scalar");
    }
}
