package ouverture.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.file.ModelFile;
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

    @ParameterizedTest
    @ValueSource(
            strings = {"gpt2", "llama2", "llama3", "llama-linear", "llama-yarn", "mistral", "mistral-nemo", "reka"})
    void exactLogits(String name) {
        Expected expected = Expected.of("models", name);
        try (Run run = new Run(expected, DType.F32, Activations.F32)) {
            for (Expected.Prompt prompt : expected.prompts()) {
                double[] marks = {5e-4, 5e-5};
                run.assertClose(run.atOnce(prompt), prompt.exact(), marks, prompt.name() + " at once");
                run.assertClose(run.inChunks(prompt, 1), prompt.exact(), marks, prompt.name() + " token by token");
                run.assertClose(run.inChunks(prompt, 5), prompt.exact(), marks, prompt.name() + " in chunks");
                boolean gelu = name.equals("gpt2");
                run.assertClose(
                        run.atOnce(prompt), prompt.oracle(), new double[] {gelu ? 5e-2 : 1e-3, 1}, prompt.name());
                assertThat(run.greedy(prompt)).as(prompt.name()).isEqualTo(prompt.greedy());
            }
            run.assertBatched(expected.prompts());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama2", "llama3", "mistral-nemo", "reka"})
    void halfPrecisionCache(String name) {
        assertMarks(Expected.of("models", name), DType.F16, Activations.F32, 0.3, 2e-2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama2", "llama3", "mistral-nemo", "reka"})
    void eightBitCache(String name) {
        assertMarks(Expected.of("models", name), DType.Q8_0, Activations.F32, 2, 0.15);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "F16", "BF16", "Q8_0", "Q4_0"})
    void exactActivationsOnQuantisedWeights(String type) {
        assertMarks(Expected.of("quants", "llama-" + type), DType.F32, Activations.F32, 5e-4, 5e-5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Q8_0", "Q4_0"})
    void eightBitActivations(String type) {
        assertMarks(Expected.of("quants", "llama-" + type), DType.F32, Activations.Q8, 2, 0.15);
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
            model = Families.load(file);
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
