package ouverture.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import ouverture.tensor.Numbers.Range;

/// Operations whose operands fit each other by chance at most: some are refused, none may touch what is not
/// theirs. Sizes come from a few, so that many operands nearly fit.
final class HostileOperands {
    private static final int[] SIZES = {1, 2, 3, 16, 32};
    private static final int[] WIDTHS = {-32, 0, 1, 2, 16, 32, 64, 256, 1 << 16, Integer.MAX_VALUE};
    private static final int[] POSITIONS = {Integer.MIN_VALUE, -1, 0, 1, 5, 15, 16, 31, 127, 128, Integer.MAX_VALUE};

    /// 3 times the last is 2 more than an `int` can say.
    private static final int[] BLOCKS = {-1, 0, 1, 2, 3, Integer.MAX_VALUE, 1 << 28, 0x55555556};

    private static final DType[] TYPES = {
        DType.F32, DType.F32, DType.F32, DType.F32, DType.F16, DType.Q8_0, DType.Q4_K, DType.I32, DType.BF16
    };

    private final GuardedMemory memory;
    private final Random random;

    HostileOperands(GuardedMemory memory, Random random) {
        this.memory = memory;
        this.random = random;
    }

    private int any(int[] values) {
        return values[random.nextInt(values.length)];
    }

    private int size() {
        return any(SIZES);
    }

    private boolean rarely() {
        return random.nextInt(16) == 0;
    }

    private int[] some(int[] values) {
        return IntStream.generate(() -> any(values)).limit(random.nextInt(4)).toArray();
    }

    private Tensor tensor() {
        return tensor(rarely() ? 0 : size(), size());
    }

    /// Of such a shape, or nearly.
    private Tensor tensor(int rows, int columns) {
        int r = rarely() ? rows + 1 : rows;
        DType type = rarely() ? TYPES[random.nextInt(TYPES.length)] : DType.F32;
        int c = Math.ceilDiv(rarely() ? columns + 1 : columns, type.blockElements()) * type.blockElements();
        Tensor tensor = random.nextBoolean() && type != DType.I32
                ? memory.randomBits(type, r, c, random)
                : memory.floats(r, c, Numbers.random(r * c, Range.ORDINARY, random));
        if (tensor.data().isReadOnly() && !rarely()) {
            tensor = memory.copy(tensor);
        }
        return rarely() ? gone(tensor) : tensor;
    }

    /// With memory on the heap, or that was given back.
    private Tensor gone(Tensor tensor) {
        MemorySegment data = MemorySegment.ofArray(new byte[(int) tensor.bytes()]);
        if (random.nextBoolean()) {
            try (Arena arena = Arena.ofShared()) {
                data = arena.allocate(Math.max(1, tensor.bytes()), 64);
            }
        }
        return new Tensor(tensor.name(), tensor.type(), tensor.planes(), tensor.rows(), tensor.columns(), data);
    }

    private Tensor weight(int planes, int rows, int columns) {
        DType type = TYPES[random.nextInt(TYPES.length)];
        int c = Math.ceilDiv(columns, type.blockElements()) * type.blockElements();
        Tensor all = memory.randomBits(type, planes * rows, c, random);
        return new Tensor("weight", type, planes, rows, c, all.data());
    }

    /// One operation; throws where it is refused.
    void apply(Kernels kernels) {
        int rows = size();
        int inputs = size();
        int outputs = size();
        switch (random.nextInt(14)) {
            case 0 -> {
                int[] ids = some(new int[] {-1, 0, 1, 2, 3, 16, Integer.MAX_VALUE, Integer.MIN_VALUE});
                kernels.embed(tensor(ids.length, inputs), weight(1, size(), inputs), ids);
            }
            case 1 ->
                kernels.matmul(
                        tensor(rows, outputs), tensor(rows, inputs), weight(1, outputs, inputs), tensor(1, outputs));
            case 2 -> {
                Tensor weight = weight(2, outputs, inputs);
                kernels.matmulPerHead(tensor(rows, 2 * outputs), tensor(rows, 2 * inputs), weight);
            }
            case 3 -> experts(kernels, rows, inputs, outputs);
            case 4 -> kernels.combine(tensor(rows, inputs), tensor(2 * rows, inputs), tensor(rows, 2));
            case 5 -> {
                Tensor x = tensor(rows, inputs);
                kernels.rmsNorm(rarely() ? tensor() : x, x, tensor(1, inputs), 1e-5f);
            }
            case 6 -> {
                Tensor x = tensor(rows, inputs);
                kernels.layerNorm(x, x, tensor(1, inputs), tensor(1, inputs), 1e-5f);
            }
            case 7 -> {
                int dimensions = any(WIDTHS);
                Rope rope = Rope.plain(Math.clamp(dimensions, 0, 300), 10_000);
                kernels.rope(tensor(2, 64), any(WIDTHS), new int[] {any(POSITIONS), any(POSITIONS)}, rope);
            }
            case 8 -> kernels.gate(tensor(rows, inputs), tensor(rows, inputs), tensor(rows, inputs), activation());
            case 9 -> kernels.add(tensor(rows, inputs), tensor(rows, inputs));
            case 10 -> kernels.copyColumns(tensor(), tensor(), any(WIDTHS), size(), size(), any(WIDTHS), any(WIDTHS));
            case 11 -> kernels.gatherRows(tensor(), tensor(), some(POSITIONS));
            default -> attend(kernels);
        }
    }

    private Activation activation() {
        Activation[] activations = Activation.values();
        return activations[random.nextInt(activations.length)];
    }

    private void experts(Kernels kernels, int rows, int inputs, int outputs) {
        Tensor chosen = memory.unset(DType.I32, rows, 2);
        for (int s = 0; s < 2 * rows; s++) {
            int expert = random.nextInt(40) == 0 ? any(BLOCKS) : random.nextInt(3);
            chosen.data().setAtIndex(ValueLayout.JAVA_INT, s, expert);
        }
        Tensor x = tensor(random.nextBoolean() ? rows : rarely() ? 0 : 2 * rows, inputs);
        Tensor bias = tensor(3, outputs);
        kernels.matmulExperts(tensor(2 * rows, outputs), x, weight(3, outputs, inputs), bias, chosen);
    }

    private void attend(Kernels kernels) {
        int blockSize = rarely() ? any(WIDTHS) : any(new int[] {1, 3, 16});
        int slots = 3 * Math.clamp(blockSize, 1, 16);
        int keySize = any(new int[] {16, 24, 32, 64, 256});
        int kvHeads = any(new int[] {1, 2});
        DType type = any(new int[] {0, 1}) == 0 ? DType.F16 : TYPES[random.nextInt(TYPES.length)];
        int columns = Math.ceilDiv(kvHeads * keySize, type.blockElements()) * type.blockElements();
        Tensor keys = memory.unset(type, slots, columns);
        Tensor values = memory.unset(type, rarely() ? slots + 1 : slots, columns);
        KvCache.Layer layer =
                new KvCache.Layer(keys, values, blockSize, new KvCache.Shape(columns, rarely() ? 0 : columns));
        int heads = rarely() ? any(WIDTHS) : 2 * kvHeads;
        int valueSize = rarely() ? any(WIDTHS) : keySize;
        int window = rarely() ? any(POSITIONS) : 0;
        Attention attention = new Attention(
                heads, kvHeads, rarely() ? any(WIDTHS) : keySize, valueSize, 1, window, 0, null, rarely());
        if (random.nextBoolean()) {
            attention = attention.withSinks(tensor(1, Math.clamp(heads, 1, 4096)));
        }
        int rows = any(new int[] {1, 2, 3});
        int[][] tables = new int[2][];
        for (int s = 0; s < tables.length; s++) {
            tables[s] = IntStream.generate(() -> rarely() ? any(BLOCKS) : random.nextInt(3))
                    .limit(3)
                    .toArray();
        }
        int[] positions = IntStream.generate(() -> rarely() ? any(POSITIONS) : random.nextInt(slots))
                .limit(rarely() ? rows - 1 : rows)
                .toArray();
        int[] sequences = new int[rows];
        Arrays.fill(sequences, rarely() ? any(POSITIONS) : random.nextInt(2));
        Batch batch = new Batch(new int[rows], positions, sequences, tables, new int[0]);
        kernels.append(layer, tensor(rows, kvHeads * keySize), tensor(rows, kvHeads * keySize), batch);
        int width = Math.clamp((long) heads * keySize, 1, 4096);
        kernels.attention(tensor(rows, width), tensor(rows, width), layer, batch, attention);
    }
}
