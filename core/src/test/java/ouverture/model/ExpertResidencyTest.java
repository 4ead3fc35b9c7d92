package ouverture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.file.MappedPages;
import ouverture.file.ModelFile;
import ouverture.model.family.Families;
import ouverture.tensor.Activation;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KvCache;
import ouverture.tensor.ScalarKernels;
import ouverture.tensor.Tensor;

/// A model of Kimi K2's structure, whose experts are nearly all of it, with memory for some of them only.
class ExpertResidencyTest {
    private static final DeepSeekModels.Sizes SIZES = new DeepSeekModels.Sizes(128, 4, 24, 3, 256);
    private static final long EXPERT_BYTES = 3L * SIZES.width() * SIZES.hidden() * Float.BYTES;
    private static final int EXPERTS = (SIZES.layers() - 1) * SIZES.experts();
    private static final int STEPS = 24;

    @TempDir
    Path folder;

    /// Logits of each step, and how much of the file was in this process's memory after the last.
    private record Run(List<float[]> logits, long residentBytes) {}

    private Path model() {
        return DeepSeekModels.kimi(SIZES, 3).write(folder.resolve("model.gguf"));
    }

    /// Feeds one token after another.
    private static Run run(Path path, @Nullable ExpertResidency residency, long budget) {
        try (Arena arena = Arena.ofShared();
                ModelFile file = ModelFile.open(path);
                ScalarKernels kernels = new ScalarKernels(new KernelsOptions(1, KernelsOptions.Activations.F32))) {
            Model model = Families.load(file, STEPS);
            KvCache cache = KvCache.allocate(arena, DType.F32, 1, STEPS, model.cacheShapes());
            Scratch scratch = new Scratch(arena);
            List<float[]> logits = new ArrayList<>();
            for (int i = 0; i < STEPS; i++) {
                Batch batch = new Batch(
                        new int[] {i * 7 % DeepSeekModels.VOCABULARY},
                        new int[] {i},
                        new int[1],
                        new int[][] {{0}},
                        new int[1]);
                Tensor row = model.forward(new ForwardPass(kernels, batch, cache, scratch, residency, null));
                logits.add(row.floats(0));
                if (residency != null) {
                    assertThat(residency.residentBytes()).isBetween(1L, budget);
                }
            }
            return new Run(logits, residentBytes(path));
        }
    }

    /// Bytes of a mapped file in this process's memory, by Linux's account; -1 where there is none.
    private static long residentBytes(Path mapped) {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
            long bytes = -1;
            boolean inside = false;
            for (String line : lines) {
                if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                    inside = line.endsWith(mapped.toString());
                } else if (inside && line.startsWith("Rss:")) {
                    bytes = Math.max(bytes, 0) + Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
            return bytes;
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void hotExpertsStayWithinTheBudgetAndLogitsAreTheSame() throws IOException {
        Path path = model();
        long budget = 8 * EXPERT_BYTES;
        Run free = run(path, null, 0);
        Run bounded = run(path, new ExpertResidency(budget, MappedPages.find()), budget);
        assertThat(bounded.logits).usingRecursiveComparison().isEqualTo(free.logits);
        assumeThat(free.residentBytes).as("Linux's account").isPositive();
        long others = Files.size(path) - EXPERTS * EXPERT_BYTES;
        long bound = budget + others + EXPERTS * EXPERT_BYTES / 10;
        assertThat(bounded.residentBytes).isLessThan(bound);
        assertThat(free.residentBytes).as("without the policy").isGreaterThan(bound);
    }

    @Test
    void withoutAdviceTheAccountIsKeptAndLogitsAreTheSame() {
        Path path = model();
        Run bounded = run(path, new ExpertResidency(EXPERT_BYTES, Optional.empty()), EXPERT_BYTES);
        assertThat(bounded.logits).usingRecursiveComparison().isEqualTo(run(path, null, 0).logits);
    }

    @Test
    void oftenChosenExpertsOutlastOthers() {
        try (Arena arena = Arena.ofConfined()) {
            Tensor weight = new Tensor("experts", DType.F32, 16, 2, 4, arena.allocate(16 * 2 * 4 * Float.BYTES));
            Linear linear = new Linear(weight, null);
            GatedMlp experts = new GatedMlp(linear, linear, linear, Activation.SILU);
            long one = 3L * 2 * 4 * Float.BYTES;
            ExpertResidency residency = new ExpertResidency(3 * one, Optional.empty());
            for (int i = 0; i < 10; i++) {
                step(residency, experts, chosen(arena, 0, 1));
            }
            for (int expert = 2; expert < 16; expert++) {
                step(residency, experts, chosen(arena, expert));
            }
            assertThat(residency.residentBytes()).isEqualTo(3 * one);
            residency.fetch(experts, chosen(arena, 0, 1));
            assertThat(residency.residentBytes()).as("both are there still").isEqualTo(3 * one);
            for (int i = 0; i < 4 * ExpertResidency.HALF_LIFE; i++) {
                step(residency, experts, chosen(arena, 4, 5, 6));
            }
            residency.fetch(experts, chosen(arena, 0, 1));
            assertThat(residency.residentBytes()).as("both have faded").isEqualTo(5 * one);
        }
    }

    private static void step(ExpertResidency residency, GatedMlp experts, Tensor chosen) {
        residency.step();
        residency.fetch(experts, chosen);
        residency.trim();
    }

    private static Tensor chosen(Arena arena, int... experts) {
        return Tensor.matrix("chosen", DType.I32, 1, experts.length, arena.allocateFrom(ValueLayout.JAVA_INT, experts));
    }
}
