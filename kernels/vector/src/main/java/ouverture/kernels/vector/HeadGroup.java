package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.COUNT;
import static ouverture.kernels.vector.Lanes.FLOATS;
import static ouverture.kernels.vector.Lanes.ORDER;
import static ouverture.kernels.vector.Lanes.SIZE;
import static ouverture.kernels.vector.Lanes.get;
import static ouverture.kernels.vector.Lanes.load;
import static ouverture.kernels.vector.Lanes.set;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import ouverture.tensor.Attention;
import ouverture.tensor.Tensor;

/// Attention of some rows and heads, chunk by chunk of positions with a running maximum and sum (arXiv
/// 2205.14135). Chunks start at fixed positions, and no query's sums meet another's, so that neither the
/// split into items nor the rest of the batch changes a bit.
///
/// The queries that share a key/value head follow each other, row by row, filled up to whole tiles.
final class HeadGroup {
    /// Positions of a chunk: keys and values of 64 x 64 floats fit in a first-level cache.
    private static final int CHUNK = 64;

    private final PagedAttention.Operands operands;
    private final PagedAttention.Item item;
    private final Workspace workspace;

    /// Query heads of a key/value head, and key/value heads.
    private final int heads;

    private final int kvHeads;
    private final int firstKvHead;

    /// Queries of a key/value head, and the same in whole tiles.
    private final int queries;

    private final int tiled;
    private final int keyColumns;
    private final int valueColumns;

    /// Scratch memory: queries, keys, values, scores and weighted sums of values.
    private final MemorySegment memory;

    private final Decoded keys;
    private final Decoded values;
    private final long scoresAt;
    private final long sumsAt;

    /// Per query: largest score so far, and the sum of the exponentials.
    private final float[] maxima;

    private final float[] totals;

    HeadGroup(PagedAttention.Operands operands, PagedAttention.Item item, Workspace workspace) {
        this.operands = operands;
        this.item = item;
        this.workspace = workspace;
        Attention attention = operands.attention();
        heads = Math.min(item.heads(), attention.heads() / attention.kvHeads());
        kvHeads = item.heads() / heads;
        firstKvHead = item.head() / (attention.heads() / attention.kvHeads());
        queries = item.rows() * heads;
        tiled = Math.ceilDiv(queries, Tile.ROWS) * Tile.ROWS;
        keyColumns = Lanes.padded(attention.keySize());
        valueColumns = Lanes.padded(attention.valueSize());
        keys = new Decoded(operands.cache().keys(), attention.keySize(), 4L * kvHeads * tiled * keyColumns);
        values = new Decoded(operands.cache().values(), attention.valueSize(), keys.end());
        scoresAt = values.end();
        sumsAt = scoresAt + 4L * kvHeads * tiled * CHUNK;
        memory = workspace.attention.segment(sumsAt + 4L * kvHeads * tiled * valueColumns);
        maxima = new float[kvHeads * tiled];
        totals = new float[kvHeads * tiled];
    }

    void attend() {
        int[] positions = operands.batch().positions();
        Tensor query = operands.query();
        int size = operands.attention().keySize();
        for (int kv = 0; kv < kvHeads; kv++) {
            for (int q = 0; q < queries; q++) {
                long at = row(q) * query.rowBytes() + 4L * head(kv, q) * size;
                long to = 4L * (kv * tiled + q) * keyColumns;
                F32Rows.INSTANCE.decode(query.data(), at, memory, to, size, workspace.buffer);
            }
        }
        begin();
        memory.asSlice(sumsAt, 4L * kvHeads * tiled * valueColumns).fill((byte) 0);
        int end = positions[item.row() + item.rows() - 1] + 1;
        int first = operands.attention().firstVisible(positions[item.row()]);
        for (int from = first - first % CHUNK; from < end; from += CHUNK) {
            attend(from, Math.min(CHUNK, end - from));
        }
        for (int kv = 0; kv < kvHeads; kv++) {
            for (int q = 0; q < queries; q++) {
                finish(kv, q);
            }
        }
    }

    /// A sink is a score that came before all others.
    private void begin() {
        Tensor sinks = operands.attention().sinks();
        if (sinks == null) {
            Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
            return;
        }
        for (int kv = 0; kv < kvHeads; kv++) {
            for (int q = 0; q < queries; q++) {
                maxima[kv * tiled + q] = get(sinks.data(), 4L * head(kv, q));
                totals[kv * tiled + q] = 1;
            }
        }
    }

    private int row(int q) {
        return item.row() + q / heads;
    }

    private int head(int kv, int q) {
        return item.head() + kv * heads + q % heads;
    }

    private long scoreAt(int index, int position) {
        return scoresAt + 4L * (index * CHUNK + position);
    }

    private long sumAt(int index) {
        return sumsAt + 4L * index * valueColumns;
    }

    private void attend(int from, int count) {
        keys.decode(from, count);
        values.decode(from, count);
        int[] positions = operands.batch().positions();
        for (int kv = 0; kv < kvHeads; kv++) {
            score(kv, count);
            for (int q = 0; q < queries; q++) {
                int position = positions[row(q)];
                int first = Math.max(0, operands.attention().firstVisible(position) - from);
                int visible = Math.min(count, position + 1 - from);
                if (first < visible) {
                    int index = kv * tiled + q;
                    float correction = softmax(index, first, visible);
                    accumulate(values.at(kv, first), index, first, visible - first, correction);
                }
            }
        }
    }

    /// Scores of a key/value head's queries with `count` positions.
    private void score(int kv, int count) {
        float scale = operands.attention().scale();
        Tile.Rows rows = keys.rows(kv);
        Tile.Rows inputs = new Tile.Rows(memory, 0, 4L * keyColumns);
        for (int index = kv * tiled; index < (kv + 1) * tiled; index += Tile.ROWS) {
            for (int p = 0; p < count; p += Tile.ROWS) {
                Tile.multiply(rows, p, inputs, index, keyColumns, workspace.lanes);
                Tile.addLanes(workspace.lanes);
                for (int i = 0; i < Tile.ROWS; i++) {
                    for (int j = 0; j < Tile.ROWS; j++) {
                        set(memory, scoreAt(index + i, p + j), Tile.sum(workspace.lanes, j, i) * scale);
                    }
                }
            }
        }
    }

    /// Turns the scores of a query with positions `first` to `visible` of the chunk into exponentials of their
    /// distance to the maximum.
    ///
    /// @return the factor on what was summed with the maximum before
    private float softmax(int index, int first, int visible) {
        int padded = Lanes.padded(visible);
        long at = scoreAt(index, 0);
        float cap = operands.attention().softcap();
        if (cap != 0) {
            Elementwise.softcap(memory, at, padded, cap, workspace.panel);
        }
        for (int p = 0; p < first; p++) {
            set(memory, scoreAt(index, p), Float.NEGATIVE_INFINITY);
        }
        for (int p = visible; p < padded; p++) {
            set(memory, scoreAt(index, p), Float.NEGATIVE_INFINITY);
        }
        float maximum = largest(at, padded, maxima[index]);
        Exponential.replace(memory, at, padded, 1, maximum);
        float correction = (float) StrictMath.exp(maxima[index] - maximum);
        totals[index] = totals[index] * correction + sum(at, padded);
        maxima[index] = maximum;
        return correction;
    }

    private float largest(long at, int count, float atLeast) {
        FloatVector largest = FloatVector.broadcast(FLOATS, atLeast);
        for (int i = 0; i < count; i += COUNT) {
            largest = largest.max(load(memory, at + 4L * i));
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    private float sum(long at, int count) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < count; i += COUNT) {
            sum = sum.add(load(memory, at + 4L * i));
        }
        return Lanes.sum(sum);
    }

    /// Adds the weighted values of `count` positions from `first` on to a query's sums.
    ///
    /// @param at byte of the first position's values
    private void accumulate(long at, int index, int first, int count, float correction) {
        long weights = scoreAt(index, first);
        int c = 0;
        for (; c + 4 * COUNT <= valueColumns; c += 4 * COUNT) {
            accumulateFour(at + 4L * c, weights, count, sumAt(index) + 4L * c, correction);
        }
        for (; c < valueColumns; c += COUNT) {
            accumulateOne(at + 4L * c, weights, count, sumAt(index) + 4L * c, correction);
        }
    }

    private void accumulateFour(long values, long weights, int count, long sums, float correction) {
        FloatVector a = load(memory, sums).mul(correction);
        FloatVector b = load(memory, sums + SIZE).mul(correction);
        FloatVector c = load(memory, sums + 2 * SIZE).mul(correction);
        FloatVector d = load(memory, sums + 3 * SIZE).mul(correction);
        long at = values;
        for (int p = 0; p < count; p++) {
            FloatVector weight = FloatVector.broadcast(FLOATS, get(memory, weights + 4L * p));
            a = load(memory, at).fma(weight, a);
            b = load(memory, at + SIZE).fma(weight, b);
            c = load(memory, at + 2 * SIZE).fma(weight, c);
            d = load(memory, at + 3 * SIZE).fma(weight, d);
            at += 4L * valueColumns;
        }
        a.intoMemorySegment(memory, sums, ORDER);
        b.intoMemorySegment(memory, sums + SIZE, ORDER);
        c.intoMemorySegment(memory, sums + 2 * SIZE, ORDER);
        d.intoMemorySegment(memory, sums + 3 * SIZE, ORDER);
    }

    private void accumulateOne(long values, long weights, int count, long sums, float correction) {
        FloatVector a = load(memory, sums).mul(correction);
        long at = values;
        for (int p = 0; p < count; p++) {
            a = load(memory, at).fma(FloatVector.broadcast(FLOATS, get(memory, weights + 4L * p)), a);
            at += 4L * valueColumns;
        }
        a.intoMemorySegment(memory, sums, ORDER);
    }

    /// Divides a query's sums by the sum of its weights.
    private void finish(int kv, int q) {
        int index = kv * tiled + q;
        int size = operands.attention().valueSize();
        Tensor out = operands.out();
        long to = row(q) * out.rowBytes() + 4L * head(kv, q) * size;
        for (int c = 0; c < size; c++) {
            set(out.data(), to + 4L * c, get(memory, sumAt(index) + 4L * c) / totals[index]);
        }
    }

    /// One chunk's keys or values as floats in scratch memory: the rows of one head after another's.
    private final class Decoded {
        private final Tensor slots;
        private final RowFormat format;
        private final int size;
        private final int columns;
        private final long at;

        /// @param size elements of a head
        /// @param at byte in scratch memory where they go
        Decoded(Tensor slots, int size, long at) {
            this.slots = slots;
            this.size = size;
            this.at = at;
            format = RowFormat.of(slots.type());
            columns = Lanes.padded(size);
        }

        /// Byte behind the last.
        long end() {
            return at + 4L * kvHeads * CHUNK * columns;
        }

        /// Byte of a position of the chunk.
        long at(int kv, int position) {
            return at + 4L * (kv * CHUNK + position) * columns;
        }

        Tile.Rows rows(int kv) {
            return new Tile.Rows(memory, at(kv, 0), 4L * columns);
        }

        /// Decodes `count` positions from `from` on, in the order in which the cache has them.
        void decode(int from, int count) {
            int[] table = operands.batch().tables()[operands.batch().sequences()[item.row()]];
            int blockSize = operands.cache().blockSize();
            // Divisions are slow: once for a block of slots, not for each position.
            for (int p = 0; p < count; ) {
                long slot = operands.cache().slot(table, from + p) * slots.rowBytes();
                int end = Math.min(count, p + blockSize - (from + p) % blockSize);
                if (size % slots.type().blockElements() == 0) {
                    decodeWhole(slot, p, end);
                } else {
                    decodeParts(slot, p, end);
                }
                p = end;
            }
        }

        /// Heads of whole blocks of the cache's format, from the slot at byte `slot` on.
        private void decodeWhole(long slot, int from, int to) {
            long headBytes = slots.type().bytes(size);
            long head = slot + firstKvHead * headBytes;
            for (int p = from; p < to; p++) {
                for (int kv = 0; kv < kvHeads; kv++) {
                    format.decode(slots.data(), head + kv * headBytes, memory, at(kv, p), size, workspace.buffer);
                }
                head += slots.rowBytes();
            }
        }

        /// Heads that start or end within a block.
        private void decodeParts(long slot, int from, int to) {
            int block = slots.type().blockElements();
            for (int kv = 0; kv < kvHeads; kv++) {
                int lead = (firstKvHead + kv) * size % block;
                int whole = Math.ceilDiv(lead + size, block) * block;
                long head = slot + slots.type().bytes((firstKvHead + kv) * size - lead);
                for (int p = from; p < to; p++) {
                    format.decode(slots.data(), head, workspace.panel, 0, whole, workspace.buffer);
                    F32Rows.INSTANCE.decode(workspace.panel, 4L * lead, memory, at(kv, p), size, workspace.buffer);
                    head += slots.rowBytes();
                }
            }
        }
    }
}
