package ouverture.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Shared;
import ouverture.file.ModelFile;
import ouverture.file.SafetensorsCopy;
import ouverture.model.family.Families;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// Compares whole networks with an independent engine's float64 logits, within the marks of the data's own
/// README; one small subclass for each kernel set.
public abstract class ModelConformance {
    private static final int BLOCK_SIZE = 4;

    /// Fresh kernels, which the test closes.
    protected abstract Kernels kernels(KernelsOptions options);

    /// Largest and root-mean-square difference from the float64 logits.
    private static double[] marks(String name) {
        return switch (name) {
            case "gemma2", "deepseek2-lite" -> new double[] {2e-3, 2e-4};
            case "gemma3n" -> new double[] {0.1, 3e-3};
            case "gpt-oss" -> new double[] {1e-3, 1e-3};
            default -> new double[] {5e-4, 5e-5};
        };
    }

    /// The same from the other engine's logits, which looks GELU up in a table of half precision and rounds the
    /// activations of gpt-oss's experts.
    private static double[] oracleMarks(String name) {
        return switch (name) {
            case "gpt2", "gemma", "gemma3", "gemma3-scaled", "gemma4-dense", "gemma4-moe" -> new double[] {5e-2, 1};
            case "gemma2" -> new double[] {0.5, 1};
            case "gemma4-e" -> new double[] {0.2, 1};
            case "gemma3n" -> new double[] {100, 0.5};
            case "gpt-oss" -> new double[] {100, 1};
            default -> new double[] {1e-3, 1};
        };
    }

    /// The float64 logits, for a file that carries YaRN's betas those that heed them.
    private static float[][] exact(Expected.Prompt prompt) {
        return prompt.variants().getOrDefault("ref64_beta_from_file", prompt.exact());
    }

    /// Every model of the data: a family that this build does not run fails.
    static Stream<String> models() throws IOException {
        return names("conformance/models", ".gguf");
    }

    private static Stream<String> names(String folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(Shared.path(folder))) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .sorted()
                    .toList();
            return names.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void exactLogits(String name) {
        Expected expected = Expected.of("models", name);
        try (Run run = new Run(expected, DType.F32, Activations.F32)) {
            for (Expected.Prompt prompt : expected.prompts()) {
                double[] marks = marks(name);
                run.assertClose(run.atOnce(prompt), exact(prompt), marks, prompt.name() + " at once");
                run.assertClose(run.inChunks(prompt, 1), exact(prompt), marks, prompt.name() + " token by token");
                run.assertClose(run.inChunks(prompt, 5), exact(prompt), marks, prompt.name() + " in chunks");
                if (exact(prompt) == prompt.exact()) {
                    run.assertClose(run.atOnce(prompt), prompt.oracle(), oracleMarks(name), prompt.name());
                    assertThat(run.greedy(prompt)).as(prompt.name()).isEqualTo(prompt.greedy());
                }
            }
            run.assertBatched(expected.prompts());
            run.assertOutputsApart(expected.prompts().getFirst());
        }
    }

    /// Every folder of safetensors.
    static Stream<String> folders() throws IOException {
        return names("conformance/safetensors", "");
    }

    @ParameterizedTest
    @MethodSource("folders")
    void exactLogitsFromSafetensors(String name) {
        Expected expected = folder(name, Shared.path("conformance/safetensors/" + name));
        try (Run run = new Run(expected, DType.F32, Activations.F32)) {
            for (Expected.Prompt prompt : expected.prompts()) {
                float[][] exact = prompt.variants().getOrDefault("ref64_yarn_not_truncated", exact(prompt));
                run.assertClose(run.atOnce(prompt), exact, marks(name), prompt.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void foldersOfSixteenBitNumbers(String name, @TempDir Path temporary) {
        Path original = Shared.path("conformance/safetensors/" + name);
        Path rounded = SafetensorsCopy.rounded(original, temporary.resolve("rounded"));
        Path short16 = SafetensorsCopy.shortened(original, temporary.resolve("short"));
        try (Run exact = new Run(folder(name, rounded), DType.F32, Activations.F32);
                Run run = new Run(folder(name, short16), DType.F32, Activations.F32)) {
            Expected.Prompt prompt = folder(name, original).prompts().get(1);
            run.assertClose(run.atOnce(prompt), exact.atOnce(prompt), marks(name), "BF16");
        }
    }

    private static Expected folder(String name, Path folder) {
        return Expected.of(Shared.path("conformance/models/" + name + ".expected.json"), folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemma",
                "gemma2",
                "gemma3",
                "gemma4-dense",
                "gemma4-e",
                "gpt2",
                "llama2",
                "llama3",
                "mistral",
                "mistral-nemo",
                "mixtral",
                "phi3",
                "phi3-longrope-long",
                "phi4-mini",
                "qwen2",
                "qwen3",
                "reka"
            })
    void halfPrecisionCache(String name) {
        boolean capped = name.equals("gemma2");
        assertMarks(Expected.of("models", name), DType.F16, Activations.F32, capped ? 1 : 0.3, capped ? 0.1 : 2e-2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma", "gemma3", "gemma4-dense", "gpt2", "llama2", "llama3", "mistral-nemo", "reka"})
    void eightBitCache(String name) {
        assertMarks(Expected.of("models", name), DType.Q8_0, Activations.F32, 2, 0.15);
    }

    /// Every file of quantised weights.
    static Stream<String> quantised() throws IOException {
        return names("conformance/quants", ".gguf");
    }

    @ParameterizedTest
    @MethodSource("quantised")
    void exactActivationsOnQuantisedWeights(String name) {
        assertMarks(Expected.of("quants", name), DType.F32, Activations.F32, 5e-4, 5e-5);
    }

    @ParameterizedTest
    @MethodSource("quantised")
    void eightBitActivations(String name) {
        assertMarks(Expected.of("quants", name), DType.F32, Activations.Q8, 2, 0.15);
    }

    private void assertMarks(Expected expected, DType cache, Activations activations, double max, double rms) {
        try (Run run = new Run(expected, cache, activations)) {
            for (Expected.Prompt prompt : expected.prompts()) {
                run.assertClose(run.atOnce(prompt), prompt.exact(), new double[] {max, rms}, prompt.name());
            }
            run.assertBatched(expected.prompts());
        }
    }

    private final class Run implements AutoCloseable {
        private final Arena arena = Arena.ofShared();
        private final ModelFile file;
        private final Model model;
        private final Kernels kernels;
        private final KvCache cache;
        private final Scratch scratch;

        Run(Expected expected, DType cacheType, Activations activations) {
            file = ModelFile.open(expected.model());
            model = Families.load(file, expected.context());
            kernels = kernels(new KernelsOptions(2, activations));
            int positions = expected.prompts().stream()
                    .mapToInt(p -> p.tokens().length + 64)
                    .sum();
            cache = KvCache.allocate(arena, cacheType, positions / BLOCK_SIZE, BLOCK_SIZE, model.cacheShapes());
            scratch = new Scratch(arena);
        }

        float[][] atOnce(Expected.Prompt prompt) {
            return inChunks(prompt, prompt.tokens().length);
        }

        /// The recorded rows, with the prompt fed `chunk` tokens at a time through blocks in reverse order.
        float[][] inChunks(Expected.Prompt prompt, int chunk) {
            int length = prompt.tokens().length;
            int[] table = table(0, length);
            List<float[]> rows = new ArrayList<>();
            for (int from = 0; from < length; from += chunk) {
                int to = Math.min(length, from + chunk);
                rows.addAll(forward(
                        Arrays.copyOfRange(prompt.tokens(), from, to),
                        IntStream.range(from, to).toArray(),
                        new int[to - from],
                        new int[][] {table}));
            }
            return rows.subList(prompt.rowsFrom(), prompt.rowsFrom() + prompt.exact().length)
                    .toArray(float[][]::new);
        }

        int[] greedy(Expected.Prompt prompt) {
            int[] table = table(0, prompt.tokens().length + prompt.greedy().length);
            int[] tokens = prompt.tokens();
            int[] answer = new int[prompt.greedy().length];
            int position = 0;
            for (int i = 0; i < answer.length; i++) {
                List<float[]> rows = forward(
                        tokens,
                        IntStream.range(position, position + tokens.length).toArray(),
                        new int[tokens.length],
                        new int[][] {table});
                position += tokens.length;
                float[] last = rows.getLast();
                answer[i] = IntStream.range(0, last.length).reduce(0, (a, b) -> last[b] > last[a] ? b : a);
                tokens = new int[] {answer[i]};
            }
            return answer;
        }

        /// All prompts in one batch give the same bits as each alone.
        void assertBatched(List<Expected.Prompt> prompts) {
            List<Integer> tokens = new ArrayList<>();
            List<Integer> positions = new ArrayList<>();
            List<Integer> sequences = new ArrayList<>();
            int[][] tables = new int[prompts.size()][];
            int block = 0;
            for (int s = 0; s < tables.length; s++) {
                int[] ids = prompts.get(s).tokens();
                tables[s] = table(block, ids.length);
                block += tables[s].length;
                for (int p = 0; p < ids.length; p++) {
                    tokens.add(ids[p]);
                    positions.add(p);
                    sequences.add(s);
                }
            }
            List<float[]> rows = forward(ints(tokens), ints(positions), ints(sequences), tables);
            int row = 0;
            for (Expected.Prompt prompt : prompts) {
                int from = row + prompt.rowsFrom();
                float[][] batched =
                        rows.subList(from, from + prompt.exact().length).toArray(float[][]::new);
                row += prompt.tokens().length;
                assertThat(Expected.difference(batched, atOnce(prompt))[0])
                        .as("%s of %s in a batch", prompt.name(), file.path())
                        .isZero();
            }
        }

        /// The rows that somebody waits for have the same bits whoever else waits; nobody may wait at all.
        void assertOutputsApart(Expected.Prompt prompt) {
            int length = prompt.tokens().length;
            float[] last = atOnce(prompt)[prompt.exact().length - 1];
            int[] positions = IntStream.range(0, length).toArray();
            for (int[] outputs : new int[][] {{}, {length - 1}}) {
                Batch batch =
                        new Batch(prompt.tokens(), positions, new int[length], new int[][] {table(0, length)}, outputs);
                Tensor logits = model.forward(new ForwardPass(kernels, batch, cache, scratch));
                assertThat(logits.rows()).isEqualTo(outputs.length);
                if (outputs.length > 0) {
                    assertThat(logits.floats(0)).isEqualTo(last);
                }
            }
        }

        void assertClose(float[][] actual, float[][] expected, double[] marks, String what) {
            double[] difference = Expected.difference(actual, expected);
            assertThat(difference[0]).as("max, %s of %s", what, file.path()).isLessThanOrEqualTo(marks[0]);
            assertThat(difference[1]).as("rms, %s of %s", what, file.path()).isLessThanOrEqualTo(marks[1]);
        }

        private int[] table(int firstBlock, int positions) {
            int count = Math.ceilDiv(positions, BLOCK_SIZE);
            return IntStream.range(0, count)
                    .map(i -> firstBlock + count - 1 - i)
                    .toArray();
        }

        private List<float[]> forward(int[] tokens, int[] positions, int[] sequences, int[][] tables) {
            int[] all = IntStream.range(0, tokens.length).toArray();
            Tensor logits = model.forward(
                    new ForwardPass(kernels, new Batch(tokens, positions, sequences, tables, all), cache, scratch));
            List<float[]> rows = new ArrayList<>();
            for (int r = 0; r < logits.rows(); r++) {
                float[] row = new float[logits.columns()];
                MemorySegment.copy(logits.data(), ValueLayout.JAVA_FLOAT, r * logits.rowBytes(), row, 0, row.length);
                rows.add(row);
            }
            return rows;
        }

        @Override
        public void close() {
            kernels.close();
            arena.close();
            file.close();
        }
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }
}
