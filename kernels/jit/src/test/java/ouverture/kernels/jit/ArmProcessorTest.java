package ouverture.kernels.jit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArmProcessorTest {
    // What Linux says of a Cortex-A53, a Neoverse N1 and a Neoverse V1.
    private static final long CORTEX_A53 = 0xff;
    private static final long NEOVERSE_N1 = 0x119fff;
    private static final long NEOVERSE_V1 = 0xffbfffff | 0x40_0000;
    private static final long NEOVERSE_V1_MORE = 0x1e000 | 0x2000;

    @Test
    void knowsWhatAProcessorCanDo() {
        assertThat(ArmProcessor.of(CORTEX_A53, 0)).isEmpty();
        assertThat(ArmProcessor.of(NEOVERSE_N1, 0)).containsExactly(InstructionSet.NEON_DOT);
        assertThat(ArmProcessor.of(NEOVERSE_V1, NEOVERSE_V1_MORE))
                .containsExactly(InstructionSet.NEON_DOT, InstructionSet.NEON_MATRIX);
        assertThat(ArmProcessor.of(CORTEX_A53, NEOVERSE_V1_MORE)).isEmpty();
    }
}
