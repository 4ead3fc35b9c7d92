package ouverture.kernels.jit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.Repack;
import ouverture.Shared;

/// Where packed weights are kept changes no bit.
class RepackTest {
    private static final int[] PROMPT = {1, 5, 9, 2, 7, 33, 41, 8, 100, 3, 19, 64, 27, 80, 4, 6, 11, 12, 13, 14, 15};

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"Q8_0", "Q4_0", "Q4_K", "Q6_K", "MXFP4"})
    void logitsAreTheSameWhereverWeightsAreKept(String format) throws Exception {
        Path model = Shared.path("conformance/quants/llama-" + format + ".gguf");
        List<String> notices = Collections.synchronizedList(new ArrayList<>());
        Repack disk = new Repack.Disk(folder.resolve("packed"), 1 << 30, notices::add);
        float[][] expected = logits(model, Repack.OFF);
        assertThat(logits(model, Repack.MEMORY)).isDeepEqualTo(expected);
        assertThat(logits(model, disk)).isDeepEqualTo(expected);
        assertThat(logits(model, disk)).isDeepEqualTo(expected);
        assertThat(notices).isEmpty();
        assertThat(folder.resolve("packed")).isDirectoryContaining(Files::isRegularFile);
    }

    /// Of the third run, when everything is kept that will be.
    private static float[][] logits(Path model, Repack repack) {
        EngineOptions options = EngineOptions.DEFAULT
                .withKernels(JitKernels.NAME)
                .withThreads(2)
                .withRepack(repack);
        try (Engine engine = Engine.open(model, options)) {
            float[][] first = engine.logits(PROMPT, true);
            assertThat(engine.logits(PROMPT, true)).isDeepEqualTo(first);
            assertThat(engine.logits(PROMPT, true)).isDeepEqualTo(first);
            return first;
        }
    }
}
