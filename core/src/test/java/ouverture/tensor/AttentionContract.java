package ouverture.tensor;

import static ouverture.tensor.Numbers.assertClose;
import static ouverture.tensor.Numbers.assertSameBits;
import static ouverture.tensor.Numbers.random;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Numbers.Range;

/// What every kernel set promises of attention over a paged cache.
abstract class AttentionContract {
    private static final int BLOCK = 16;
    private static final int SEQUENCES = 3;

    private final GuardedMemory memory = new GuardedMemory();
    private final Random random = new Random(3);

    abstract Kernels kernels(KernelsOptions options);

    @AfterEach
    void checkMemory() {
        memory.check();
        memory.close();
    }

    /// A cache with three sequences of some length in scattered blocks, and NaN in every other slot.
    private record Filled(KvCache.Layer cache, int[][] tables) {
        static Filled of(
                GuardedMemory memory,
                DType type,
                int blockSize,
                Attention attention,
                int length,
                float magnitude,
                Random random) {
            int blocksEach = Math.ceilDiv(length, blockSize);
            int[] blocks = IntStream.range(0, SEQUENCES * blocksEach + 2).toArray();
            for (int i = blocks.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int block = blocks[i];
                blocks[i] = blocks[j];
                blocks[j] = block;
            }
            int[][] tables = new int[SEQUENCES][];
            for (int s = 0; s < SEQUENCES; s++) {
                tables[s] = Arrays.copyOfRange(blocks, s * blocksEach, (s + 1) * blocksEach);
            }
            KvCache.Layer cache = memory.cache(type, blocks.length, blockSize, attention);
            int rows = SEQUENCES * length;
            int[] positions = IntStream.range(0, rows).map(r -> r % length).toArray();
            int[] sequences = IntStream.range(0, rows).map(r -> r / length).toArray();
            int keyColumns = attention.cacheShape().keyColumns();
            float[] keys = random(rows * keyColumns, Range.ORDINARY, random);
            for (int i = 0; i < keys.length; i++) {
                keys[i] *= magnitude;
            }
            int valueColumns = attention.kvHeads() * attention.valueSize();
            try (Kernels reference = new ScalarKernels(new KernelsOptions(1, Activations.F32))) {
                reference.append(
                        cache,
                        memory.floats(rows, keyColumns, keys),
                        memory.floats(rows, valueColumns, random(rows * valueColumns, Range.ORDINARY, random)),
                        new Batch(new int[rows], positions, sequences, tables, new int[0]));
            }
            return new Filled(cache, tables);
        }

        Batch batch(int[] positions, int[] sequences) {
            return new Batch(new int[positions.length], positions, sequences, tables, new int[0]);
        }
    }

    private Tensor attend(int threads, Tensor query, KvCache.Layer cache, Batch batch, Attention attention) {
        Tensor out = memory.unset(DType.F32, query.rows(), attention.heads() * attention.valueSize());
        try (Kernels kernels = kernels(new KernelsOptions(threads, Activations.F32))) {
            kernels.attention(out, query, cache, batch, attention);
        }
        return out;
    }

    private void check(DType type, Attention attention, int length, float magnitude) {
        Filled filled = Filled.of(memory, type, BLOCK, attention, length, magnitude, random);
        // A prompt's end, a single new token, and a whole prompt, one of the rows being the very first.
        int[] prompt = IntStream.range(Math.max(0, length - 21), length).toArray();
        int[] first = IntStream.range(0, Math.min(length, 9)).toArray();
        int[] positions = IntStream.concat(
                        IntStream.concat(Arrays.stream(prompt), IntStream.of(length - 1)), Arrays.stream(first))
                .toArray();
        int[] sequences = IntStream.range(0, positions.length)
                .map(r -> r < prompt.length ? 0 : r == prompt.length ? 2 : 1)
                .toArray();
        Batch batch = filled.batch(positions, sequences);
        int columns = attention.heads() * attention.keySize();
        Tensor query =
                memory.floats(positions.length, columns, random(positions.length * columns, Range.ORDINARY, random));
        Tensor expected = memory.unset(DType.F32, positions.length, attention.heads() * attention.valueSize());
        try (Kernels reference = new ScalarKernels(new KernelsOptions(1, Activations.F32))) {
            reference.attention(expected, query, filled.cache, batch, attention);
        }
        Tensor actual = attend(1, query, filled.cache, batch, attention);
        // A score of s has an error of about s times the rounding, and the exponential makes it a relative one.
        assertClose(actual, expected, 0, 4e-6 * Math.max(1, magnitude * Math.sqrt(attention.keySize())));
        for (int threads = 2; threads <= 3; threads++) {
            assertSameBits(attend(threads, query, filled.cache, batch, attention), actual, attention + " " + threads);
        }
        for (int r : new int[] {0, prompt.length / 2, prompt.length, positions.length - 1}) {
            Batch one = filled.batch(new int[] {positions[r]}, new int[] {sequences[r]});
            Tensor alone = attend(3, memory.copy(query.rows(r, 1)), filled.cache, one, attention);
            assertSameBits(alone, actual.rows(r, 1), attention + ", row " + r + " alone");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "F32,4,4,16,16",
        "F32,8,2,64,64",
        "F32,4,1,128,64",
        "F32,6,2,10,7",
        "F32,5,5,80,80",
        "F32,2,1,576,512",
        "F16,4,4,8,8",
        "F16,8,2,64,64",
        "F16,40,1,64,64",
        "F16,4,1,128,128",
        "Q8_0,8,2,64,64",
        "Q8_0,4,4,8,8",
        "Q8_0,6,3,40,24",
        "Q8_0,4,2,128,96"
    })
    void attendsWithAnyShape(DType type, int heads, int kvHeads, int keySize, int valueSize) {
        Attention attention = new Attention(heads, kvHeads, keySize, valueSize, (float) (1 / Math.sqrt(keySize)));
        check(type, attention, 70, 1);
    }

    @ParameterizedTest
    @CsvSource({"F32,1", "F16,16", "F32,17", "Q8_0,63", "F32,64", "F32,65", "F16,100", "F32,1000"})
    void attendsWithinAWindow(DType type, int window) {
        check(type, Attention.grouped(4, 2, 32).windowed(window), 70, 1);
        check(type, Attention.grouped(40, 1, 32).windowed(window), 200, 1);
    }

    @ParameterizedTest
    @CsvSource({"F32,0", "F16,20", "Q8_0,0"})
    void attendsWithSinks(DType type, int window) {
        Tensor sinks = memory.floats(1, 6, 0, -50, 3, 1.5f, 40, -1);
        check(type, Attention.grouped(6, 2, 32).withSinks(sinks).windowed(window), 130, 1);
    }

    @ParameterizedTest
    @CsvSource({"0.5,1", "50,1", "50,20", "30,0.001"})
    void capsScores(float cap, float magnitude) {
        check(DType.F32, Attention.grouped(4, 2, 32).capped(cap).windowed(90), 100, magnitude);
    }

    @ParameterizedTest
    @CsvSource({"F32,5,40,32", "F16,16,576,512", "Q8_0,4,96,64", "Q8_0,3,40,24"})
    void readsLatentValuesFromTheKeys(DType type, int heads, int keySize, int valueSize) {
        float scale = (float) (1 / Math.sqrt(keySize));
        check(type, new Attention(heads, 1, keySize, valueSize, scale).withLatentValues(), 70, 1);
    }

    @ParameterizedTest
    @CsvSource({"F32,1", "F32,2", "F16,15", "F32,16", "F32,17", "Q8_0,63", "F16,64", "F32,65", "F16,128", "F32,400"})
    void attendsToAnyLength(DType type, int length) {
        check(type, Attention.grouped(4, 2, 32), length, 1);
    }

    @ParameterizedTest
    @CsvSource({"F16,3000,0", "F32,2100,1200", "Q8_0,2049,0", "F32,1025,0"})
    void attendsToLongContexts(DType type, int length, int window) {
        Tensor sinks = memory.floats(1, 6, 0, -50, 3, 1.5f, 40, -1);
        check(type, Attention.grouped(6, 3, 32).windowed(window), length, 1);
        check(type, Attention.grouped(6, 2, 32).withSinks(sinks).windowed(window), length, 1);
    }

    /// Rows that share work, of a prompt that is longer than what kernels take at once, are what they are alone.
    @ParameterizedTest
    @CsvSource({"F16,16,0,130", "F16,12,0,37", "F32,8,50,11", "Q8_0,32,170,64", "F16,64,20,150"})
    void attendsInPiecesAsAtOnce(DType type, int blockSize, int window, int piece) {
        Attention attention = Attention.grouped(8, 2, 64).windowed(window);
        int length = 300;
        Filled filled = Filled.of(memory, type, blockSize, attention, length, 1, random);
        Tensor query = memory.floats(length, 8 * 64, random(length * 8 * 64, Range.ORDINARY, random));
        int[] positions = IntStream.range(0, length).toArray();
        Batch batch = filled.batch(positions, new int[length]);
        Tensor expected = memory.unset(DType.F32, length, 8 * 64);
        try (Kernels reference = new ScalarKernels(new KernelsOptions(1, Activations.F32))) {
            reference.attention(expected, query, filled.cache, batch, attention);
        }
        Tensor actual = attend(1, query, filled.cache, batch, attention);
        assertClose(actual, expected, 0, 4e-6 * Math.sqrt(attention.keySize()));
        for (int from = 0; from < length; from += piece) {
            int count = Math.min(piece, length - from);
            Batch part = filled.batch(Arrays.copyOfRange(positions, from, from + count), new int[count]);
            Tensor alone = attend(2, memory.copy(query.rows(from, count)), filled.cache, part, attention);
            assertSameBits(alone, actual.rows(from, count), attention + ", rows from " + from);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "1e-30", "20", "1000"})
    void attendsWithScoresOfAnyMagnitude(float magnitude) {
        check(DType.F32, Attention.grouped(4, 2, 32), 100, magnitude);
    }
}
