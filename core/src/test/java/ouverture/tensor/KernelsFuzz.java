package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static ouverture.tensor.Numbers.assertClose;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Numbers.Range;

/// Random operations of random shapes against [ScalarKernels], by one kernel set that lives as long as the test,
/// with every tensor between pages that nobody may touch. Property `ouverture.fuzz.rounds` sets the number of
/// rounds, `ouverture.fuzz.seed` the first one's seed.
public abstract class KernelsFuzz {
    private static final int ROUNDS = Integer.getInteger("ouverture.fuzz.rounds", 150);
    private static final long SEED = Long.getLong("ouverture.fuzz.seed", 11);

    /// Neighbouring seeds give similar first numbers.
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    private static final DType[] CACHES = {DType.F32, DType.F16, DType.Q8_0};
    private static final List<DType> FORMATS = MatmulContract.formats()
            .filter(type -> BlockCodec.of(type).encodes())
            .toList();

    /// The kernels under test.
    protected abstract Kernels kernels(KernelsOptions options);

    /// One round's kernels and numbers.
    private record Round(Kernels kernels, Kernels reference, GuardedMemory memory, Random random) {
        int upTo(int most) {
            return 1 + random.nextInt(most);
        }

        Tensor floats(int rows, int columns) {
            return memory.floats(rows, columns, Numbers.random(rows * columns, Range.ORDINARY, random));
        }

        Tensor weight(DType type, int planes, int outputs, int inputs) {
            float[] values = Numbers.random(planes * outputs * inputs, Range.ORDINARY, random);
            Tensor all = memory.encoded(type, planes * outputs, inputs, values);
            return new Tensor("weight", type, planes, outputs, inputs, all.data());
        }

        DType format() {
            return FORMATS.get(random.nextInt(FORMATS.size()));
        }

        int inputs(DType type) {
            int block = type.blockElements();
            return block * upTo(Math.max(2, 300 / block));
        }

        /// Both results of an operation that writes a whole matrix.
        void compare(int rows, int columns, double absolute, Operation operation) {
            Tensor expected = memory.unset(DType.F32, rows, columns);
            operation.apply(reference, expected);
            Tensor actual = memory.unset(DType.F32, rows, columns);
            operation.apply(kernels, actual);
            assertClose(actual, expected, 1e-4, absolute);
        }

        /// Both results of an operation in place.
        void change(Tensor x, Operation operation) {
            Tensor expected = memory.copy(x);
            operation.apply(reference, expected);
            operation.apply(kernels, x);
            assertClose(x, expected, 1e-4, 1e-4);
        }
    }

    @FunctionalInterface
    private interface Operation {
        void apply(Kernels kernels, Tensor out);
    }

    @Test
    void anyOperationDoesAsTheReferenceDoes() {
        for (Activations activations : new Activations[] {Activations.F32, Activations.Q8}) {
            try (Kernels reference = new ScalarKernels(new KernelsOptions(1, activations));
                    Kernels kernels = kernels(new KernelsOptions(3, activations))) {
                for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
                    round(reference, kernels, seed);
                }
            }
        }
    }

    /// Most are refused; whether one is or not, what lies around its operands is not touched.
    @Test
    void operandsThatDoNotFitTouchNothingElse() {
        int refused = 0;
        try (Kernels kernels = kernels(new KernelsOptions(2, Activations.Q8))) {
            for (long seed = SEED; seed < SEED + 10L * ROUNDS; seed++) {
                try (GuardedMemory memory = new GuardedMemory()) {
                    try {
                        new HostileOperands(memory, new Random(seed * SPREAD)).apply(kernels);
                    } catch (RuntimeException | AssertionError e) {
                        refused++;
                    }
                    memory.check();
                }
            }
        }
        assertThat(refused).isBetween(2 * ROUNDS, 9 * ROUNDS);
    }

    private static void round(Kernels reference, Kernels kernels, long seed) {
        try (GuardedMemory memory = new GuardedMemory()) {
            Round round = new Round(kernels, reference, memory, new Random(seed * SPREAD));
            switch (round.random.nextInt(6)) {
                case 0 -> multiply(round);
                case 1 -> multiplyPlanes(round);
                case 2 -> normalise(round);
                case 3 -> changeElements(round);
                default -> attend(round);
            }
            memory.check();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private static void multiply(Round round) {
        DType type = round.format();
        int inputs = round.inputs(type);
        int outputs = round.upTo(70);
        int rows = round.upTo(40);
        Tensor weight = round.weight(type, 1, outputs, inputs);
        @Nullable Tensor bias = round.random.nextBoolean() ? round.floats(1, outputs) : null;
        Tensor x = round.floats(rows, inputs);
        round.compare(rows, outputs, 2e-3, (kernels, out) -> kernels.matmul(out, x, weight, bias));
        int[] ids = round.random.ints(rows, 0, outputs).toArray();
        round.compare(rows, inputs, 0, (kernels, out) -> kernels.embed(out, weight, ids));
    }

    private static void multiplyPlanes(Round round) {
        DType type = round.format();
        int inputs = round.inputs(type);
        int outputs = round.upTo(40);
        int rows = round.upTo(9);
        int planes = round.upTo(7);
        Tensor weight = round.weight(type, planes, outputs, inputs);
        Tensor x = round.floats(rows, planes * inputs);
        round.compare(rows, planes * outputs, 2e-3, (kernels, out) -> kernels.matmulPerHead(out, x, weight));
        int active = round.upTo(planes);
        int[] choice = round.random.ints((long) rows * active, 0, planes).toArray();
        Tensor chosen = round.memory.unset(DType.I32, rows, active);
        MemorySegment.copy(choice, 0, chosen.data(), ValueLayout.JAVA_INT, 0, choice.length);
        @Nullable Tensor bias = round.random.nextBoolean() ? round.floats(planes, outputs) : null;
        Tensor slots = round.floats(round.random.nextBoolean() ? rows : rows * active, inputs);
        Operation experts = (kernels, out) -> kernels.matmulExperts(out, slots, weight, bias, chosen);
        round.compare(rows * active, outputs, 2e-3, experts);
        Tensor shares = round.floats(rows, active);
        Tensor answers = round.floats(rows * active, outputs);
        round.compare(rows, outputs, 1e-5, (kernels, out) -> kernels.combine(out, answers, shares));
    }

    private static void normalise(Round round) {
        int rows = round.upTo(20);
        int columns = 1 + round.upTo(300);
        Tensor weight = round.floats(1, columns);
        Tensor bias = round.floats(1, columns);
        round.change(round.floats(rows, columns), (kernels, x) -> kernels.rmsNorm(x, x, weight, 1e-5f));
        round.change(round.floats(rows, columns), (kernels, x) -> kernels.layerNorm(x, x, weight, bias, 1e-5f));
        int pairs = round.upTo(40);
        int headSize = 2 * pairs + round.random.nextInt(20);
        Rope plain = Rope.plain(2 * pairs, 10_000);
        Rope rope = round.random.nextBoolean() ? plain : plain.interleavedPairs();
        int[] positions = round.random.ints(rows, 0, 5_000).toArray();
        Tensor heads = round.floats(rows, headSize * round.upTo(5));
        round.change(heads, (kernels, x) -> kernels.rope(x, headSize, positions, rope));
    }

    private static void changeElements(Round round) {
        int rows = round.upTo(4);
        int columns = round.upTo(round.random.nextBoolean() ? 40 : 20_000);
        Activation[] activations = Activation.values();
        Activation activation = activations[round.random.nextInt(activations.length)];
        Tensor other = round.floats(rows, columns);
        round.change(round.floats(rows, columns), (kernels, x) -> kernels.gate(x, x, other, activation));
        round.change(round.floats(rows, columns), (kernels, x) -> kernels.activate(x, activation));
        round.change(round.floats(rows, columns), (kernels, x) -> kernels.add(x, other));
        round.change(round.floats(rows, columns), (kernels, x) -> kernels.scale(x, -0.3f));
        round.change(round.floats(rows, columns), (kernels, x) -> kernels.softcap(x, 1.5f));
    }

    /// Mixed sequences over a cache of which every slot that they do not have is NaN.
    private static void attend(Round round) {
        Random random = round.random;
        boolean latent = random.nextInt(5) == 0;
        int kvHeads = latent ? 1 : round.upTo(3);
        int heads = kvHeads * round.upTo(random.nextInt(6) == 0 ? 40 : 6);
        int keySize = random.nextBoolean() ? 32 * round.upTo(4) : round.upTo(140);
        int valueSize = latent ? round.upTo(keySize) : random.nextBoolean() ? keySize : round.upTo(140);
        Attention plain = new Attention(heads, kvHeads, keySize, valueSize, (float) (1 / Math.sqrt(keySize)))
                .windowed(random.nextBoolean() ? 0 : round.upTo(200))
                .capped(random.nextInt(4) == 0 ? 20 : 0);
        Attention sinking = random.nextInt(3) == 0 ? plain.withSinks(round.floats(1, heads)) : plain;
        Attention attention = latent ? sinking.withLatentValues() : sinking;
        int blockSize = round.upTo(40);
        int[] lengths = IntStream.generate(() -> round.upTo(random.nextInt(4) == 0 ? 300 : 60))
                .limit(round.upTo(4))
                .toArray();
        int[][] tables = tables(lengths, blockSize, random);
        int blocks = IntStream.of(lengths)
                .map(length -> Math.ceilDiv(length, blockSize))
                .sum();
        KvCache.Layer cache = round.memory.cache(CACHES[random.nextInt(CACHES.length)], blocks, blockSize, attention);
        Batch all = batch(lengths, lengths, tables);
        int rows = all.rows();
        Tensor keys = round.floats(rows, kvHeads * keySize);
        Tensor values = round.floats(rows, kvHeads * valueSize);
        round.kernels.append(cache, keys, values, all);
        int[] asked = IntStream.of(lengths)
                .map(length -> Math.min(length, random.nextBoolean() ? 1 : round.upTo(40)))
                .toArray();
        Batch batch = batch(lengths, asked, tables);
        Tensor query = round.floats(batch.rows(), heads * keySize);
        double error = 4e-6 * Math.max(4, keySize);
        Operation operation = (kernels, out) -> kernels.attention(out, query, cache, batch, attention);
        round.compare(batch.rows(), heads * valueSize, error, operation);
    }

    /// Blocks of each sequence, in any order.
    private static int[][] tables(int[] lengths, int blockSize, Random random) {
        int blocks = IntStream.of(lengths)
                .map(length -> Math.ceilDiv(length, blockSize))
                .sum();
        int[] order = IntStream.range(0, blocks).toArray();
        for (int i = blocks - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int block = order[i];
            order[i] = order[j];
            order[j] = block;
        }
        int[][] tables = new int[lengths.length][];
        int from = 0;
        for (int s = 0; s < lengths.length; s++) {
            int count = Math.ceilDiv(lengths[s], blockSize);
            tables[s] = Arrays.copyOfRange(order, from, from + count);
            from += count;
        }
        return tables;
    }

    /// The last `counts` positions of each sequence.
    private static Batch batch(int[] lengths, int[] counts, int[][] tables) {
        int[] sequences = IntStream.range(0, counts.length)
                .flatMap(s -> IntStream.generate(() -> s).limit(counts[s]))
                .toArray();
        int[] positions = IntStream.range(0, counts.length)
                .flatMap(s -> IntStream.range(lengths[s] - counts[s], lengths[s]))
                .toArray();
        return new Batch(new int[positions.length], positions, sequences, tables, new int[0]);
    }
}
