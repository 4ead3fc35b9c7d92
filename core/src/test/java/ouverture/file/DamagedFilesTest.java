package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import ouverture.tensor.DType;

/// Damages small sound files in every place; [Soundness] says what must still hold.
class DamagedFilesTest {
    private static final int RANDOM_FILES = 10_000;

    private static final byte[] GGUF = GgufFixture.of("test")
            .with("flag", true)
            .with("count", 3L)
            .with("scale", 0.5f)
            .with("tokens", new String[] {"a", "bc", "☃"})
            .with("types", new int[] {1, 2, 3})
            .randomTensor("vector", 1, 8)
            .randomTensor("matrix", 2, 4, 3)
            .tensor("blocks", DType.Q8_0, new byte[2 * 34], 32, 2)
            .bytes();

    private static final byte[] SAFETENSORS = new SafetensorsWriter()
            .randomTensor("vector", 1, 8)
            .randomTensor("matrix", 2, 4, 3)
            .tensor("halves", "BF16", new byte[12], 1, 2, 3)
            .bytes();

    @Test
    void aGgufFileCutAnywhereIsRefused() {
        // the last tensor's end is the file's end, so that every byte counts
        checkCuts(GGUF, Soundness::ofGguf);
    }

    @Test
    void aSafetensorsFileCutAnywhereIsRefused() {
        checkCuts(SAFETENSORS, Soundness::ofSafetensors);
    }

    @Test
    void aGgufFileWithAnyByteChangedIsSoundOrRefused() {
        checkChanges(GGUF, Soundness::ofGguf);
    }

    @Test
    void aSafetensorsFileWithAnyByteChangedIsSoundOrRefused() {
        checkChanges(SAFETENSORS, Soundness::ofSafetensors);
    }

    @Test
    void aGgufFileWithManyChangesIsSoundOrRefused() {
        checkRandom(GGUF, Soundness::ofGguf, 11);
    }

    @Test
    void aSafetensorsFileWithManyChangesIsSoundOrRefused() {
        checkRandom(SAFETENSORS, Soundness::ofSafetensors, 12);
    }

    private static void checkCuts(byte[] file, Predicate<byte[]> accepts) {
        assertThat(accepts.test(file)).isTrue();
        for (int length = 0; length < file.length; length++) {
            assertThat(accepts.test(Arrays.copyOf(file, length)))
                    .as("cut to %d", length)
                    .isFalse();
        }
    }

    private static void checkChanges(byte[] file, Predicate<byte[]> accepts) {
        int refused = 0;
        for (int i = 0; i < file.length; i++) {
            for (int change : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
                byte[] changed = file.clone();
                changed[i] ^= (byte) change;
                refused += accepts.test(changed) ? 0 : 1;
            }
        }
        assertThat(refused).as("refused").isBetween(file.length, 9 * file.length - 1);
    }

    /// Changed bytes, copied and repeated runs, and integers of the sort that overflow.
    private static void checkRandom(byte[] file, Predicate<byte[]> accepts, long seed) {
        Random random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < RANDOM_FILES; i++) {
            byte[] changed = Arrays.copyOf(file, file.length + random.nextInt(16));
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                int at = random.nextInt(changed.length - 8);
                switch (random.nextInt(3)) {
                    case 0 -> changed[at] = (byte) random.nextInt(256);
                    case 1 ->
                        System.arraycopy(
                                changed,
                                random.nextInt(changed.length - 16),
                                changed,
                                Math.min(at, changed.length - 16),
                                16);
                    default -> System.arraycopy(GgufFixture.longs(extreme(random)), 0, changed, at, 8);
                }
            }
            accepted += accepts.test(changed) ? 1 : 0;
        }
        assertThat(accepted).as("accepted").isBetween(1, RANDOM_FILES - 1);
    }

    private static long extreme(Random random) {
        return (1L << random.nextInt(64)) - random.nextInt(3);
    }
}
