package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;
import ouverture.tensor.WorkerPool;

/// The products that lead back from a matrix product to its operands, as sums of products of a column and a row
/// ([TileProducts]). The result is cut into blocks of rows and columns; for each, columns of the right operand
/// are packed, some k's at a time, so that they stay in the first-level cache while the left operand passes by.
final class ProductGradients implements AutoCloseable {
    /// k's of a packed panel, which then has 32 KiB with vectors of 512 bits.
    private static final int PANEL_ROWS = 256;

    /// Rows of a block at most: the left operand's part, with [#PANEL_ROWS], stays in a second-level cache.
    private static final int BLOCK_ROWS = 192;

    /// Panels of a block.
    private static final int BLOCK_PANELS = 4;

    /// Multiplications below which handing work to another thread costs more than it gains.
    private static final int GRAIN = 1 << 16;

    private static final int STRIDES = 3;

    private final CodeCache code;
    private final WorkerPool pool;
    private final WorkMemory[] panels;
    private final WorkMemory decoded = new WorkMemory();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment strides = arena.allocate(JAVA_LONG, 2 * STRIDES);

    /// @param panels scratch memory of each worker
    ProductGradients(CodeCache code, WorkerPool pool, WorkMemory[] panels) {
        this.code = code;
        this.pool = pool;
        this.panels = panels;
    }

    /// One product `out[m] += sum over k of left(m, k) * right[k]` of floats.
    ///
    /// @param left address of left(0, 0)
    /// @param rows of out
    /// @param columns of out and of right
    /// @param depth number of k's
    /// @param rowStride bytes from left(m, k) to left(m + 1, k)
    /// @param depthStride bytes from left(m, k) to left(m, k + 1)
    private record Product(
            MemorySegment out,
            long left,
            MemorySegment right,
            int rows,
            int columns,
            int depth,
            long rowStride,
            long depthStride) {}

    /// `inputGradient += outputGradient weight`.
    void ofInput(Tensor inputGradient, Tensor outputGradient, Tensor weight) {
        int rows = outputGradient.rows();
        Addresses.same(weight.planes(), 1, "planes of " + weight.name());
        Addresses.shape(outputGradient, rows, weight.rows());
        Addresses.shape(inputGradient, rows, weight.columns());
        Addresses.written(inputGradient);
        long left = Addresses.floats(outputGradient);
        Addresses.of(weight);
        boolean plain = weight.type() == DType.F32;
        int most = plain ? weight.rows() : PANEL_ROWS;
        for (int first = 0; first < weight.rows() && rows > 0; first += most) {
            int count = Math.min(most, weight.rows() - first);
            add(new Product(
                    inputGradient.data(),
                    left + 4L * first,
                    plain ? weight.data() : decode(weight, first, count),
                    rows,
                    weight.columns(),
                    count,
                    outputGradient.rowBytes(),
                    Float.BYTES));
        }
    }

    /// `weightGradient += outputGradient^T x`.
    void ofWeight(Tensor weightGradient, Tensor outputGradient, Tensor x) {
        Addresses.shape(outputGradient, x.rows(), outputGradient.columns());
        Addresses.shape(weightGradient, outputGradient.columns(), x.columns());
        Addresses.written(weightGradient);
        Addresses.floats(x);
        add(new Product(
                weightGradient.data(),
                Addresses.floats(outputGradient),
                x.data(),
                outputGradient.columns(),
                x.columns(),
                x.rows(),
                Float.BYTES,
                outputGradient.rowBytes()));
    }

    /// Rows of a weight as floats.
    private MemorySegment decode(Tensor weight, int first, int count) {
        long rowBytes = 4L * weight.columns();
        MemorySegment floats = decoded.segment(count * rowBytes);
        InstructionSet set = code.set();
        DType type = weight.type();
        boolean readable = WeightReader.supports(type) && weight.columns() % WeightReader.columns(type, set) == 0;
        MemorySegment decoding = readable ? code.get(new Decoding(type)) : MemorySegment.NULL;
        int grain = Math.ceilDiv(GRAIN, weight.columns());
        pool.run(count, grain, (from, to) -> {
            if (readable) {
                int steps = weight.columns() / WeightReader.columns(type, set);
                long at = weight.data().address() + (first + from) * weight.rowBytes();
                long target = floats.address() + from * rowBytes;
                NativeCalls.call(decoding, at, target, to - from, steps, weight.rowBytes(), rowBytes);
                return;
            }
            float[] row = new float[weight.columns()];
            for (int r = from; r < to; r++) {
                BlockCodec.of(type).decode(weight.data(), (first + r) * weight.rowBytes(), row, 0, row.length);
                MemorySegment.copy(row, 0, floats, JAVA_FLOAT, r * rowBytes, row.length);
            }
        });
        return floats;
    }

    private void add(Product product) {
        if (product.rows == 0 || product.depth == 0) {
            return;
        }
        InstructionSet set = code.set();
        Routines routines = new Routines(
                code.get(new TileProducts(TileProducts.rows(set))),
                code.get(new TileProducts(1)),
                code.get(new TileProducts.Packing()),
                TileProducts.rows(set),
                TileProducts.VECTORS * set.lanes());
        for (int table = 0; table < 2; table++) {
            strides.setAtIndex(JAVA_LONG, table * STRIDES, product.rowStride);
            strides.setAtIndex(JAVA_LONG, table * STRIDES + 1, product.depthStride);
        }
        strides.setAtIndex(JAVA_LONG, STRIDES - 1, 4L * product.columns);
        strides.setAtIndex(JAVA_LONG, 2 * STRIDES - 1, 4L * routines.columns);
        int blocks = Math.ceilDiv(product.rows, BLOCK_ROWS);
        int rows = Math.ceilDiv(Math.ceilDiv(product.rows, blocks), routines.group) * routines.group;
        int columns = BLOCK_PANELS * routines.columns;
        int columnBlocks = Math.ceilDiv(product.columns, columns);
        long work = (long) rows * Math.min(product.columns, columns) * product.depth;
        int count = Math.ceilDiv(product.rows, rows) * columnBlocks;
        pool.run(count, (int) Math.ceilDiv(GRAIN, work), (worker, from, to) -> {
            for (int i = from; i < to; i++) {
                int row = i / columnBlocks * rows;
                int column = i % columnBlocks * columns;
                Block block = new Block(
                        row, Math.min(rows, product.rows - row), column, Math.min(product.columns, column + columns));
                add(product, routines, block, panels[worker]);
            }
        });
    }

    /// What multiplies.
    ///
    /// @param group rows of a large group
    /// @param columns of a panel
    private record Routines(MemorySegment large, MemorySegment single, MemorySegment packing, int group, int columns) {}

    /// Columns `column` to `last` of `count` rows from `row` on.
    private record Block(int row, int count, int column, int last) {}

    private void add(Product product, Routines routines, Block block, WorkMemory memory) {
        long panelBytes = 4L * routines.columns * PANEL_ROWS;
        long restBytes = 4L * routines.columns * block.count;
        MemorySegment work = memory.segment(panelBytes + restBytes);
        long rowBytes = 4L * product.columns;
        for (int first = 0; first < product.depth; first += PANEL_ROWS) {
            int depth = Math.min(PANEL_ROWS, product.depth - first);
            long left = product.left + block.row * product.rowStride + first * product.depthStride;
            for (int c = block.column; c < block.last; c += routines.columns) {
                MemorySegment right = product.right.asSlice(first * rowBytes + 4L * c);
                MemorySegment out = product.out.asSlice(block.row * rowBytes + 4L * c);
                int width = Math.min(routines.columns, block.last - c);
                if (width == routines.columns) {
                    NativeCalls.call(routines.packing, right.address(), work.address(), depth, rowBytes, 0, 0);
                    addRows(routines, left, work.address(), out.address(), block.count, depth, 0);
                } else {
                    // A narrower panel is filled up with zeros, and its result added from memory of its own.
                    MemorySegment rest = work.asSlice(panelBytes, restBytes).fill((byte) 0);
                    work.asSlice(0, panelBytes).fill((byte) 0);
                    for (int k = 0; k < depth; k++) {
                        MemorySegment.copy(right, k * rowBytes, work, 4L * k * routines.columns, 4L * width);
                    }
                    addRows(routines, left, work.address(), rest.address(), block.count, depth, STRIDES);
                    for (int i = 0; i < block.count * width; i++) {
                        long at = (long) i / width * product.columns + i % width;
                        float sum = rest.getAtIndex(JAVA_FLOAT, (long) i / width * routines.columns + i % width);
                        out.setAtIndex(JAVA_FLOAT_UNALIGNED, at, out.getAtIndex(JAVA_FLOAT_UNALIGNED, at) + sum);
                    }
                }
            }
        }
    }

    /// @param table where the strides begin
    private void addRows(Routines routines, long left, long right, long out, int count, int depth, int table) {
        long numbers = strides.address() + (long) table * Long.BYTES;
        int groups = count / routines.group;
        if (groups > 0) {
            NativeCalls.call(routines.large, left, right, out, groups, depth, numbers);
        }
        int done = groups * routines.group;
        if (done < count) {
            long skipped = done * strides.getAtIndex(JAVA_LONG, table);
            long written = done * strides.getAtIndex(JAVA_LONG, table + STRIDES - 1);
            NativeCalls.call(routines.single, left + skipped, right, out + written, count - done, depth, numbers);
        }
    }

    @Override
    public void close() {
        decoded.close();
        arena.close();
    }
}
