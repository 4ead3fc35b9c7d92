package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;
import ouverture.tensor.WorkerPool;

/// Kernels in machine code. What each routine will touch is checked before it is called, since it checks nothing
/// itself. All tensors must lie in native or mapped memory, which must not be given back before an operation
/// ends.
///
/// Operations lock each other out although callers promise one at a time: two at once, or a close meanwhile,
/// would end the process.
final class JitKernels implements Kernels {
    static final String NAME = "jit";

    /// Numbers below which handing work to another thread costs more than it gains.
    private static final int GRAIN = 1 << 14;

    /// Rotations kept: a model has one or two.
    private static final int ROTATIONS = 4;

    private final KernelsOptions options;
    private final CodeCache code;
    private final WorkerPool pool;
    private final WorkMemory[] memory;
    private final Matmul matmul;
    private final IntegerMatmul integers;
    private final PlaneMatmul planes;
    private final ProductGradients gradients;
    private final PagedAttention attention;
    private final Normalisation normalisation;
    private final Rotation[] rotations;
    private int oldestRotation;
    private final Arena arena = Arena.ofShared();

    /// A number that an operation hands to its routine.
    private final MemorySegment constant = arena.allocate(JAVA_FLOAT);

    JitKernels(InstructionSet set, KernelsOptions options) {
        this.options = options;
        code = new CodeCache(set);
        pool = new WorkerPool(options.threads());
        memory = IntStream.range(0, options.threads())
                .mapToObj(_ -> new WorkMemory())
                .toArray(WorkMemory[]::new);
        matmul = new Matmul(code, pool, memory);
        integers = new IntegerMatmul(set, pool, memory, options);
        planes = new PlaneMatmul(matmul, integers);
        gradients = new ProductGradients(code, pool, memory);
        attention = new PagedAttention(code, pool, memory);
        normalisation = new Normalisation(code, pool);
        rotations = Stream.generate(Rotation::new).limit(ROTATIONS).toArray(Rotation[]::new);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public synchronized void embed(Tensor out, Tensor table, int[] ids) {
        DType type = table.type();
        int columns = table.columns();
        Addresses.shape(out, ids.length, columns);
        long from = Addresses.of(table);
        long to = Addresses.written(out);
        if (WeightReader.supports(type) && columns % WeightReader.columns(type, code.set()) == 0) {
            MemorySegment decoding = code.get(new Decoding(type));
            int steps = columns / WeightReader.columns(type, code.set());
            for (int r = 0; r < ids.length; r++) {
                long at = from + Addresses.row(table, ids[r]) * table.rowBytes();
                NativeCalls.call(decoding, at, to + r * out.rowBytes(), 1, steps, 0, 0);
            }
        } else {
            float[] row = new float[columns];
            for (int r = 0; r < ids.length; r++) {
                long at = Addresses.row(table, ids[r]) * table.rowBytes();
                BlockCodec.of(type).decode(table.data(), at, row, 0, columns);
                MemorySegment.copy(row, 0, out.data(), JAVA_FLOAT, r * out.rowBytes(), columns);
            }
        }
    }

    @Override
    public synchronized void matmul(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (rounds(weight) && integers.serves(weight)) {
            integers.multiply(out, x, weight, bias);
        } else {
            Addresses.same(weight.planes(), 1, "planes of " + weight.name());
            Addresses.floats(x);
            Addresses.written(out);
            matmul.multiply(new Matmul.Rows(out), new Matmul.Rows(x), weight, bias, rounds(weight));
        }
    }

    /// Whether inputs are rounded to 8 bits before they meet these weights.
    private boolean rounds(Tensor weight) {
        return switch (options.activations()) {
            case F32 -> false;
            case Q8 -> weight.type().blockElements() > 1 && weight.columns() % DType.Q8_0.blockElements() == 0;
            case AUTO -> integers.serves(weight);
        };
    }

    @Override
    public synchronized void matmulPerHead(Tensor out, Tensor x, Tensor weight) {
        planes.perHead(out, x, weight, rounds(weight));
    }

    @Override
    public synchronized void matmulExperts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen) {
        planes.experts(out, x, experts, bias, chosen, rounds(experts));
    }

    @Override
    public synchronized void matmulInputGradient(Tensor inputGradient, Tensor outputGradient, Tensor weight) {
        gradients.ofInput(inputGradient, outputGradient, weight);
    }

    @Override
    public synchronized void matmulWeightGradient(Tensor weightGradient, Tensor outputGradient, Tensor x) {
        gradients.ofWeight(weightGradient, outputGradient, x);
    }

    @Override
    public void route(Tensor chosen, Tensor weights, Tensor logits, Routing routing) {
        routing.chooseAll(chosen, weights, logits);
    }

    @Override
    public synchronized void combine(Tensor out, Tensor x, Tensor weights) {
        int active = weights.columns();
        Addresses.shape(x, (long) out.rows() * active, out.columns());
        Addresses.same(weights.rows(), out.rows(), "rows of " + weights.name());
        long from = Addresses.floats(x);
        long to = Addresses.written(out);
        long factors = Addresses.floats(weights);
        MemorySegment scaled = code.get(new Elementwise.Scaled(false));
        MemorySegment added = code.get(new Elementwise.Scaled(true));
        pool.run(out.rows(), grain((long) out.columns() * active), (first, end) -> {
            for (int s = first * active; s < end * active; s++) {
                MemorySegment routine = s % active == 0 ? scaled : added;
                long row = to + s / active * out.rowBytes();
                NativeCalls.call(routine, row, from + s * x.rowBytes(), out.columns(), factors + 4L * s, 0, 0);
            }
        });
    }

    @Override
    public synchronized void rmsNorm(Tensor out, Tensor x, @Nullable Tensor weight, float epsilon) {
        normalisation.normalise(out, x, false, weight, null, epsilon, grain(x.columns()));
    }

    @Override
    public synchronized void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float epsilon) {
        normalisation.normalise(out, x, true, weight, bias, epsilon, grain(x.columns()));
    }

    @Override
    public synchronized void rope(Tensor x, int headSize, int[] positions, Rope rope) {
        int width = Rotation.width(rope);
        Addresses.same(positions.length, x.rows(), "positions");
        boolean fits = headSize > 0 && x.columns() % headSize == 0 && 2L * rope.inverseFrequencies().length <= headSize;
        if (!fits) {
            throw new IllegalArgumentException(
                    rope.inverseFrequencies().length + " pairs do not fit heads of " + headSize + " of " + x);
        }
        long start = Addresses.written(x);
        if (width == 0 || x.rows() == 0) {
            return;
        }
        Rotation rotation = rotation(rope, positions);
        MemorySegment rotated = code.get(new Rotated(rope.interleaved()));
        int heads = x.columns() / headSize;
        pool.run(x.rows(), grain(x.columns()), (from, to) -> {
            for (int r = from; r < to; r++) {
                long cosines = rotation.table(r, width);
                NativeCalls.call(
                        rotated, start + r * x.rowBytes(), cosines, cosines + 4L * width, width, heads, 4L * headSize);
            }
        });
    }

    private Rotation rotation(Rope rope, int[] positions) {
        for (Rotation kept : rotations) {
            if (kept.is(rope, positions)) {
                return kept;
            }
        }
        Rotation rotation = rotations[oldestRotation];
        rotation.set(rope, positions);
        oldestRotation = (oldestRotation + 1) % ROTATIONS;
        return rotation;
    }

    @Override
    public synchronized void append(KvCache.Layer cache, Tensor keys, Tensor values, Batch batch) {
        int grain = grain((long) keys.columns() + values.columns());
        pool.run(batch.rows(), grain, (from, to) -> cache.store(keys, values, batch, from, to));
    }

    @Override
    public synchronized void attention(
            Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention description) {
        attention.attend(new PagedAttention.Operands(out, query, cache, batch, description));
    }

    @Override
    public synchronized void activate(Tensor x, Activation activation) {
        gate(x, x, x, new Elementwise.Activated(activation, false));
    }

    @Override
    public synchronized void gate(Tensor out, Tensor gate, Tensor up, Activation activation) {
        gate(out, gate, up, new Elementwise.Activated(activation, true));
    }

    private void gate(Tensor out, Tensor gate, Tensor up, Elementwise.Activated routine) {
        int size = Math.toIntExact(gate.size());
        Addresses.vector(out, size);
        long to = Addresses.written(out);
        long first = Addresses.vector(gate, size);
        long second = Addresses.vector(up, size);
        MemorySegment activated = code.get(routine);
        pool.run(size, GRAIN, (from, end) -> {
            long skip = 4L * from;
            NativeCalls.call(activated, to + skip, first + skip, second + skip, end - from, 0, 0);
        });
    }

    @Override
    public synchronized void add(Tensor x, Tensor y) {
        int size = Math.toIntExact(x.size());
        long to = Addresses.written(x);
        long other = Addresses.vector(y, size);
        MemorySegment sum = code.get(new Elementwise.Sum());
        pool.run(size, GRAIN, (from, end) -> {
            NativeCalls.call(sum, to + 4L * from, other + 4L * from, end - from, 0, 0, 0);
        });
    }

    @Override
    public synchronized void scale(Tensor x, float factor) {
        int size = Math.toIntExact(x.size());
        long to = Addresses.written(x);
        constant.set(JAVA_FLOAT, 0, factor);
        MemorySegment scaled = code.get(new Elementwise.Scaled(false));
        pool.run(size, GRAIN, (from, end) -> {
            long at = to + 4L * from;
            NativeCalls.call(scaled, at, at, end - from, constant.address(), 0, 0);
        });
    }

    @Override
    public synchronized void softcap(Tensor x, float cap) {
        int size = Math.toIntExact(x.size());
        long to = Addresses.written(x);
        constant.set(JAVA_FLOAT, 0, cap);
        MemorySegment capped = code.get(new Elementwise.Capped());
        pool.run(size, GRAIN, (from, end) -> {
            NativeCalls.call(capped, to + 4L * from, end - from, constant.address(), 0, 0, 0);
        });
    }

    @Override
    public synchronized void copyColumns(
            Tensor out, Tensor x, int blockSize, int from, int count, int to, int outBlockSize) {
        pool.run(x.rows(), grain(x.columns()), (first, end) -> {
            for (int r = first; r < end; r++) {
                for (int b = 0; b < x.columns() / blockSize; b++) {
                    long source = r * x.rowBytes() + 4L * (b * blockSize + from);
                    long target = r * out.rowBytes() + 4L * (b * outBlockSize + to);
                    MemorySegment.copy(x.data(), source, out.data(), target, 4L * count);
                }
            }
        });
    }

    @Override
    public void gatherRows(Tensor out, Tensor x, int[] rows) {
        for (int r = 0; r < rows.length; r++) {
            MemorySegment.copy(x.data(), rows[r] * x.rowBytes(), out.data(), r * out.rowBytes(), x.rowBytes());
        }
    }

    @Override
    public synchronized void run(int count, int grain, WorkerPool.Part part) {
        pool.run(count, grain, part);
    }

    /// Rows of `columns` numbers that one thread should take at least.
    private static int grain(long columns) {
        return (int) Math.ceilDiv(GRAIN, columns);
    }

    @Override
    public synchronized void close() {
        if (!arena.scope().isAlive()) {
            return;
        }
        pool.close();
        planes.close();
        gradients.close();
        integers.close();
        matmul.close();
        attention.close();
        normalisation.close();
        Stream.of(memory).forEach(WorkMemory::close);
        Stream.of(rotations).forEach(Rotation::close);
        code.close();
        arena.close();
    }
}
