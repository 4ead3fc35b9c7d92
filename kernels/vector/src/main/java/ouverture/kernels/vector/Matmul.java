package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.SPAN;
import static ouverture.kernels.vector.Lanes.get;
import static ouverture.kernels.vector.Lanes.set;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;
import ouverture.tensor.WorkerPool;

/// Products of inputs with a weight matrix. Few rows of inputs are multiplied with the weights as they are read;
/// for many, a panel of weights is decoded to floats once and used for all rows. Both sum in the same order, so
/// a row's result does not tell which way it went.
///
/// Inputs that were rounded to 8 bits are multiplied as floats as well: the Vector API has no instruction for
/// sums of 8-bit products, and made of 16-bit ones they are no faster with one row and half as fast with many.
final class Matmul {
    /// From this many rows on, decoding a panel pays.
    private static final int PANEL_INPUTS_MIN = 4;

    /// Multiplications below which handing work to another thread costs more than it gains.
    private static final int GRAIN = 1 << 16;

    /// Panels per thread, at least, unless they would be smaller than a tile.
    private static final int PANELS = 4;

    private final WorkerPool pool;
    private final Workspace[] workspaces;
    private final WorkMemory inputMemory;

    Matmul(WorkerPool pool, Workspace[] workspaces, WorkMemory inputMemory) {
        this.pool = pool;
        this.workspaces = workspaces;
        this.inputMemory = inputMemory;
    }

    /// One product.
    ///
    /// @param inputs rows of floats with `weight.columns()` columns
    private record Product(
            Tensor out,
            Tile.Rows inputs,
            int count,
            Tensor weight,
            @Nullable Tensor bias,
            RowFormat format) {
        /// Adds a span's sum to an output; the last span also brings the bias.
        void add(int input, int output, float sum, int from, int to) {
            long at = 4L * ((long) input * weight.rows() + output);
            float value = from == 0 ? sum : get(out.data(), at) + sum;
            set(out.data(), at, to == weight.columns() && bias != null ? value + get(bias.data(), 4L * output) : value);
        }
    }

    /// `out[r][o] = dot(x[r], weight[o]) + bias[o]`.
    ///
    /// @param rounded whether x is rounded to Q8_0 first
    void multiply(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias, boolean rounded) {
        RowFormat format = RowFormat.of(weight.type());
        boolean whole = weight.columns() % Lanes.COUNT == 0;
        boolean direct = whole && x.rows() < PANEL_INPUTS_MIN && format instanceof RowFormat.Direct;
        boolean copied = rounded || !whole || !direct && x.rows() < Tile.ROWS;
        Tile.Rows inputs = copied ? copy(x, rounded) : new Tile.Rows(x.data(), 0, x.rowBytes());
        Product product = new Product(out, inputs, x.rows(), weight, bias, format);
        int grain = Math.clamp(GRAIN / ((long) weight.columns() * x.rows() + 1), 1, GRAIN);
        if (direct && format instanceof RowFormat.Direct rows) {
            pool.run(weight.rows(), grain, (from, to) -> multiplyDirectly(product, rows, from, to));
        } else {
            int rows = panelRows(weight.rows());
            pool.run(Math.ceilDiv(weight.rows(), rows), Math.ceilDiv(grain, rows), (worker, from, to) -> {
                for (int panel = from; panel < to; panel++) {
                    int output = panel * rows;
                    multiplyPanel(product, workspaces[worker], output, Math.min(rows, weight.rows() - output));
                }
            });
        }
    }

    /// Rows of a panel: whole tiles, and few enough that all threads have some panels.
    private int panelRows(int outputs) {
        int share = Math.ceilDiv(outputs, PANELS * pool.threads());
        return Math.min(Workspace.PANEL_ROWS, Math.ceilDiv(share, Tile.ROWS) * Tile.ROWS);
    }

    /// The inputs, rounded if asked for, in rows of whole vectors, at least as many as a tile has.
    private Tile.Rows copy(Tensor x, boolean rounded) {
        int columns = x.columns();
        long stride = 4L * Lanes.padded(columns);
        MemorySegment to = inputMemory.segment(Math.max(x.rows(), Tile.ROWS) * stride);
        pool.run(x.rows(), Math.ceilDiv(GRAIN / 4, columns), (worker, from, until) -> {
            for (int r = from; r < until; r++) {
                if (rounded) {
                    Rounding.toQ8(x.data(), r * x.rowBytes(), to, r * stride, columns);
                } else {
                    F32Rows.INSTANCE.decode(
                            x.data(), r * x.rowBytes(), to, r * stride, columns, workspaces[worker].buffer);
                }
            }
        });
        return new Tile.Rows(to, 0, stride);
    }

    /// Outputs `from` to `to`, two at a time from the two halves of the range: two long streams through memory.
    private static void multiplyDirectly(Product product, RowFormat.Direct rows, int from, int to) {
        int half = Math.ceilDiv(to - from, 2);
        for (int o = from; o < from + half; o++) {
            // Of an odd number the one in the middle is its own partner.
            int partner = Math.min(o + half, to - 1);
            for (int input = 0; input < product.count; input++) {
                multiplyPair(product, rows, input, o, partner);
            }
        }
    }

    private static void multiplyPair(Product product, RowFormat.Direct rows, int input, int first, int second) {
        Tensor weight = product.weight;
        float a = 0;
        float b = 0;
        for (int c = 0; c < weight.columns(); c += SPAN) {
            long skip = weight.type().bytes(c);
            long sums = rows.dots(
                    weight.data(),
                    first * weight.rowBytes() + skip,
                    second * weight.rowBytes() + skip,
                    product.inputs.data(),
                    product.inputs.at(input) + 4L * c,
                    Math.min(SPAN, weight.columns() - c));
            a = c == 0 ? RowFormat.first(sums) : a + RowFormat.first(sums);
            b = c == 0 ? RowFormat.second(sums) : b + RowFormat.second(sums);
        }
        product.add(input, first, a, 0, weight.columns());
        product.add(input, second, b, 0, weight.columns());
    }

    private static void multiplyPanel(Product product, Workspace workspace, int output, int rows) {
        for (int from = 0; from < product.weight.columns(); from += SPAN) {
            int to = Math.min(from + SPAN, product.weight.columns());
            Span span = new Span(product, workspace.lanes, output, rows, from, to);
            span.multiply(span.weights(workspace));
        }
    }

    /// Columns `from` to `to` of `rows` outputs from `output` on.
    private record Span(Product product, MemorySegment lanes, int output, int rows, int from, int to) {
        /// The weights as floats: where they are if they are such, else decoded.
        Tile.Rows weights(Workspace workspace) {
            Tensor weight = product.weight;
            long skip = weight.type().bytes(from);
            if (weight.type() == DType.F32 && weight.columns() % Lanes.COUNT == 0 && rows % Tile.ROWS == 0) {
                return new Tile.Rows(weight.data(), output * weight.rowBytes() + skip, weight.rowBytes());
            }
            long stride = 4L * Lanes.padded(to - from);
            for (int r = 0; r < rows; r++) {
                long at = (output + r) * weight.rowBytes() + skip;
                product.format.decode(weight.data(), at, workspace.panel, r * stride, to - from, workspace.buffer);
            }
            return new Tile.Rows(workspace.panel, 0, stride);
        }

        void multiply(Tile.Rows weights) {
            Tile.Rows all = product.inputs;
            Tile.Rows inputs = new Tile.Rows(all.data(), all.offset() + 4L * from, all.stride());
            int count = Lanes.padded(to - from);
            for (int x = 0; x < product.count; x += Tile.ROWS) {
                // The last tile is moved back to end with the last row; what it computes again is left alone.
                int start = Math.max(0, Math.min(x, product.count - Tile.ROWS));
                for (int w = 0; w < rows; w += Tile.ROWS) {
                    Tile.multiply(weights, w, inputs, start, count, lanes);
                    Tile.addLanes(lanes);
                    store(w, start, x);
                }
            }
        }

        private void store(int w, int start, int x) {
            for (int i = x; i < Math.min(x + Tile.ROWS, product.count); i++) {
                for (int j = 0; j < Math.min(Tile.ROWS, rows - w); j++) {
                    product.add(i, output + w + j, Tile.sum(lanes, j, i - start), from, to);
                }
            }
        }
    }
}
