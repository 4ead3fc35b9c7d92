package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.COUNT;
import static ouverture.kernels.vector.Lanes.FLOATS;
import static ouverture.kernels.vector.Lanes.ORDER;
import static ouverture.kernels.vector.Lanes.SIZE;
import static ouverture.kernels.vector.Lanes.get;
import static ouverture.kernels.vector.Lanes.load;
import static ouverture.kernels.vector.Lanes.set;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// Attention of some queries that share keys and values, chunk by chunk of positions with a running maximum and
/// sum (arXiv 2205.14135). Chunks start at fixed positions, and no query's sums meet another's, so that neither
/// the split into items nor the rest of the batch changes a bit.
final class HeadGroup {
    /// Positions of a chunk: keys and values of 64 x 64 floats fit in a first-level cache.
    private static final int CHUNK = 64;

    private final PagedAttention.Operands operands;
    private final PagedAttention.Item item;
    private final Workspace workspace;
    private final int queries;
    private final int keyColumns;
    private final int valueColumns;

    /// Scratch memory and where its parts start.
    private final MemorySegment memory;

    private final long queriesAt = 0;
    private final long keysAt;
    private final long valuesAt;
    private final long scoresAt;
    private final long sumsAt;

    /// Per query: largest score so far, and the sum of the exponentials.
    private final float[] maxima;

    private final float[] totals;

    HeadGroup(PagedAttention.Operands operands, PagedAttention.Item item, Workspace workspace) {
        this.operands = operands;
        this.item = item;
        this.workspace = workspace;
        queries = item.rows() * item.heads();
        keyColumns = Lanes.padded(operands.attention().keySize());
        valueColumns = Lanes.padded(operands.attention().valueSize());
        long tiled = Math.ceilDiv(queries, Tile.ROWS) * (long) Tile.ROWS;
        keysAt = queriesAt + 4 * tiled * keyColumns;
        valuesAt = keysAt + 4L * CHUNK * keyColumns;
        scoresAt = valuesAt + 4L * CHUNK * valueColumns;
        sumsAt = scoresAt + 4 * tiled * CHUNK;
        memory = workspace.attention.segment(sumsAt + 4L * queries * valueColumns);
        maxima = new float[queries];
        totals = new float[queries];
    }

    void attend() {
        Batch batch = operands.batch();
        for (int q = 0; q < queries; q++) {
            Tensor query = operands.query();
            long at = row(q) * query.rowBytes()
                    + 4L * head(q) * operands.attention().keySize();
            F32Rows.INSTANCE.decode(
                    query.data(), at, memory, queryAt(q), operands.attention().keySize(), workspace.buffer);
            maxima[q] = Float.NEGATIVE_INFINITY;
        }
        memory.asSlice(sumsAt, 4L * queries * valueColumns).fill((byte) 0);
        int end = batch.positions()[item.row() + item.rows() - 1] + 1;
        for (int from = 0; from < end; from += CHUNK) {
            attend(from, Math.min(CHUNK, end - from));
        }
        for (int q = 0; q < queries; q++) {
            finish(q);
        }
    }

    private int row(int q) {
        return item.row() + q / item.heads();
    }

    private int head(int q) {
        return item.head() + q % item.heads();
    }

    private long queryAt(int q) {
        return queriesAt + 4L * q * keyColumns;
    }

    private long scoreAt(int q, int position) {
        return scoresAt + 4L * (q * CHUNK + position);
    }

    private long sumAt(int q) {
        return sumsAt + 4L * q * valueColumns;
    }

    private void attend(int from, int count) {
        Attention attention = operands.attention();
        KvCache.Layer cache = operands.cache();
        int kvHead = item.head() / (attention.heads() / attention.kvHeads());
        decode(cache.keys(), kvHead, attention.keySize(), from, count, keysAt, keyColumns);
        decode(cache.values(), kvHead, attention.valueSize(), from, count, valuesAt, valueColumns);
        score(count);
        for (int q = 0; q < queries; q++) {
            int visible = Math.min(count, operands.batch().positions()[row(q)] + 1 - from);
            if (visible > 0) {
                float correction = softmax(q, visible);
                accumulate(q, visible, correction);
            }
        }
    }

    /// Keys or values of `count` positions from `from` on, as floats.
    private void decode(Tensor slots, int head, int size, int from, int count, long to, int columns) {
        RowFormat format = RowFormat.of(slots.type());
        int block = slots.type().blockElements();
        int[] table = operands.batch().tables()[operands.batch().sequences()[item.row()]];
        // A head may start within a block.
        int lead = head * size % block;
        int whole = Math.ceilDiv(lead + size, block) * block;
        long skip = slots.type().bytes(head * size - lead);
        for (int p = 0; p < count; p++) {
            long at = operands.cache().slot(table, from + p) * slots.rowBytes() + skip;
            long target = to + 4L * p * columns;
            if (whole == size) {
                format.decode(slots.data(), at, memory, target, size, workspace.buffer);
            } else {
                format.decode(slots.data(), at, workspace.panel, 0, whole, workspace.buffer);
                F32Rows.INSTANCE.decode(workspace.panel, 4L * lead, memory, target, size, workspace.buffer);
            }
        }
    }

    /// Scores of all queries with `count` positions.
    private void score(int count) {
        float scale = operands.attention().scale();
        Tile.Rows keys = new Tile.Rows(memory, keysAt, 4L * keyColumns);
        Tile.Rows inputs = new Tile.Rows(memory, queriesAt, 4L * keyColumns);
        for (int q = 0; q < queries; q += Tile.ROWS) {
            for (int p = 0; p < count; p += Tile.ROWS) {
                Tile.multiply(keys, p, inputs, q, keyColumns, workspace.lanes);
                for (int i = 0; i < Tile.ROWS; i++) {
                    for (int j = 0; j < Tile.ROWS; j++) {
                        set(memory, scoreAt(q + i, p + j), Tile.sum(workspace.lanes, j, i) * scale);
                    }
                }
            }
        }
    }

    /// Turns the first `visible` scores of a query into exponentials of their distance to the maximum.
    ///
    /// @return the factor on what was summed with the maximum before
    private float softmax(int q, int visible) {
        int padded = Lanes.padded(visible);
        for (int p = visible; p < padded; p++) {
            set(memory, scoreAt(q, p), Float.NEGATIVE_INFINITY);
        }
        long at = scoreAt(q, 0);
        float maximum = largest(at, padded, maxima[q]);
        Exponential.replace(memory, at, padded, 1, maximum);
        float correction = (float) StrictMath.exp(maxima[q] - maximum);
        totals[q] = totals[q] * correction + sum(at, padded);
        maxima[q] = maximum;
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

    /// Adds the weighted values of the first `visible` positions to a query's sums.
    private void accumulate(int q, int visible, float correction) {
        int c = 0;
        for (; c + 4 * COUNT <= valueColumns; c += 4 * COUNT) {
            accumulateFour(valuesAt + 4L * c, scoreAt(q, 0), visible, sumAt(q) + 4L * c, correction);
        }
        for (; c < valueColumns; c += COUNT) {
            accumulateOne(valuesAt + 4L * c, scoreAt(q, 0), visible, sumAt(q) + 4L * c, correction);
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
    private void finish(int q) {
        int size = operands.attention().valueSize();
        Tensor out = operands.out();
        long to = row(q) * out.rowBytes() + 4L * head(q) * size;
        for (int c = 0; c < size; c++) {
            set(out.data(), to + 4L * c, get(memory, sumAt(q) + 4L * c) / totals[q]);
        }
    }
}
