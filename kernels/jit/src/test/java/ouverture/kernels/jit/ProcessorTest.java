package ouverture.kernels.jit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorTest {
    // Registers as an Intel Haswell, Skylake-SP, Cascade Lake and Alder Lake report them.
    private static final int FEATURES = 0x7ffafbff;
    private static final int HASWELL = 0x000027ab;
    private static final int SKYLAKE = 0xd39ffffb;
    private static final int CASCADE_LAKE = 0x00000818;
    private static final int ALDER_LAKE = 0x00400810;
    private static final long SAVES_256 = 0x7;
    private static final long SAVES_512 = 0xe7;

    @Test
    void knowsWhatAProcessorCanDo() {
        assertThat(Processor.of(FEATURES, HASWELL, 0, 0, SAVES_256)).containsExactly(InstructionSet.AVX2);
        assertThat(Processor.of(FEATURES, HASWELL, 0, ALDER_LAKE, SAVES_256))
                .containsExactly(InstructionSet.AVX2, InstructionSet.AVX2_VNNI);
        assertThat(Processor.of(FEATURES, SKYLAKE, 0, 0, SAVES_512))
                .containsExactly(InstructionSet.AVX2, InstructionSet.AVX512);
        assertThat(Processor.of(FEATURES, SKYLAKE, CASCADE_LAKE, 0, SAVES_512))
                .containsExactly(InstructionSet.AVX2, InstructionSet.AVX512, InstructionSet.AVX512_VNNI);
    }

    @Test
    void usesOnlyWhatTheSystemSaves() {
        assertThat(Processor.of(FEATURES, SKYLAKE, CASCADE_LAKE, 0, SAVES_256)).containsExactly(InstructionSet.AVX2);
        assertThat(Processor.of(FEATURES, SKYLAKE, 0, ALDER_LAKE, 0x3)).isEmpty();
        assertThat(Processor.of(FEATURES & ~(1 << 27), SKYLAKE, 0, 0, SAVES_512))
                .isEmpty();
    }

    @Test
    void needsFusedMultiplicationAndHalfPrecision() {
        assertThat(Processor.of(FEATURES & ~(1 << 12), HASWELL, 0, ALDER_LAKE, SAVES_256))
                .isEmpty();
        assertThat(Processor.of(FEATURES & ~(1 << 29), HASWELL, 0, ALDER_LAKE, SAVES_256))
                .isEmpty();
        assertThat(Processor.of(FEATURES, HASWELL & ~(1 << 5), 0, ALDER_LAKE, SAVES_256))
                .isEmpty();
    }
}
