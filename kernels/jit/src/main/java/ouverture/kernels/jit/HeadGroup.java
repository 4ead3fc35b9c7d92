package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import ouverture.tensor.Attention;
import ouverture.tensor.Tensor;

/// Attention of some rows and heads that share a key/value head, chunk by chunk of positions with a running
/// maximum and sum (arXiv 2205.14135), and segment by segment, whose sums are computed apart and then merged in
/// order (arXiv 2311.01282). Chunks and segments start at fixed positions, and no query's sums meet another's, so
/// that neither the split into items nor the rest of the batch changes a bit. Queries follow each other row by
/// row.
///
/// Keys are transposed first: a score then is one lane of a sum of vectors, one column of the head after another,
/// whoever it is for, and no sum has to be taken across lanes.
///
/// The steps: [#begin], and for each segment [#beginSegment], [#attend] for its chunks and [#endSegment], then
/// [#finish]. Or [#beginSegment], [#attend] and [#save] by whoever has a segment, and then [#begin], [#merge] and
/// [#finish].
final class HeadGroup {
    /// Positions of a chunk.
    static final int CHUNK = 128;

    /// Bytes from the scores of a query to those of the next.
    static final int SCORE_BYTES = Float.BYTES * CHUNK;

    /// Positions of a segment.
    static final int SEGMENT = 8 * CHUNK;

    /// Queries from which on values are decoded once instead of by every few queries that read them.
    private static final int MANY = 12;

    /// Where the strides for the scores, then those for the values, the cap on scores and the factor on them are
    /// in the scratch memory.
    private static final long VALUE_STRIDES = WeightedSums.Strides.BYTES;

    private static final long CAP = 2 * WeightedSums.Strides.BYTES;
    private static final long SCALE = CAP + Float.BYTES;
    private static final long CONSTANTS_END = 128;

    private static final float[] UNSEEN = new float[CHUNK];

    static {
        Arrays.fill(UNSEEN, Float.NEGATIVE_INFINITY);
    }

    private final PagedAttention.Operands operands;
    private final PagedAttention.Item item;
    private final AttentionRoutines routines;
    private final MemorySegment memory;
    private final MemorySegment shared;

    /// Byte of the shared memory where decoded keys or values begin.
    private final long decodedAt;

    private final int queries;
    private final Places places;
    private final CachedHead keys;
    private final CachedHead values;
    private final boolean decodesValues;
    private final WeightedSums.Strides scoreStrides;
    private final WeightedSums.Strides valueStrides;

    /// @param memory [#bytes] of scratch memory
    /// @param shared [#sharedBytes] of scratch memory
    HeadGroup(
            PagedAttention.Operands operands,
            PagedAttention.Item item,
            AttentionRoutines routines,
            MemorySegment memory,
            MemorySegment shared) {
        this.operands = operands;
        this.item = item;
        this.routines = routines;
        this.memory = memory;
        this.shared = shared;
        decodedAt = matrixBytes(routines);
        queries = item.rows() * item.heads();
        places = Places.of(routines, queries);
        keys = new CachedHead(operands, item, operands.cache().keys(), routines.key);
        values = new CachedHead(operands, item, operands.cache().values(), routines.value);
        decodesValues = queries >= MANY || !routines.value.inPlace();
        scoreStrides = WeightedSums.Strides.write(
                memory, 0, Transposition.ROW_BYTES, routines.key.decodedBytes(), SCORE_BYTES);
        long valueBytes = decodesValues ? routines.value.decodedBytes() : values.rowBytes();
        valueStrides =
                WeightedSums.Strides.write(memory, VALUE_STRIDES, valueBytes, SCORE_BYTES, routines.sums.bytes());
        memory.set(JAVA_FLOAT, CAP, operands.attention().softcap());
        memory.set(JAVA_FLOAT, SCALE, operands.attention().scale());
    }

    /// Bytes of scratch memory that some queries take, a multiple of 64.
    static long bytes(AttentionRoutines routines, int queries) {
        return Math.ceilDiv(Places.of(routines, queries).end, 64L) * 64;
    }

    /// Bytes of the scratch memory that a worker's groups share, a multiple of 64: some keys, transposed, and the
    /// chunk's keys or values, decoded.
    static long sharedBytes(AttentionRoutines routines) {
        long decoded = CHUNK * Math.max(routines.key.decodedBytes(), routines.value.decodedBytes());
        return matrixBytes(routines) + decoded;
    }

    private static long matrixBytes(AttentionRoutines routines) {
        return (long) routines.key.columns() * Transposition.ROW_BYTES;
    }

    /// Bytes of the scratch memory where each kind of content begins.
    ///
    /// @param sums of the segment, of each query
    /// @param merged sums of the segments so far, of each query
    private record Places(long queries, long scores, long sums, long merged, long end) {
        static Places of(AttentionRoutines routines, int queries) {
            long scores = CONSTANTS_END + queries * routines.key.decodedBytes();
            long sums = scores + (long) queries * SCORE_BYTES;
            long merged = sums + (long) queries * routines.sums.bytes();
            return new Places(CONSTANTS_END, scores, sums, merged, merged + (long) queries * routines.sums.bytes());
        }
    }

    /// Nothing is summed up yet. A sink is a score that came before all others.
    void begin() {
        memory.asSlice(places.merged, places.end - places.merged).fill((byte) 0);
        Tensor sinks = operands.attention().sinks();
        for (int q = 0; q < queries; q++) {
            float sink = sinks == null ? Float.NEGATIVE_INFINITY : sinks.data().get(JAVA_FLOAT_UNALIGNED, 4L * head(q));
            memory.set(JAVA_FLOAT, merged(q) + routines.sums.largest(), sink);
            memory.set(JAVA_FLOAT, merged(q) + routines.sums.total(), sinks == null ? 0 : 1);
        }
    }

    /// Begins to sum up a segment.
    void beginSegment() {
        copyQueries();
        memory.asSlice(places.sums, places.merged - places.sums).fill((byte) 0);
        for (int q = 0; q < queries; q++) {
            memory.set(JAVA_FLOAT, sum(q) + routines.sums.largest(), Float.NEGATIVE_INFINITY);
        }
    }

    /// Merges the segment that begins at a position.
    void endSegment(int segment) {
        int first = firstRow(segment);
        int count = (endRow(segment + SEGMENT) - first) * item.heads();
        long base = memory.address();
        int bytes = routines.sums.bytes();
        if (count > 0) {
            int q = first * item.heads();
            NativeCalls.call(routines.merging, base + merged(q), base + sum(q), bytes, count, 0, 0);
        }
    }

    PagedAttention.Item item() {
        return item;
    }

    /// Copies the segment's sums to a table of [QuerySums].
    ///
    /// @param first number of the first query's sums in it
    /// @param stride sums from one head to the next
    void save(MemorySegment to, long first, int stride) {
        for (int q = 0; q < queries; q++) {
            MemorySegment.copy(memory, sum(q), to, saved(q, first, stride), routines.sums.bytes());
        }
    }

    /// Merges sums that were saved of the segment that begins at a position.
    void merge(MemorySegment from, long first, int stride, int segment) {
        long bytes = (long) stride * routines.sums.bytes();
        int end = endRow(segment + SEGMENT);
        for (int r = firstRow(segment); r < end; r++) {
            int q = r * item.heads();
            long at = from.address() + saved(q, first, stride);
            NativeCalls.call(routines.merging, memory.address() + merged(q), at, bytes, item.heads(), 0, 0);
        }
    }

    private long saved(int q, long first, int stride) {
        long heads = (long) q / item.heads() * operands.attention().heads() + q % item.heads();
        return (first + heads * stride) * routines.sums.bytes();
    }

    /// The first of the item's rows that stands at a position or behind it.
    private int firstRow(int position) {
        int row = 0;
        while (row < item.rows() && position(row) < position) {
            row++;
        }
        return row;
    }

    /// The first of the item's rows that sees only positions from one on.
    private int endRow(int position) {
        int row = item.rows();
        while (row > 0 && operands.attention().firstVisible(position(row - 1)) >= position) {
            row--;
        }
        return row;
    }

    private int position(int row) {
        return operands.batch().positions()[item.row() + row];
    }

    /// Copies the queries. Whether their scores or they themselves are scaled is the same.
    private void copyQueries() {
        Tensor query = operands.query();
        int size = routines.key.size();
        long base = memory.address();
        memory.asSlice(places.queries, places.scores - places.queries).fill((byte) 0);
        for (int q = 0; q < queries; q++) {
            long from = query.data().address() + row(q) * query.rowBytes() + 4L * head(q) * size;
            scale(base + places.queries + q * routines.key.decodedBytes(), from, size, base + SCALE);
        }
    }

    private int row(int q) {
        return item.row() + q / item.heads();
    }

    private int head(int q) {
        return item.head() + q % item.heads();
    }

    private long scores(int q, int position) {
        return places.scores + (long) q * SCORE_BYTES + 4L * position;
    }

    private long sum(int q) {
        return places.sums + (long) q * routines.sums.bytes();
    }

    private long merged(int q) {
        return places.merged + (long) q * routines.sums.bytes();
    }

    /// Attends to positions `start` to `count` of the chunk that begins at `from`.
    void attend(int from, int start, int count) {
        boolean inPlace = routines.key.plain() && keys.keepsTogether(routines.lanes);
        if (!inPlace) {
            long to = decodedAt + start * routines.key.decodedBytes();
            keys.decode(routines.keyDecoding, from + start, from + count, shared, to);
        }
        for (int tile = start / Transposition.ROWS * Transposition.ROWS; tile < count; tile += Transposition.ROWS) {
            int first = Math.max(start, tile) / routines.lanes * routines.lanes;
            int end = Math.min(count, tile + Transposition.ROWS);
            int last = Math.ceilDiv(end, routines.lanes) * routines.lanes;
            if (inPlace) {
                transpose(from, tile, first, last);
            } else {
                transposeDecoded(tile, first, last);
            }
            score(from, tile, end);
        }
        if (decodesValues) {
            long to = decodedAt + start * routines.value.decodedBytes();
            values.decode(routines.valueDecoding, from + start, from + count, shared, to);
        }
        Attention attention = operands.attention();
        for (int row = 0; row < item.rows(); ) {
            int first = Math.max(0, attention.firstVisible(position(row)) - from);
            int end = Math.min(count, position(row) + 1 - from);
            int next = row + 1;
            while (next < item.rows()
                    && Math.max(0, attention.firstVisible(position(next)) - from) == first
                    && Math.min(count, position(next) + 1 - from) == end) {
                next++;
            }
            if (first < end) {
                int q = row * item.heads();
                weigh(q, (next - row) * item.heads(), first, end);
                addValues(q, (next - row) * item.heads(), from, first, end);
            }
            row = next;
        }
    }

    /// Transposes the keys of positions `first` to `end`, which are whole vectors, of the chunk that begins at
    /// `from`. Of those that no row sees, scores mean nothing.
    ///
    /// @param tile position of the first column of the matrix
    private void transpose(int from, int tile, int first, int end) {
        for (int p = first; p < end; ) {
            int run = keys.run(from + p, from + end);
            NativeCalls.call(
                    routines.transposition,
                    keys.address(from + p),
                    shared.address() + 4L * (p - tile),
                    run / routines.lanes,
                    routines.key.columns() / routines.lanes,
                    keys.rowBytes(),
                    keys.distanceAhead(from + p));
            p += run;
        }
    }

    /// As the other, from decoded keys.
    private void transposeDecoded(int tile, int first, int end) {
        NativeCalls.call(
                routines.decodedTransposition,
                shared.address() + decodedAt + first * routines.key.decodedBytes(),
                shared.address() + 4L * (first - tile),
                (end - first) / routines.lanes,
                routines.key.columns() / routines.lanes,
                routines.key.decodedBytes(),
                0);
    }

    /// Scores of the queries that see some of positions `from + tile` to `from + end` with their transposed keys.
    private void score(int from, int tile, int end) {
        int first = firstRow(from + tile) * item.heads();
        int count = endRow(from + end) * item.heads() - first;
        if (count > 0) {
            routines.scores.add(
                    scoreStrides,
                    shared.address(),
                    routines.key.columns(),
                    memory.address() + places.queries + first * routines.key.decodedBytes(),
                    memory.address() + scores(first, tile),
                    count,
                    Math.ceilDiv(end - tile, routines.scores.columns()));
        }
    }

    /// Turns scores with positions `start` to `end` of `count` queries that see just these into weights, and
    /// shrinks the sums to match.
    private void weigh(int first, int count, int start, int end) {
        int lanes = routines.lanes;
        int from = start / lanes * lanes;
        int to = Math.ceilDiv(end, lanes) * lanes;
        long base = memory.address();
        for (int q = first; q < first + count; q++) {
            if (operands.attention().softcap() != 0) {
                NativeCalls.call(routines.capped, base + scores(q, start), end - start, base + CAP, 0, 0, 0);
            }
            MemorySegment.copy(UNSEEN, 0, memory, JAVA_FLOAT, scores(q, from), start - from);
            MemorySegment.copy(UNSEEN, 0, memory, JAVA_FLOAT, scores(q, end), to - end);
        }
        NativeCalls.call(
                routines.softmax, base + scores(first, from), (to - from) / lanes, base + sum(first), count, 0, 0);
    }

    private void scale(long to, long from, int count, long factor) {
        NativeCalls.call(routines.scaled, to, from, count, factor, 0, 0);
    }

    /// Adds weighted values of positions `start` to `end` of the chunk that begins at `from` to the sums of
    /// `count` queries.
    private void addValues(int first, int count, int from, int start, int end) {
        WeightedSums products = decodesValues ? routines.decodedValues : routines.cachedValues;
        int pieces = routines.value.columns() / products.columns();
        long base = memory.address();
        for (int p = start; p < end; ) {
            int run = decodesValues ? end - p : values.run(from + p, from + end);
            long rows = shared.address() + decodedAt + p * routines.value.decodedBytes();
            if (!decodesValues) {
                rows = values.address(from + p);
                WeightedSums.Strides.setAhead(memory, VALUE_STRIDES, values.distanceAhead(from + p));
            }
            products.add(valueStrides, rows, run, base + scores(first, p), base + sum(first), count, pieces);
            p += run;
        }
    }

    /// Divides the merged sums by the sums of their weights: the result.
    void finish() {
        Tensor out = operands.out();
        int size = routines.value.size();
        for (int q = 0; q < queries; q++) {
            long factor = merged(q) + routines.sums.factor();
            memory.set(JAVA_FLOAT, factor, 1 / memory.get(JAVA_FLOAT, merged(q) + routines.sums.total()));
            long to = out.data().address() + row(q) * out.rowBytes() + 4L * head(q) * size;
            scale(to, memory.address() + merged(q), size, memory.address() + factor);
        }
    }
}
