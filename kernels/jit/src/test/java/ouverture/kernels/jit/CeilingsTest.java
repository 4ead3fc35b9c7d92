package ouverture.kernels.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

class CeilingsTest {
    private static final long SMALL = 3 << 20;

    @Test
    void measuresWhereMachineCodeRuns() {
        assumeTrue(new JitKernelsProvider().unusable().isEmpty(), "these kernels cannot run here");

        assertThat(Ceilings.bytesReadPerSecond(2, SMALL).orElseThrow())
                .as("bytes per second, from a cache at least as fast as any memory")
                .isBetween(1e9, 1e13);
        Ceilings.multiplicationsPerSecond(2)
                .ifPresent(products -> assertThat(products).isBetween(1e9, 1e13));
        assertThat(Ceilings.multiplicationsPerSecond(1).isPresent())
                .isEqualTo(Processor.instructionSets().contains(InstructionSet.AVX512_VNNI));
    }
}
