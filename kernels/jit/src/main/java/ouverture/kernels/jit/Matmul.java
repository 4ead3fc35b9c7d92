package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;
import ouverture.tensor.WorkerPool;

/// Products of inputs with a weight matrix. Few rows of inputs are multiplied with the weights as they are read;
/// for many, a panel of weights is decoded to floats once and used for all rows. Both sum in the same order, so
/// a row's result does not tell which way it went.
final class Matmul implements AutoCloseable {
    /// From this many rows on, decoding a panel of a quantised format pays where registers are few.
    private static final int PANEL_INPUTS_MIN = 8;

    /// Multiplications below which handing work to another thread costs more than it gains.
    private static final int GRAIN = 1 << 16;

    /// Bytes of weights that are used for all rows of inputs before the next are read: half of a small
    /// second-level cache.
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

    /// Rows of floats in memory.
    ///
    /// @param data from the first row on
    /// @param stride bytes from one row to the next
    record Rows(MemorySegment data, int count, int columns, long stride) {
        /// Rows that follow each other.
        Rows(Tensor tensor) {
            this(tensor.data(), tensor.rows(), tensor.columns(), tensor.rowBytes());
        }

        /// Makes sure that all rows are there.
        void check() {
            Addresses.of(data, count == 0 ? 0 : (count - 1) * stride + 4L * columns);
        }

        long address(int row) {
            return data.address() + row * stride;
        }
    }

    /// One product, ready to be computed.
    ///
    /// @param inputs rows of whole vectors
    /// @param panel whether weights are decoded first
    /// @param decoding code that decodes, or null for the codec
    /// @param single code of one row of weights for 1, 2, ... rows of inputs
    /// @param group code of [DotProducts#ROWS] rows of weights
    /// @param first the same for the first rows of inputs, for which weights are not yet in a cache
    private record Product(
            Rows out,
            Rows inputs,
            Tensor weight,
            boolean panel,
            @Nullable MemorySegment decoding,
            MemorySegment[] single,
            MemorySegment[] group,
            MemorySegment first) {}

    /// `out[r][o] = dot(x[r], weight[o]) + bias[o]`.
    ///
    /// @param weight a matrix
    /// @param rounded whether x is rounded to Q8_0 first
    void multiply(Rows out, Rows x, Tensor weight, @Nullable Tensor bias, boolean rounded) {
        check(out, x, weight, bias);
        InstructionSet set = code.set();
        boolean readable = WeightReader.supports(weight.type())
                && weight.columns() % WeightReader.columns(weight.type(), set) == 0;
        boolean panel = !readable || weight.type().blockElements() > 1 && x.count >= panelInputs(set);
        int columns = Math.multiplyExact(Math.ceilDiv(weight.columns(), set.lanes()), set.lanes());
        Rows inputs = rounded || columns > x.columns ? copy(x, columns, rounded) : x;
        int firstInputs = Math.clamp(x.count, 1, DotProducts.inputs(set));
        DType type = panel ? DType.F32 : weight.type();
        Product product = new Product(
                out,
                inputs,
                weight,
                panel,
                panel && readable ? code.get(new Decoding(weight.type())) : null,
                products(type, 1, x.count),
                products(type, DotProducts.ROWS, x.count),
                code.get(new DotProducts(type, DotProducts.ROWS, firstInputs, !panel)));
        strides.setAtIndex(JAVA_LONG, 0, panel ? 4L * columns : weight.rowBytes());
        strides.setAtIndex(JAVA_LONG, 1, inputs.stride);
        strides.setAtIndex(JAVA_LONG, 2, out.stride);
        MemorySegment sum = code.get(new Elementwise.Sum());
        long work = (long) columns * Math.max(1, x.count);
        pool.run(weight.rows(), (int) Math.ceilDiv(GRAIN, work), (worker, from, to) -> {
            if (panel) {
                multiplyPanels(product, panels[worker], from, to);
            } else {
                multiplyDirectly(product, from, to);
            }
            for (int r = 0; bias != null && r < out.count; r++) {
                long offsets = bias.data().address() + 4L * from;
                NativeCalls.call(sum, out.address(r) + 4L * from, offsets, to - from, 0, 0, 0);
            }
        });
    }

    private static int panelInputs(InstructionSet set) {
        return set == InstructionSet.AVX2 ? PANEL_INPUTS_MIN : Integer.MAX_VALUE;
    }

    /// Makes sure that operands fit and that all of them is there.
    static void check(Rows out, Rows x, Tensor weight, @Nullable Tensor bias) {
        Addresses.same(weight.columns(), x.columns, "columns of " + weight.name());
        Addresses.same(out.count, x.count, "rows of the result");
        Addresses.same(out.columns, weight.rows(), "columns of the result");
        out.check();
        x.check();
        Addresses.of(weight);
        if (bias != null) {
            Addresses.vector(bias, weight.rows());
        }
    }

    private MemorySegment[] products(DType type, int rows, int inputs) {
        MemorySegment[] products = new MemorySegment[Math.min(inputs, DotProducts.inputs(code.set()))];
        for (int i = 0; i < products.length; i++) {
            boolean needed = i + 1 == products.length || inputs % products.length == i + 1;
            products[i] = needed ? code.get(new DotProducts(type, rows, i + 1, false)) : MemorySegment.NULL;
        }
        return products;
    }

    /// The inputs, rounded if asked for, in rows of `columns` columns, filled up with zeros.
    private Rows copy(Rows x, int columns, boolean rounded) {
        long stride = 4L * columns;
        MemorySegment to = inputMemory.segment(x.count * stride);
        BlockCodec q8 = BlockCodec.of(DType.Q8_0);
        pool.run(x.count, Math.ceilDiv(GRAIN / 4, columns), (from, until) -> {
            float[] row = new float[columns];
            for (int r = from; r < until; r++) {
                MemorySegment.copy(x.data, JAVA_FLOAT_UNALIGNED, r * x.stride, row, 0, x.columns);
                if (rounded) {
                    MemorySegment bytes = MemorySegment.ofArray(new byte[(int) DType.Q8_0.bytes(x.columns)]);
                    q8.encode(row, 0, bytes, 0, x.columns);
                    q8.decode(bytes, 0, row, 0, x.columns);
                }
                MemorySegment.copy(row, 0, to, JAVA_FLOAT, r * stride, columns);
            }
        });
        return new Rows(to, x.count, columns, stride);
    }

    private void multiplyDirectly(Product product, int from, int to) {
        Tensor weight = product.weight;
        int steps = weight.columns() / WeightReader.columns(weight.type(), code.set());
        // One pass over the weights; or as many as stay in a cache until all inputs have passed by.
        int rows = product.inputs.count <= product.group.length ? to - from : panelRows(weight.rowBytes());
        for (int row = from; row < to; row += rows) {
            long at = weight.data().address() + row * weight.rowBytes();
            multiply(product, at, steps, row, Math.min(rows, to - row));
        }
    }

    private void multiplyPanels(Product product, WorkMemory memory, int from, int to) {
        Tensor weight = product.weight;
        long stride = 4L * product.inputs.columns;
        int rows = panelRows(stride);
        MemorySegment panel = memory.segment(rows * stride);
        for (int row = from; row < to; row += rows) {
            int count = Math.min(rows, to - row);
            if (product.decoding != null) {
                int steps = weight.columns() / WeightReader.columns(weight.type(), code.set());
                long at = weight.data().address() + row * weight.rowBytes();
                NativeCalls.call(product.decoding, at, panel.address(), count, steps, weight.rowBytes(), stride);
            } else {
                decode(weight, row, count, panel, stride);
            }
            multiply(
                    product,
                    panel.address(),
                    product.inputs.columns / code.set().lanes(),
                    row,
                    count);
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

    /// All inputs with `count` rows of weights at address `weights`, for the outputs from `row` on.
    private void multiply(Product product, long weights, int steps, int row, int count) {
        int groups = count / DotProducts.ROWS;
        int done = groups * DotProducts.ROWS;
        long rest = weights + done * strides.getAtIndex(JAVA_LONG, 0);
        int most = product.group.length;
        for (int first = 0; first < product.inputs.count; first += most) {
            int tile = Math.min(most, product.inputs.count - first) - 1;
            long inputs = product.inputs.address(first);
            long out = product.out.address(first) + 4L * row;
            if (groups > 0) {
                MemorySegment routine = first == 0 ? product.first : product.group[tile];
                NativeCalls.call(routine, weights, inputs, out, groups, steps, strides.address());
            }
            if (done < count) {
                NativeCalls.call(
                        product.single[tile], rest, inputs, out + 4L * done, count - done, steps, strides.address());
            }
        }
    }

    @Override
    public void close() {
        inputMemory.close();
        arena.close();
    }
}
