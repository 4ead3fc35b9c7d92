package ouverture.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;
import ouverture.tensor.WorkerPool;

/// Kernels written with the Vector API. F32, F16, BF16, Q8_0 and Q4_0 weights are multiplied as they are read;
/// other formats are decoded by their reference codec. Tensors must lie in native or mapped memory to be fast.
final class VectorKernels implements Kernels {
    /// Numbers below which handing work to another thread costs more than it gains.
    private static final int GRAIN = 1 << 14;

    /// Rotations kept: a model has one or two.
    private static final int ROTATIONS = 4;

    private final KernelsOptions options;
    private final WorkerPool pool;
    private final Workspace[] workspaces;
    private final WorkMemory inputs = new WorkMemory();
    private final Matmul matmul;
    private final PlaneMatmul planes;
    private final PagedAttention attention;
    private final @Nullable Rotation[] rotations = new Rotation[ROTATIONS];
    private int oldestRotation;

    VectorKernels(KernelsOptions options) {
        this.options = options;
        pool = new WorkerPool(options.threads());
        workspaces = new Workspace[options.threads()];
        for (int i = 0; i < workspaces.length; i++) {
            workspaces[i] = new Workspace();
        }
        matmul = new Matmul(pool, workspaces, inputs);
        planes = new PlaneMatmul(matmul);
        attention = new PagedAttention(pool, workspaces);
    }

    /// Bits of the vectors that these kernels use.
    static int vectorBits() {
        return Lanes.FLOATS.vectorBitSize();
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public void embed(Tensor out, Tensor table, int[] ids) {
        RowFormat format = RowFormat.of(table.type());
        int columns = table.columns();
        Workspace workspace = workspaces[0];
        for (int r = 0; r < ids.length; r++) {
            for (int c = 0; c < columns; c += Lanes.SPAN) {
                int count = Math.min(Lanes.SPAN, columns - c);
                long at = ids[r] * table.rowBytes() + table.type().bytes(c);
                format.decode(table.data(), at, workspace.panel, 0, count, workspace.buffer);
                MemorySegment.copy(workspace.panel, 0, out.data(), 4L * ((long) r * columns + c), 4L * count);
            }
        }
    }

    @Override
    public void matmul(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias) {
        matmul.multiply(out, x, weight, bias, rounds(weight));
    }

    /// Whether inputs of a product with these weights are rounded.
    private boolean rounds(Tensor weight) {
        return options.activations() == Activations.Q8 && weight.type().blockElements() > 1;
    }

    @Override
    public void matmulPerHead(Tensor out, Tensor x, Tensor weight) {
        planes.perHead(out, x, weight, rounds(weight));
    }

    @Override
    public void matmulExperts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen) {
        planes.experts(out, x, experts, bias, chosen, rounds(experts));
    }

    @Override
    public void route(Tensor chosen, Tensor weights, Tensor logits, Routing routing) {
        routing.chooseAll(chosen, weights, logits);
    }

    @Override
    public void combine(Tensor out, Tensor x, Tensor weights) {
        int active = weights.columns();
        long rowBytes = out.rowBytes();
        eachRow(out, r -> {
            for (int i = 0; i < active; i++) {
                int slot = r * active + i;
                float weight = Lanes.get(weights.data(), 4L * slot);
                Elementwise.scaleInto(
                        out.data(), r * rowBytes, x.data(), slot * rowBytes, out.columns(), weight, i > 0);
            }
        });
    }

    @Override
    public void rmsNorm(Tensor out, Tensor x, @Nullable Tensor weight, float epsilon) {
        MemorySegment factors = weight == null ? null : weight.data();
        int columns = x.columns();
        eachRow(x, r -> Norms.rms(out.data(), x.data(), 4L * r * columns, columns, factors, epsilon));
    }

    @Override
    public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float epsilon) {
        int columns = x.columns();
        eachRow(
                x,
                r -> Norms.layer(out.data(), x.data(), 4L * r * columns, columns, weight.data(), bias.data(), epsilon));
    }

    @Override
    public void rope(Tensor x, int headSize, int[] positions, Rope rope) {
        Rotation rotation = rotation(rope, positions);
        eachRow(x, r -> rotation.apply(x, r, headSize));
    }

    private Rotation rotation(Rope rope, int[] positions) {
        for (Rotation kept : rotations) {
            if (kept != null && kept.is(rope, positions)) {
                return kept;
            }
        }
        Rotation rotation = new Rotation(rope, positions);
        rotations[oldestRotation] = rotation;
        oldestRotation = (oldestRotation + 1) % ROTATIONS;
        return rotation;
    }

    @Override
    public void append(KvCache.Layer cache, Tensor keys, Tensor values, Batch batch) {
        int grain = grain(keys.columns() + values.columns());
        pool.run(batch.rows(), grain, (from, to) -> cache.store(keys, values, batch, from, to));
    }

    @Override
    public void attention(Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention description) {
        attention.attend(new PagedAttention.Operands(out, query, cache, batch, description));
    }

    @Override
    public void activate(Tensor x, Activation activation) {
        gate(x.data(), x, null, activation);
    }

    @Override
    public void gate(Tensor out, Tensor gate, Tensor up, Activation activation) {
        gate(out.data(), gate, up.data(), activation);
    }

    private void gate(MemorySegment out, Tensor gate, @Nullable MemorySegment up, Activation activation) {
        pool.run(
                Math.toIntExact(gate.size()),
                GRAIN,
                (worker, from, to) -> Elementwise.gate(out, gate.data(), up, activation, from, to, workspaces[worker]));
    }

    @Override
    public void add(Tensor x, Tensor y) {
        pool.run(Math.toIntExact(x.size()), GRAIN, (from, to) -> Elementwise.add(x.data(), y.data(), from, to));
    }

    @Override
    public void scale(Tensor x, float factor) {
        pool.run(Math.toIntExact(x.size()), GRAIN, (from, to) -> Elementwise.scale(x.data(), factor, from, to));
    }

    @Override
    public void softcap(Tensor x, float cap) {
        pool.run(Math.toIntExact(x.size()), GRAIN, (worker, from, to) -> {
            for (int i = from; i < to; i += Lanes.SPAN) {
                int count = Math.min(Lanes.SPAN, to - i);
                Elementwise.softcap(x.data(), 4L * i, count, cap, workspaces[worker].panel);
            }
        });
    }

    @Override
    public void copyColumns(Tensor out, Tensor x, int blockSize, int from, int count, int to, int outBlockSize) {
        eachRow(x, r -> {
            for (int b = 0; b < x.columns() / blockSize; b++) {
                long source = (long) r * x.columns() + (long) b * blockSize + from;
                long target = (long) r * out.columns() + (long) b * outBlockSize + to;
                MemorySegment.copy(x.data(), 4 * source, out.data(), 4 * target, 4L * count);
            }
        });
    }

    @Override
    public void gatherRows(Tensor out, Tensor x, int[] rows) {
        for (int r = 0; r < rows.length; r++) {
            MemorySegment.copy(x.data(), rows[r] * x.rowBytes(), out.data(), r * out.rowBytes(), x.rowBytes());
        }
    }

    /// Runs an operation on each row, on all threads if there is enough to do.
    private void eachRow(Tensor x, IntConsumer operation) {
        pool.run(x.rows(), grain(x.columns()), (from, to) -> {
            for (int r = from; r < to; r++) {
                operation.accept(r);
            }
        });
    }

    /// Rows of `columns` numbers that one thread should take at least.
    private static int grain(int columns) {
        return Math.ceilDiv(GRAIN, columns);
    }

    @Override
    public void run(int count, int grain, WorkerPool.Part part) {
        pool.run(count, grain, part);
    }

    @Override
    public void close() {
        pool.close();
        planes.close();
        inputs.close();
        for (Workspace workspace : workspaces) {
            workspace.close();
        }
    }
}
