package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.KernelsOptions;
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
    private static final int PANEL_BYTES = 1 << 18;

    /// Tiles of rows of inputs from which on weights are expanded first.
    private static final int EXPANDED_TILES_MIN = 3;

    /// Strips that are handed out together: a multiple of what products multiply at once.
    private static final int UNIT = IntegerProducts.STRIPS;

    /// Rows of inputs that products multiply at once, at most.
    private static final int INPUTS_MAX = IntegerProducts.INPUTS;

    /// Bytes of a row of results of one strip.
    private static final long ROW_BYTES = Strips.ROWS * Float.BYTES;

    /// Where the addresses of such rows lie behind them.
    private static final long ADDRESSES = INPUTS_MAX * ROW_BYTES;

    private final CodeCache code;
    private final WorkerPool pool;
    private final PackedWeights packed;
    private final WorkMemory[] expandedMemory;
    private final WorkMemory recordMemory = new WorkMemory();
    private final WorkMemory addressMemory = new WorkMemory();
    private final Arena arena = Arena.ofShared();

    /// Results of a strip that is not full, for each worker, and their addresses.
    private final MemorySegment[] last;

    /// @param scratch memory of each worker
    /// @param options that say whether and where packed weights may be kept
    IntegerMatmul(InstructionSet set, WorkerPool pool, WorkMemory[] scratch, KernelsOptions options) {
        code = new CodeCache(set.forBytes());
        this.pool = pool;
        packed = new PackedWeights(code, scratch, options.repack(), options.store());
        expandedMemory = Stream.generate(WorkMemory::new).limit(pool.threads()).toArray(WorkMemory[]::new);
        last = new MemorySegment[pool.threads()];
        for (int worker = 0; worker < last.length; worker++) {
            last[worker] = arena.allocate((long) INPUTS_MAX * (ROW_BYTES + Long.BYTES), ROW_BYTES);
            for (int t = 0; t < INPUTS_MAX; t++) {
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
    ///
    /// @param addresses of the rows of inputs, then of those of outputs
    private record Product(
            Tensor weight,
            PackedMatrices matrices,
            Plan plan,
            MemorySegment out,
            @Nullable Tensor bias,
            long addresses,
            Form packed,
            Form expanded,
            MemorySegment expansion,
            MemorySegment sum) {
        int rows(int index) {
            return plan.starts[index + 1] - plan.starts[index];
        }

        boolean expands(int index) {
            return rows(index) >= EXPANDED_TILES_MIN * packed.inputs;
        }

        Form form(int index) {
            return expands(index) ? expanded : packed;
        }

        int tiles(int index) {
            return Math.ceilDiv(rows(index), form(index).inputs);
        }
    }

    /// A form of the weights.
    ///
    /// @param strips of a group
    /// @param inputs rows of inputs of a tile, at most
    /// @param blocks of a row
    /// @param routines that multiply it, by strips and rows of inputs
    private record Form(StripLayout weights, int strips, int inputs, int blocks, MemorySegment[][] routines) {
        static Form of(StripLayout weights, InstructionSet set, int columns) {
            int strips = weights.strips(set);
            int inputs = weights.inputs(set);
            int blocks = columns / (weights.parts() * Strips.PART);
            return new Form(weights, strips, inputs, blocks, new MemorySegment[strips + 1][inputs + 1]);
        }

        long stripBytes() {
            return (long) blocks * weights.blockBytes();
        }
    }

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
        long rowBytes = (long) weight.columns() / Strips.PART * Quantisation.recordBytes(format.sums());
        MemorySegment addresses = addressMemory.segment(2L * rows * Long.BYTES);
        for (int i = 0; i < rows; i++) {
            addresses.setAtIndex(JAVA_LONG, i, records + plan.inputs[i] * rowBytes);
            addresses.setAtIndex(JAVA_LONG, rows + i, out.address() + plan.outputs[i]);
        }
        Product product = new Product(
                weight,
                packed.of(weight, format),
                plan,
                out,
                bias,
                addresses.address(),
                Form.of(format, code.set(), weight.columns()),
                Form.of(format.expanded(), code.set(), weight.columns()),
                code.get(format.expansion()),
                code.get(format.addition()));
        prepare(product);
        int units = Math.ceilDiv(Strips.count(weight), UNIT);
        long work = (long) UNIT * Strips.ROWS * weight.columns() * Math.max(1, rows / plan.planes.length);
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
            packed.release(product.matrices, plane);
        }
    }

    /// Rounds all rows.
    ///
    /// @return the address of the records
    private long round(Matmul.Rows x, PackedLayout format) {
        int blocks = x.columns() / Strips.PART;
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

    /// Writes the code that the planes' tiles need.
    private void prepare(Product product) {
        for (int i = 0; i < product.plan.planes.length; i++) {
            Form form = product.form(i);
            int rows = product.rows(i);
            int tiles = product.tiles(i);
            for (int inputs = rows / tiles; inputs <= Math.ceilDiv(rows, tiles); inputs++) {
                for (int strips = 1; strips <= form.strips; strips++) {
                    form.routines[strips][inputs] = code.get(form.weights.products(strips, inputs));
                }
            }
        }
    }

    /// Strips `from` to `to`, or to the last, of a plane.
    private void multiply(Product product, int worker, int index, int from, int to) {
        PackedMatrices matrices = product.matrices;
        int plane = product.plan.planes[index];
        int end = Math.min(to, Strips.count(product.weight));
        boolean expands = product.expands(index);
        Form form = product.form(index);
        boolean once = product.tiles(index) == 1 && matrices.isComplete(plane);
        int panel = once ? end - from : panelStrips(form.stripBytes());
        for (int strip = from; strip < end; strip += panel) {
            int count = Math.min(panel, end - strip);
            long weights = matrices.address(worker, plane, strip, count);
            if (expands) {
                long expanded = expandedMemory[worker]
                        .segment(count * form.stripBytes())
                        .address();
                NativeCalls.call(product.expansion, weights, expanded, (long) count * product.packed.blocks, 0, 0, 0);
                weights = expanded;
            }
            multiplyPanel(new Panel(product, form, index, weights, strip, count), worker);
        }
        addBias(product, index, plane, from, end);
    }

    private static int panelStrips(long stripBytes) {
        int strips = (int) (PANEL_BYTES / stripBytes);
        return Math.max(UNIT, strips / UNIT * UNIT);
    }

    /// Some strips of a plane.
    ///
    /// @param index of the plane in the plan
    /// @param address of the weights
    private record Panel(Product product, Form form, int index, long address, int strip, int count) {
        /// Multiplies whole strips.
        ///
        /// @param from the first of them in the panel
        /// @param strips of a group
        /// @param row the first of the rows of inputs
        void multiply(int from, int groups, int strips, int row, int inputs) {
            if (groups > 0) {
                long to = (product.plan.inputs.length + row) * (long) Long.BYTES;
                long offset = (strip + from) * ROW_BYTES;
                multiply(from, groups, strips, row, inputs, product.addresses + to, offset);
            }
        }

        void multiply(int from, int groups, int strips, int row, int inputs, long outputs, long offset) {
            NativeCalls.call(
                    form.routines[strips][inputs],
                    address + from * form.stripBytes(),
                    product.addresses + row * (long) Long.BYTES,
                    outputs,
                    offset,
                    groups,
                    form.blocks);
        }
    }

    private void multiplyPanel(Panel panel, int worker) {
        Product product = panel.product;
        int first = product.plan.starts[panel.index];
        int rows = product.rows(panel.index);
        int full = Math.min(panel.count, product.weight.rows() / Strips.ROWS - panel.strip);
        int tiles = product.tiles(panel.index);
        for (int i = 0; i < tiles; i++) {
            int row = first + tile(rows, tiles, i);
            int inputs = first + tile(rows, tiles, i + 1) - row;
            int strips = panel.form.strips;
            int grouped = full / strips * strips;
            panel.multiply(0, grouped / strips, strips, row, inputs);
            panel.multiply(grouped, full - grouped, 1, row, inputs); // fewer than a group
            if (full < panel.count) {
                multiplyLast(panel, last[worker], full, row, inputs);
            }
        }
    }

    /// The strip that is not full: code writes whole vectors, so that its results are copied.
    private static void multiplyLast(Panel panel, MemorySegment results, int strip, int row, int inputs) {
        panel.multiply(strip, 1, 1, row, inputs, results.address() + ADDRESSES, 0);
        Product product = panel.product;
        int outputs = product.weight.rows();
        int rest = outputs % Strips.ROWS;
        for (int t = 0; t < inputs; t++) {
            long target = product.plan.outputs[row + t] + (long) (outputs - rest) * Float.BYTES;
            MemorySegment.copy(results, t * ROW_BYTES, product.out, target, (long) rest * Float.BYTES);
        }
    }

    private static void addBias(Product product, int index, int plane, int from, int end) {
        Tensor bias = product.bias;
        if (bias == null) {
            return;
        }
        int outputs = product.weight.rows();
        int first = from * Strips.ROWS;
        int count = Math.min(end * Strips.ROWS, outputs) - first;
        long offsets = bias.data().address() + ((long) plane * outputs + first) * Float.BYTES;
        for (int row = product.plan.starts[index]; row < product.plan.starts[index + 1]; row++) {
            long to = product.out.address() + product.plan.outputs[row] + (long) first * Float.BYTES;
            NativeCalls.call(product.sum, to, offsets, count, 0, 0, 0);
        }
    }

    @Override
    public void close() {
        packed.close();
        Stream.of(expandedMemory).forEach(WorkMemory::close);
        recordMemory.close();
        addressMemory.close();
        code.close();
        arena.close();
    }
}
