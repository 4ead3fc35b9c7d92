package ouverture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.error.ResourceException;
import ouverture.file.ModelFile;
import ouverture.model.family.Families;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.HostMemory;
import ouverture.tensor.KvCache;

class MemoryPlanTest {
    private static final long MEBI = 1L << 20;

    @TempDir
    Path folder;

    static Stream<String> models() throws IOException {
        return ModelConformance.models();
    }

    @ParameterizedTest
    @MethodSource("models")
    void intermediateResultsTakeWhatWasPlanned(String name) {
        try (ModelFile file = ModelFile.open(Expected.of("models", name).model())) {
            Model model = Families.load(file, 64);
            checkScratch(model, 1, 1);
            checkScratch(model, 512, 8);
            checkScratch(model, 512, 512);
            checkScratch(model, 8192, 1);
        }
    }

    /// Steps fit into what was planned, so that it does not grow, and it is not much more than they take.
    private static void checkScratch(Model model, int rows, int outputs) {
        try (Arena arena = Arena.ofConfined();
                IdleKernels kernels = new IdleKernels()) {
            KvCache cache = KvCache.allocate(arena, DType.F32, 1, 1, model.cacheShapes());
            long planned = MemoryPlan.scratchBytes(model, rows, outputs);
            Scratch scratch = new Scratch(arena, planned);
            int[] zeros = new int[rows];
            Batch batch = new Batch(
                    zeros,
                    zeros,
                    zeros,
                    new int[][] {{0}},
                    IntStream.range(0, outputs).toArray());
            for (int step = 0; step < 2; step++) {
                model.forward(new ForwardPass(kernels, batch, cache, scratch));
            }
            assertThat(scratch.allocatedBytes())
                    .as("%d rows, %d outputs", rows, outputs)
                    .isEqualTo(planned)
                    .isLessThan(scratch.peakBytes() * 6 / 5 + (64 << 10));
        }
    }

    @Test
    void figuresAreThoseOfTheFile() throws IOException {
        Path path =
                DeepSeekModels.kimi(new DeepSeekModels.Sizes(8, 3, 6, 2, 5), 1).write(folder.resolve("model.gguf"));
        try (ModelFile file = ModelFile.open(path)) {
            Model model = Families.load(file, 64);
            MemoryPlan plan = MemoryPlan.of(file, model, DType.F16, 320, 16, 1, memory(100));
            assertThat(plan.expertBytes()).isEqualTo(2L * 6 * 3 * 8 * 5 * Float.BYTES);
            assertThat(plan.copiedBytes()).isZero();
            assertThat(plan.cacheBytes()).isEqualTo(320L * 3 * 10 * 2);
            assertThat(plan.totalBytes()).isEqualTo(plan.weightBytes() + plan.cacheBytes() + plan.scratchBytes());
            assertThat(plan.fits()).isTrue();
            assertThat(plan.fittingContext(false)).isEqualTo(320);
        }
    }

    private static HostMemory memory(long mebibytes) {
        return new HostMemory(2 * mebibytes * MEBI, mebibytes * MEBI, false);
    }

    /// 1000 MiB of weights, 640 of them experts, 320 MiB for 4096 positions, 10 MiB of scratch.
    private static MemoryPlan plan(long available) {
        return new MemoryPlan("model.gguf", 1000 * MEBI, 0, 640 * MEBI, 4096, 320 * MEBI, 10 * MEBI, memory(available));
    }

    @Test
    void whatFitsRuns() {
        assertThat(plan(1330).fits()).isTrue();
        assertThatCode(() -> plan(1330).require(false)).doesNotThrowAnyException();
    }

    @Test
    void aSmallerContextIsProposed() {
        assertThat(plan(1329).fittingContext(false)).isEqualTo(4064);
        assertThat(plan(1170).fittingContext(false)).isEqualTo(2048);
        assertThatThrownBy(() -> plan(1170).require(false))
                .isInstanceOf(ResourceException.class)
                .hasMessage("model.gguf needs 1330 MiB of memory (weights 1000 MiB, key/value cache of 4096 tokens 320"
                        + " MiB, intermediate results 10 MiB) and 1170 MiB are available: ask for a context of 2048"
                        + " tokens or less, or for a smaller format of the cache.");
    }

    @Test
    void aModelLargerThanMemoryNeedsPermission() {
        MemoryPlan plan = plan(700);
        assertThat(plan.fittingContext(false)).isZero();
        assertThatThrownBy(() -> plan.require(false))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining(
                        "700 MiB are available: use a smaller file of the model, or allow it to be larger");
        assertThatCode(() -> plan.require(true)).doesNotThrowAnyException();
        assertThat(plan.expertBudget()).as("700 - 360 - 330, less a tenth").isCloseTo(9 * MEBI, within(16L));
        assertThat(plan(500).expertBudget()).isZero();
    }

    @Test
    void cacheAndResultsMustFitInAnyCase() {
        assertThatThrownBy(() -> plan(170).require(true))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("ask for a context of 2048 tokens");
        assertThatThrownBy(() -> plan(9).require(true))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("more memory");
    }

    @Test
    void copiesThatExistAreNotNeededAgain() {
        MemoryPlan plan = new MemoryPlan("model", 1000 * MEBI, 900 * MEBI, 0, 4096, 320 * MEBI, 10 * MEBI, memory(430));
        assertThat(plan.fits()).isTrue();
    }
}
