package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.ResourceException;
import ouverture.model.DeepSeekModels;
import ouverture.tensor.HostMemory;

/// Engines on a machine with less memory than the model needs.
class LargerThanMemoryTest {
    private static final DeepSeekModels.Sizes SIZES = new DeepSeekModels.Sizes(64, 3, 32, 3, 128);
    private static final EngineOptions OPTIONS = EngineOptions.DEFAULT
            .withKernels("scalar")
            .withThreads(1)
            .withSequences(1)
            .withBatchTokens(8);

    @TempDir
    Path folder;

    private Path model() {
        return DeepSeekModels.kimi(SIZES, 5).write(folder.resolve("model.gguf"));
    }

    private static HostMemory memory(long available) {
        return new HostMemory(2 * available, available, false);
    }

    private static float[][] logits(Engine engine) {
        return engine.logits(IntStream.range(0, 20).map(i -> i * 7 % 32).toArray(), true);
    }

    @Test
    void aModelIsRefusedUnlessItMayBeLargerThanMemory() throws IOException {
        Path path = model();
        long half = Files.size(path) / 2;
        assertThatThrownBy(() -> Engine.open(path, OPTIONS, () -> memory(half)).close())
                .isInstanceOf(ResourceException.class)
                .hasMessageMatching("model.gguf needs \\d+ MiB of memory \\(weights \\d+ MiB, key/value cache of 512"
                        + " tokens 1 MiB, intermediate results 1 MiB\\) and \\d+ MiB are available: use a smaller .*");
        try (Engine roomy = Engine.open(path, OPTIONS);
                Engine tight = Engine.open(path, OPTIONS.withLargerThanMemory(true), () -> memory(half))) {
            assertThat(logits(tight)).isDeepEqualTo(logits(roomy));
        }
    }

    @Test
    void aContextThatDoesNotFitIsAnsweredWithOneThatDoes() {
        Path path = DeepSeekModels.kimi(SIZES, 5)
                .with("deepseek2.context_length", Integer.MAX_VALUE)
                .write(folder.resolve("model.gguf"));
        EngineOptions longest = OPTIONS.withContext(Integer.MAX_VALUE);
        assertThatThrownBy(
                        () -> Engine.open(path, longest, () -> memory(1L << 30)).close())
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("key/value cache of 21474836")
                .hasMessageContaining("ask for a context of ");
    }
}
