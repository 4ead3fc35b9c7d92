package ouverture.kernels.jit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorTest {
    // Registers as an Intel Haswell, an Intel Skylake-SP and an AMD Zen 1 report them.
    private static final int FEATURES = 0x7ffafbff;
    private static final int HASWELL = 0x000027ab;
    private static final int SKYLAKE = 0xd39ffffb;
    private static final long SAVES_256 = 0x7;
    private static final long SAVES_512 = 0xe7;

    @Test
    void knowsWhatAProcessorCanDo() {
        assertThat(Processor.of(FEATURES, HASWELL, SAVES_256)).containsExactly(InstructionSet.AVX2);
        assertThat(Processor.of(FEATURES, SKYLAKE, SAVES_512))
                .containsExactly(InstructionSet.AVX2, InstructionSet.AVX512);
    }

    @Test
    void usesOnlyWhatTheSystemSaves() {
        assertThat(Processor.of(FEATURES, SKYLAKE, SAVES_256)).containsExactly(InstructionSet.AVX2);
        assertThat(Processor.of(FEATURES, SKYLAKE, 0x3)).isEmpty();
        assertThat(Processor.of(FEATURES & ~(1 << 27), SKYLAKE, SAVES_512)).isEmpty();
    }

    @Test
    void needsFusedMultiplicationAndHalfPrecision() {
        assertThat(Processor.of(FEATURES & ~(1 << 12), HASWELL, SAVES_256)).isEmpty();
        assertThat(Processor.of(FEATURES & ~(1 << 29), HASWELL, SAVES_256)).isEmpty();
        assertThat(Processor.of(FEATURES, HASWELL & ~(1 << 5), SAVES_256)).isEmpty();
    }
}
