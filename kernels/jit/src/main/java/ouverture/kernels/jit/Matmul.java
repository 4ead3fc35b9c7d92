package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkerPool;

/// Products of inputs with a weight matrix. Few rows of inputs are multiplied with the weights as they are read; for
/// many, a panel of weights is decoded to floats once and used for all rows. Both sum in the same order, so a row's
/// result does not tell which way it went.
final class Matmul implements AutoCloseable {
    /// From this many rows on, decoding a panel of a quantised format pays.
    private static final int PANEL_INPUTS_MIN = 8;

    /// Multiplications below which handing work to another thread costs more than it gains.
    private static final int GRAIN = 1 << 16;

    /// Bytes of weights that are used for all rows of inputs before the next are read: half of a small second-level
    /// cache.
    private static final int PANEL_BYTES = 1 << 18;

    private static final int STRIDES = 3;

    private final CodeCache code;
    private final WorkerPool pool;
    private final WorkMemory[] panels;
    private final WorkMemory inputMemory = new WorkMemory();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment strides = arena.allocate(JAVA_LONG, STRIDES);

    /// @param panels scratch memory of each worker
    Matmul(CodeCache code, WorkerPool pool, WorkMemory[] panels) {
        this.code = code;
        this.pool = pool;
        this.panels = panels;
    }

    /// One product.
    ///
    /// @param inputs address of the first row of inputs, which have `columns` columns each
    /// @param columns of a row of inputs, and of decoded weights: those of the weight, filled up to whole steps
    /// @param single code of one row of weights for 1, 2, ... rows of inputs
    /// @param group code of [DotProducts#ROWS] rows of weights
    private record Product(
            Tensor out,
            long inputs,
            int count,
            int columns,
            Tensor weight,
            MemorySegment[] single,
            MemorySegment[] group) {}

    /// `out[r][o] = dot(x[r], weight[o]) + bias[o]`.
    ///
    /// @param rounded whether x is rounded to Q8_0 first
    void multiply(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias, boolean rounded) {
        check(out, x, weight, bias);
        InstructionSet set = code.set();
        int count = x.rows();
        boolean readable = WeightReader.supports(weight.type())
                && weight.columns() % WeightReader.columns(weight.type(), set) == 0;
        boolean panel = !readable || weight.type().blockElements() > 1 && count >= PANEL_INPUTS_MIN;
        int columns = Math.ceilDiv(weight.columns(), set.lanes()) * set.lanes();
        boolean copied = rounded || columns > weight.columns();
        long inputs = copied ? copy(x, columns, rounded).address() : x.data().address();
        DType type = panel ? DType.F32 : weight.type();
        MemorySegment decoding = panel && readable ? code.get(new Decoding(weight.type())) : null;
        Product product = new Product(
                out, inputs, count, columns, weight, products(type, 1, count), products(type, DotProducts.ROWS, count));
        strides.setAtIndex(JAVA_LONG, 0, panel ? 4L * columns : weight.rowBytes());
        strides.setAtIndex(JAVA_LONG, 1, 4L * columns);
        strides.setAtIndex(JAVA_LONG, 2, 4L * weight.rows());
        MemorySegment sum = bias == null ? MemorySegment.NULL : code.get(new Elementwise.Sum());
        long work = (long) columns * count;
        pool.run(weight.rows(), (int) Math.ceilDiv(GRAIN, work), (worker, from, to) -> {
            if (panel) {
                multiplyPanels(product, decoding, panels[worker], from, to);
            } else {
                multiplyDirectly(product, from, to);
            }
            if (bias != null) {
                add(product, sum, bias, from, to);
            }
        });
    }

    private static void check(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias) {
        Addresses.same(weight.columns(), x.columns(), "columns of " + weight.name());
        Addresses.shape(out, x.rows(), weight.rows());
        Addresses.of(out);
        Addresses.of(x);
        Addresses.of(weight);
        if (bias != null) {
            Addresses.vector(bias, weight.rows());
        }
    }

    private MemorySegment[] products(DType type, int rows, int inputs) {
        MemorySegment[] products = new MemorySegment[Math.min(inputs, DotProducts.inputs(code.set()))];
        for (int i = 0; i < products.length; i++) {
            boolean needed = i + 1 == products.length || inputs % products.length == i + 1;
            products[i] = needed ? code.get(new DotProducts(type, rows, i + 1)) : MemorySegment.NULL;
        }
        return products;
    }

    /// The inputs, rounded if asked for, in rows of `columns` columns, filled up with zeros.
    private MemorySegment copy(Tensor x, int columns, boolean rounded) {
        long stride = 4L * columns;
        MemorySegment to = inputMemory.segment(x.rows() * stride);
        BlockCodec q8 = BlockCodec.of(DType.Q8_0);
        pool.run(x.rows(), Math.ceilDiv(GRAIN / 4, columns), (from, until) -> {
            float[] row = new float[columns];
            for (int r = from; r < until; r++) {
                MemorySegment.copy(x.data(), JAVA_FLOAT, r * x.rowBytes(), row, 0, x.columns());
                if (rounded) {
                    MemorySegment bytes = MemorySegment.ofArray(new byte[(int) DType.Q8_0.bytes(x.columns())]);
                    q8.encode(row, 0, bytes, 0, x.columns());
                    q8.decode(bytes, 0, row, 0, x.columns());
                }
                MemorySegment.copy(row, 0, to, JAVA_FLOAT, r * stride, columns);
            }
        });
        return to;
    }

    private void multiplyDirectly(Product product, int from, int to) {
        Tensor weight = product.weight;
        int steps = weight.columns() / WeightReader.columns(weight.type(), code.set());
        // One pass over the weights; or as many as stay in a cache until all inputs have passed by.
        int rows = product.count <= product.group.length ? to - from : panelRows(weight.rowBytes());
        for (int row = from; row < to; row += rows) {
            long at = weight.data().address() + row * weight.rowBytes();
            multiply(product, at, weight.rowBytes(), steps, row, Math.min(rows, to - row));
        }
    }

    private void multiplyPanels(
            Product product, @Nullable MemorySegment decoding, WorkMemory memory, int from, int to) {
        Tensor weight = product.weight;
        long stride = 4L * product.columns;
        int rows = panelRows(stride);
        MemorySegment panel = memory.segment(rows * stride);
        for (int row = from; row < to; row += rows) {
            int count = Math.min(rows, to - row);
            if (decoding != null) {
                int steps = weight.columns() / WeightReader.columns(weight.type(), code.set());
                long at = weight.data().address() + row * weight.rowBytes();
                NativeCalls.call(decoding, at, panel.address(), count, steps, weight.rowBytes(), stride);
            } else {
                decode(weight, row, count, panel, stride);
            }
            int steps = product.columns / code.set().lanes();
            multiply(product, panel.address(), stride, steps, row, count);
        }
    }

    private static int panelRows(long rowBytes) {
        int rows = (int) (PANEL_BYTES / rowBytes);
        return Math.max(DotProducts.ROWS, rows / DotProducts.ROWS * DotProducts.ROWS);
    }

    /// Writes rows as floats, filled up with zeros.
    private static void decode(Tensor weight, int row, int count, MemorySegment to, long stride) {
        float[] floats = new float[(int) (stride / Float.BYTES)];
        BlockCodec codec = BlockCodec.of(weight.type());
        for (int r = 0; r < count; r++) {
            codec.decode(weight.data(), (row + r) * weight.rowBytes(), floats, 0, weight.columns());
            MemorySegment.copy(floats, 0, to, JAVA_FLOAT, r * stride, floats.length);
        }
    }

    /// All inputs with `count` rows of weights at address `weights`, which are `stride` bytes apart and the outputs
    /// from `row` on.
    private void multiply(Product product, long weights, long stride, int steps, int row, int count) {
        int groups = count / DotProducts.ROWS;
        int rest = count % DotProducts.ROWS;
        long outStride = 4L * product.out.columns();
        for (int first = 0; first < product.count; first += product.group.length) {
            int tile = Math.min(product.group.length, product.count - first);
            long inputs = product.inputs + 4L * first * product.columns;
            long out = product.out.data().address() + first * outStride + 4L * row;
            if (groups > 0) {
                NativeCalls.call(
                        product.group[tile - 1], weights, inputs, out, groups, steps, strides.address());
            }
            if (rest > 0) {
                long done = (long) groups * DotProducts.ROWS;
                NativeCalls.call(
                        product.single[tile - 1],
                        weights + done * stride,
                        inputs,
                        out + Float.BYTES * done,
                        rest,
                        steps,
                        strides.address());
            }
        }
    }

    private static void add(Product product, MemorySegment sum, Tensor bias, int from, int to) {
        for (int r = 0; r < product.count; r++) {
            long out = product.out.data().address() + 4L * ((long) r * product.out.columns() + from);
            NativeCalls.call(sum, out, bias.data().address() + 4L * from, to - from, 0, 0, 0);
        }
    }

    @Override
    public void close() {
        inputMemory.close();
        arena.close();
    }
}
