package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;
import ouverture.tensor.WorkerPool;

/// Products of inputs that are rounded to bytes with weights of one or several planes, as [IntegerProducts] of
/// [PackedWeights].
final class IntegerMatmul implements AutoCloseable {
    /// Multiplications below which handing work to another thread costs more than it gains.
    private static final int GRAIN = 1 << 16;

    /// Bytes of weights that are used for all rows of inputs before the next are read: what a second-level cache
    /// has room for beside the inputs.
    private static final int PANEL_BYTES = 3 << 17;

    /// Strips that are handed out together.
    private static final int UNIT = 2;

    /// Rows of inputs that products multiply at once, at most.
    private static final int INPUTS_MOST = 6;

    /// Bytes of a row of results of one strip.
    private static final long ROW_BYTES = PackedLayout.ROWS * Float.BYTES;

    /// Where the addresses of such rows lie behind them.
    private static final long ADDRESSES = INPUTS_MOST * ROW_BYTES;

    private final CodeCache code;
    private final WorkerPool pool;
    private final PackedWeights packed;
    private final WorkMemory recordMemory = new WorkMemory();
    private final WorkMemory addressMemory = new WorkMemory();
    private final Arena arena = Arena.ofShared();

    /// Results of a strip that is not full, for each worker, and their addresses.
    private final MemorySegment[] last;

    /// @param scratch memory of each worker
    /// @param keeps whether packed weights may be kept
    IntegerMatmul(CodeCache code, WorkerPool pool, WorkMemory[] scratch, boolean keeps) {
        this.code = code;
        this.pool = pool;
        packed = new PackedWeights(code, scratch, keeps);
        last = new MemorySegment[pool.threads()];
        for (int worker = 0; worker < last.length; worker++) {
            last[worker] = arena.allocate((long) INPUTS_MOST * (ROW_BYTES + Long.BYTES), ROW_BYTES);
            for (int t = 0; t < INPUTS_MOST; t++) {
                last[worker].set(JAVA_LONG, ADDRESSES + (long) t * Long.BYTES, last[worker].address() + t * ROW_BYTES);
            }
        }
    }

    /// Whether there is code for weights of this format and width.
    boolean serves(Tensor weight) {
        return PackedLayout.of(weight.type(), code.set()) != null;
    }

    /// `out[r][o] = dot(x[r], weight[o]) + bias[o]`.
    void multiply(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias) {
        Addresses.same(weight.planes(), 1, "planes of " + weight.name());
        Addresses.floats(x);
        Addresses.written(out);
        Matmul.Rows from = new Matmul.Rows(x);
        Matmul.check(new Matmul.Rows(out), from, weight, bias);
        multiply(out.data(), from, weight, bias, Plan.ofRows(x.rows(), out.rowBytes()));
    }

    /// `out[r][h] = weight[h] x[r][h]`.
    void perHead(Tensor out, Tensor x, Tensor weight) {
        PlaneMatmul.checkHeads(out, x, weight);
        Addresses.of(weight);
        multiply(out.data(), new Matmul.Rows(x), weight, null, Plan.ofHeads(x, weight));
    }

    /// `out[s] = experts[chosen[s]] x[s] + bias[chosen[s]]`.
    void experts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen) {
        int slotsOfInput = PlaneMatmul.slotsOfInput(out, x, experts, chosen);
        Addresses.of(experts);
        if (bias != null) {
            Addresses.vector(bias, Math.multiplyExact(experts.planes(), experts.rows()));
        }
        int[][] slotsOf = Routing.slotsOfExperts(chosen, experts.planes());
        Plan plan = Plan.ofSlots(slotsOf, slotsOfInput, out.rowBytes());
        multiply(out.data(), new Matmul.Rows(x), experts, bias, plan);
    }

    /// Which rows go to which planes.
    ///
    /// @param planes that rows go to
    /// @param starts the first row of each, and the number of rows
    /// @param inputs for each row the index of its inputs among the rounded rows of `columns` columns
    /// @param outputs for each row where its results begin, in bytes
    private record Plan(int[] planes, int[] starts, int[] inputs, long[] outputs) {
        /// Every row to one plane.
        static Plan ofRows(int rows, long outputStride) {
            int[] inputs = IntStream.range(0, rows).toArray();
            long[] outputs =
                    LongStream.range(0, rows).map(r -> r * outputStride).toArray();
            return new Plan(new int[1], new int[] {0, rows}, inputs, outputs);
        }

        /// To every plane its columns of each row.
        static Plan ofHeads(Tensor x, Tensor weight) {
            int heads = weight.planes();
            int rows = x.rows();
            int[] inputs = new int[heads * rows];
            long[] outputs = new long[heads * rows];
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = i % rows * heads + i / rows;
                outputs[i] = (long) inputs[i] * weight.rows() * Float.BYTES;
            }
            int[] planes = IntStream.range(0, heads).toArray();
            int[] starts = IntStream.rangeClosed(0, heads).map(h -> h * rows).toArray();
            return new Plan(planes, starts, inputs, outputs);
        }

        /// To planes the slots that chose them.
        ///
        /// @param slotsOf slots of each plane
        /// @param slotsOfInput slots that share a row of inputs
        static Plan ofSlots(int[][] slotsOf, int slotsOfInput, long outputStride) {
            int[] planes = IntStream.range(0, slotsOf.length)
                    .filter(plane -> slotsOf[plane].length > 0)
                    .toArray();
            int[] starts = new int[planes.length + 1];
            for (int i = 0; i < planes.length; i++) {
                starts[i + 1] = starts[i] + slotsOf[planes[i]].length;
            }
            int[] slots = Stream.of(slotsOf).flatMapToInt(IntStream::of).toArray();
            int[] inputs = IntStream.of(slots).map(slot -> slot / slotsOfInput).toArray();
            long[] outputs =
                    IntStream.of(slots).mapToLong(slot -> slot * outputStride).toArray();
            return new Plan(planes, starts, inputs, outputs);
        }
    }

    /// A product, ready to be computed.
    private record Product(
            Tensor weight,
            PackedLayout format,
            PackedWeights.Matrices matrices,
            Plan plan,
            MemorySegment out,
            @Nullable Tensor bias,
            long addresses,
            MemorySegment[][] routines,
            MemorySegment sum) {}

    /// `out[outputs[i]] = weight[plane] x[inputs[i]] + bias[plane]` for the rows i of each plane.
    ///
    /// @param out from where outputs are counted; every row that the plan names was checked to be there
    /// @param x rows of inputs, of a multiple of the weight's columns
    /// @param bias a row for each plane
    private void multiply(MemorySegment out, Matmul.Rows x, Tensor weight, @Nullable Tensor bias, Plan plan) {
        PackedLayout format = PackedLayout.of(weight.type(), code.set());
        int rows = plan.inputs.length;
        if (format == null || rows == 0) {
            return;
        }
        long records = round(x, format);
        long rowBytes = (long) weight.columns() / PackedLayout.PART * Quantisation.recordBytes(format.sums());
        MemorySegment addresses = addressMemory.segment(2L * rows * Long.BYTES);
        for (int i = 0; i < rows; i++) {
            addresses.setAtIndex(JAVA_LONG, i, records + plan.inputs[i] * rowBytes);
            addresses.setAtIndex(JAVA_LONG, rows + i, out.address() + plan.outputs[i]);
        }
        PackedWeights.Matrices matrices = packed.of(weight, format);
        Product product = new Product(
                weight,
                format,
                matrices,
                plan,
                out,
                bias,
                addresses.address(),
                routines(format, plan.starts),
                code.get(format.addition()));
        int units = Math.ceilDiv(PackedWeights.Matrices.strips(weight), UNIT);
        long work = (long) UNIT * PackedLayout.ROWS * weight.columns() * Math.max(1, rows / plan.planes.length);
        int count = Math.multiplyExact(units, plan.planes.length);
        pool.run(count, (int) Math.ceilDiv(GRAIN, work), (worker, from, to) -> {
            for (int unit = from; unit < to; ) {
                int plane = unit / units;
                int end = Math.min(to, (plane + 1) * units);
                multiply(product, worker, plane, (unit - plane * units) * UNIT, (end - plane * units) * UNIT);
                unit = end;
            }
        });
        for (int plane : plan.planes) {
            matrices.release(plane);
        }
    }

    /// Rounds all rows.
    ///
    /// @return the address of the records
    private long round(Matmul.Rows x, PackedLayout format) {
        int blocks = x.columns() / PackedLayout.PART;
        long rowBytes = (long) blocks * Quantisation.recordBytes(format.sums());
        long records = recordMemory.segment(x.count() * rowBytes).address();
        MemorySegment routine = code.get(format.rounding());
        pool.run(x.count(), Math.ceilDiv(GRAIN / 4, x.columns()), (from, to) -> {
            NativeCalls.call(routine, x.address(from), records + from * rowBytes, to - from, blocks, x.stride(), 0);
        });
        return records;
    }

    /// The first row of tile `index` of a plane's rows: tiles are all but equal.
    private static int tile(int rows, int tiles, int index) {
        return (int) ((long) rows * index / tiles);
    }

    private static int tiles(int rows, PackedLayout format) {
        return Math.ceilDiv(rows, format.inputs());
    }

    /// The code that the planes' tiles need, by strips and rows.
    private MemorySegment[][] routines(PackedLayout format, int[] starts) {
        MemorySegment[][] routines = new MemorySegment[UNIT + 1][format.inputs() + 1];
        for (int i = 0; i + 1 < starts.length; i++) {
            int rows = starts[i + 1] - starts[i];
            int tiles = tiles(rows, format);
            for (int inputs = rows / tiles; inputs <= Math.ceilDiv(rows, tiles); inputs++) {
                routines[1][inputs] = code.get(format.products(1, inputs));
                int strips = format.strips(inputs);
                routines[strips][inputs] = code.get(format.products(strips, inputs));
            }
        }
        return routines;
    }

    /// Strips `from` to `to`, or to the last, of a plane.
    private void multiply(Product product, int worker, int index, int from, int to) {
        PackedWeights.Matrices matrices = product.matrices;
        int plane = product.plan.planes[index];
        int end = Math.min(to, PackedWeights.Matrices.strips(product.weight));
        int rows = product.plan.starts[index + 1] - product.plan.starts[index];
        boolean once = rows <= product.format.inputs() && matrices.isComplete(plane);
        int panel = once ? end - from : panelStrips(matrices.stripBytes());
        for (int strip = from; strip < end; strip += panel) {
            int count = Math.min(panel, end - strip);
            long address = matrices.address(worker, plane, strip, count);
            multiplyPanel(product, worker, index, address, strip, count);
        }
        addBias(product, index, plane, from, end);
    }

    private static int panelStrips(long stripBytes) {
        int strips = (int) (PANEL_BYTES / stripBytes);
        return Math.max(UNIT, strips / UNIT * UNIT);
    }

    private void multiplyPanel(Product product, int worker, int index, long weights, int strip, int count) {
        int first = product.plan.starts[index];
        int rows = product.plan.starts[index + 1] - first;
        int full = Math.min(count, product.weight.rows() / PackedLayout.ROWS - strip);
        long offset = strip * ROW_BYTES;
        long stripBytes = product.matrices.stripBytes();
        int tiles = tiles(rows, product.format);
        for (int i = 0; i < tiles; i++) {
            int row = first + tile(rows, tiles, i);
            int inputs = first + tile(rows, tiles, i + 1) - row;
            int group = product.format.strips(inputs);
            int grouped = full / group * group;
            multiply(product, group, row, inputs, weights, offset, grouped / group);
            multiply(
                    product,
                    1,
                    row,
                    inputs,
                    weights + grouped * stripBytes,
                    offset + grouped * ROW_BYTES,
                    full - grouped);
            if (full < count) {
                multiplyLast(product, worker, row, inputs, weights + full * stripBytes);
            }
        }
    }

    /// Whole strips.
    private static void multiply(
            Product product, int strips, int row, int inputs, long weights, long offset, int groups) {
        if (groups > 0) {
            long from = product.addresses + (long) row * Long.BYTES;
            long to = from + (long) product.plan.inputs.length * Long.BYTES;
            int blocks = product.weight.columns() / product.weight.type().blockElements();
            NativeCalls.call(product.routines[strips][inputs], weights, from, to, offset, groups, blocks);
        }
    }

    /// The strip that is not full: code writes whole vectors, so that its results are copied.
    private void multiplyLast(Product product, int worker, int row, int inputs, long weights) {
        long from = product.addresses + (long) row * Long.BYTES;
        long to = last[worker].address() + ADDRESSES;
        int blocks = product.weight.columns() / product.weight.type().blockElements();
        NativeCalls.call(product.routines[1][inputs], weights, from, to, 0, 1, blocks);
        int outputs = product.weight.rows();
        int rest = outputs % PackedLayout.ROWS;
        for (int t = 0; t < inputs; t++) {
            long target = product.plan.outputs[row + t] + (long) (outputs - rest) * Float.BYTES;
            MemorySegment.copy(last[worker], t * ROW_BYTES, product.out, target, (long) rest * Float.BYTES);
        }
    }

    private static void addBias(Product product, int index, int plane, int from, int end) {
        Tensor bias = product.bias;
        if (bias == null) {
            return;
        }
        int outputs = product.weight.rows();
        int first = from * PackedLayout.ROWS;
        int count = Math.min(end * PackedLayout.ROWS, outputs) - first;
        long offsets = bias.data().address() + ((long) plane * outputs + first) * Float.BYTES;
        for (int row = product.plan.starts[index]; row < product.plan.starts[index + 1]; row++) {
            long to = product.out.address() + product.plan.outputs[row] + (long) first * Float.BYTES;
            NativeCalls.call(product.sum, to, offsets, count, 0, 0, 0);
        }
    }

    @Override
    public void close() {
        packed.close();
        recordMemory.close();
        addressMemory.close();
        arena.close();
    }
}
