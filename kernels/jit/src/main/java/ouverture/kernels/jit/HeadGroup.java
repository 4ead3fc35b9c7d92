package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import ouverture.tensor.Attention;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.Tensor;

/// Attention of some rows and heads that share a key/value head, chunk by chunk of positions with a running
/// maximum and sum (arXiv 2205.14135), and segment by segment, whose sums are computed apart and then merged in
/// order (arXiv 2311.01282). Chunks and segments start at fixed positions, and no query's sums meet another's, so
/// that neither the split into items nor the rest of the batch changes a bit. Queries follow each other row by
/// row.
///
/// The steps: [#begin], and for each segment [#beginSegment], [#attend] for its chunks and [#endSegment], then
/// [#finish]. Or [#beginSegment], [#attend] and [#save] by whoever has a segment, and then [#begin], [#merge] and
/// [#finish].
final class HeadGroup {
    /// Positions of a chunk: keys and values of 128 x 64 halves fit in a first-level cache.
    static final int CHUNK = 128;

    /// Positions of a segment.
    static final int SEGMENT = 8 * CHUNK;

    /// Positions ahead that keys and values are asked of the memory: they lie too far apart for processors to
    /// foresee them.
    private static final int AHEAD = 64;

    /// Where a table has the bytes to what is asked of the memory.
    private static final long DISTANCE = 3 * JAVA_LONG.byteSize();

    private static final long TABLE_BYTES = DISTANCE + JAVA_LONG.byteSize();

    /// Bytes of the scratch memory where the factor on the scores and their cap are, behind two tables of
    /// strides.
    private static final long SCALE = 2 * TABLE_BYTES;

    private static final long CAP = SCALE + Float.BYTES;
    private static final long CONSTANTS_END = 128;

    /// What is kept of each query's segments so far, merged: the largest score, the sum of the exponentials, and
    /// where the factors go that the merged sums and those of the next segment are multiplied with.
    private static final int MERGED_LARGEST = 0;

    private static final int MERGED_TOTAL = 4;
    private static final int KEPT = 8;
    private static final int ADDED = 12;
    private static final int MERGED_BYTES = 16;

    private final PagedAttention.Operands operands;
    private final PagedAttention.Item item;
    private final AttentionRoutines routines;
    private final MemorySegment memory;
    private final int queries;
    private final Side keys;
    private final Side values;

    private final Places places;

    /// @param memory [#bytes] of scratch memory
    HeadGroup(
            PagedAttention.Operands operands,
            PagedAttention.Item item,
            AttentionRoutines routines,
            MemorySegment memory) {
        this.operands = operands;
        this.item = item;
        this.routines = routines;
        this.memory = memory;
        queries = item.rows() * item.heads();
        AttentionRoutines.Format key = routines.key;
        AttentionRoutines.Format value = routines.value;
        places = Places.of(routines, queries);
        keys = new Side(operands.cache().keys(), key, places.keys);
        values = new Side(operands.cache().values(), value, places.values);
        writeTable(0, keys.rowBytes, 4L * key.columns(), 4L * CHUNK);
        writeTable(TABLE_BYTES, values.rowBytes, 4L * CHUNK, 4L * value.columns());
        memory.set(JAVA_FLOAT, SCALE, operands.attention().scale());
        memory.set(JAVA_FLOAT, CAP, operands.attention().softcap());
    }

    /// Bytes of scratch memory that some queries take, a multiple of 64.
    static long bytes(AttentionRoutines routines, int queries) {
        return Math.ceilDiv(Places.of(routines, queries).end, 64L) * 64;
    }

    /// Bytes that a query's sums of a segment take where they are saved.
    static long savedBytes(AttentionRoutines routines) {
        return 4L * routines.value.columns() + Softmax.BYTES;
    }

    /// Bytes of the scratch memory where each kind of content begins.
    ///
    /// @param sums of the segment
    /// @param states of the segment, for [Softmax]
    private record Places(
            long queries,
            long scores,
            long sums,
            long states,
            long mergedSums,
            long mergedStates,
            long keys,
            long values,
            long end) {
        static Places of(AttentionRoutines routines, int queries) {
            long scores = CONSTANTS_END + 4L * queries * routines.key.columns();
            long sums = scores + 4L * queries * CHUNK;
            long states = sums + 4L * queries * routines.value.columns();
            long mergedSums = states + (long) queries * Softmax.BYTES;
            long mergedStates = mergedSums + 4L * queries * routines.value.columns();
            long keys = mergedStates + (long) queries * MERGED_BYTES;
            long values = keys + routines.key.decodedBytes();
            long end = values + routines.value.decodedBytes();
            return new Places(CONSTANTS_END, scores, sums, states, mergedSums, mergedStates, keys, values, end);
        }
    }

    private void writeTable(long at, long... strides) {
        for (int i = 0; i < strides.length; i++) {
            memory.set(JAVA_LONG, at + i * JAVA_LONG.byteSize(), strides[i]);
        }
    }

    /// Nothing is summed up yet. A sink is a score that came before all others.
    void begin() {
        memory.asSlice(places.mergedSums, places.mergedStates - places.mergedSums)
                .fill((byte) 0);
        Tensor sinks = operands.attention().sinks();
        for (int q = 0; q < queries; q++) {
            float sink = sinks == null ? Float.NEGATIVE_INFINITY : sinks.data().get(JAVA_FLOAT_UNALIGNED, 4L * head(q));
            memory.set(JAVA_FLOAT, merged(q) + MERGED_LARGEST, sink);
            memory.set(JAVA_FLOAT, merged(q) + MERGED_TOTAL, sinks == null ? 0 : 1);
        }
    }

    /// Begins to sum up a segment.
    void beginSegment() {
        copyQueries();
        memory.asSlice(places.sums, places.states - places.sums).fill((byte) 0);
        Attention attention = operands.attention();
        for (int q = 0; q < queries; q++) {
            memory.set(JAVA_FLOAT, state(q) + Softmax.FACTOR, attention.softcap() == 0 ? attention.scale() : 1);
            memory.set(JAVA_FLOAT, state(q) + Softmax.LARGEST, Float.NEGATIVE_INFINITY);
            memory.set(JAVA_FLOAT, state(q) + Softmax.TOTAL, 0);
        }
    }

    /// Merges the segment.
    void endSegment() {
        for (int q = 0; q < queries; q++) {
            float largest = memory.get(JAVA_FLOAT, state(q) + Softmax.LARGEST);
            float total = memory.get(JAVA_FLOAT, state(q) + Softmax.TOTAL);
            merge(q, memory.address() + sum(q), largest, total);
        }
    }

    PagedAttention.Item item() {
        return item;
    }

    /// Copies the segment's sums to a table, each of [#savedBytes].
    ///
    /// @param first number of the first query's sums in it
    /// @param stride sums from one head to the next
    void save(MemorySegment to, long first, int stride) {
        long bytes = 4L * routines.value.columns();
        for (int q = 0; q < queries; q++) {
            long at = saved(q, first, stride);
            MemorySegment.copy(memory, sum(q), to, at, bytes);
            MemorySegment.copy(memory, state(q), to, at + bytes, Softmax.BYTES);
        }
    }

    /// Merges sums that were saved.
    void merge(MemorySegment from, long first, int stride) {
        long state = 4L * routines.value.columns();
        for (int q = 0; q < queries; q++) {
            long at = saved(q, first, stride);
            float largest = from.get(JAVA_FLOAT, at + state + Softmax.LARGEST);
            float total = from.get(JAVA_FLOAT, at + state + Softmax.TOTAL);
            merge(q, from.address() + at, largest, total);
        }
    }

    private long saved(int q, long first, int stride) {
        long heads = (long) q / item.heads() * operands.attention().heads() + q % item.heads();
        return (first + heads * stride) * savedBytes(routines);
    }

    /// Adds a segment's sums to those of the segments before. A segment that the query does not see changes
    /// nothing.
    private void merge(int q, long sums, float largest, float total) {
        if (total == 0 && largest == Float.NEGATIVE_INFINITY) {
            return;
        }
        long state = merged(q);
        float before = memory.get(JAVA_FLOAT, state + MERGED_LARGEST);
        float next = Math.max(before, largest);
        float kept = (float) Math.exp(before - next);
        float added = (float) Math.exp(largest - next);
        memory.set(JAVA_FLOAT, state + MERGED_LARGEST, next);
        memory.set(
                JAVA_FLOAT, state + MERGED_TOTAL, kept * memory.get(JAVA_FLOAT, state + MERGED_TOTAL) + added * total);
        memory.set(JAVA_FLOAT, state + KEPT, kept);
        memory.set(JAVA_FLOAT, state + ADDED, added);
        long to = memory.address() + mergedSum(q);
        int columns = routines.value.columns();
        scale(to, to, columns, memory.address() + state + KEPT);
        NativeCalls.call(routines.scaledMore, to, sums, columns, memory.address() + state + ADDED, 0, 0);
    }

    private void copyQueries() {
        Tensor query = operands.query();
        int size = routines.key.size();
        int columns = routines.key.columns();
        memory.asSlice(places.queries, places.scores - places.queries).fill((byte) 0);
        for (int q = 0; q < queries; q++) {
            long at = row(q) * query.rowBytes() + 4L * head(q) * size;
            MemorySegment.copy(query.data(), at, memory, places.queries + 4L * q * columns, 4L * size);
        }
    }

    private int row(int q) {
        return item.row() + q / item.heads();
    }

    private int head(int q) {
        return item.head() + q % item.heads();
    }

    private long state(int q) {
        return places.states + (long) q * Softmax.BYTES;
    }

    private long score(int q, int position) {
        return places.scores + 4L * ((long) q * CHUNK + position);
    }

    private long sum(int q) {
        return places.sums + 4L * q * routines.value.columns();
    }

    private long merged(int q) {
        return places.mergedStates + (long) q * MERGED_BYTES;
    }

    private long mergedSum(int q) {
        return places.mergedSums + 4L * q * routines.value.columns();
    }

    /// Attends to positions `start` to `count` of the chunk that begins at `from`.
    void attend(int from, int start, int count) {
        keys.prepare(from, start, count);
        for (int p = start; p < count; ) {
            int run = keys.run(from, p, count);
            memory.set(JAVA_LONG, DISTANCE, keys.distanceAhead(from + p));
            score(keys.at(from, p), p, run);
            p += run;
        }
        values.prepare(from, start, count);
        int[] positions = operands.batch().positions();
        for (int r = 0; r < item.rows(); r++) {
            int position = positions[item.row() + r];
            int first = Math.max(0, operands.attention().firstVisible(position) - from);
            int visible = Math.min(count, position + 1 - from);
            if (first < visible) {
                weigh(r * item.heads(), first, visible - first);
                for (int p = first; p < visible; ) {
                    int run = values.run(from, p, visible);
                    memory.set(JAVA_LONG, TABLE_BYTES + DISTANCE, values.distanceAhead(from + p));
                    addValues(r * item.heads(), values.at(from, p), p, run);
                    p += run;
                }
            }
        }
    }

    /// Scores of all queries with `count` keys at an address.
    private void score(long at, int position, int count) {
        int groups = count / DotProducts.ROWS;
        int done = groups * DotProducts.ROWS;
        int most = routines.scores.length;
        long base = memory.address();
        for (int q = 0; q < queries; q += most) {
            int tile = Math.min(most, queries - q) - 1;
            long query = base + places.queries + 4L * q * routines.key.columns();
            long out = base + score(q, position);
            if (groups > 0) {
                MemorySegment routine = q == 0 ? routines.firstScores[tile] : routines.scores[tile];
                NativeCalls.call(routine, at, query, out, groups, routines.keySteps, base);
            }
            if (done < count) {
                long rest = at + done * keys.rowBytes;
                NativeCalls.call(
                        routines.singleScores[tile],
                        rest,
                        query,
                        out + 4L * done,
                        count - done,
                        routines.keySteps,
                        base);
            }
        }
    }

    /// Turns `count` of a row's scores into weights, and shrinks its sums to match.
    ///
    /// @param first query of the row
    private void weigh(int first, int position, int count) {
        long base = memory.address();
        for (int q = first; q < first + item.heads(); q++) {
            long state = base + state(q);
            long scores = base + score(q, position);
            if (operands.attention().softcap() != 0) {
                scale(scores, scores, count, base + SCALE);
                NativeCalls.call(routines.capped, scores, count, base + CAP, 0, 0, 0);
            }
            NativeCalls.call(routines.softmax, scores, count, state, 0, 0, 0);
            scale(base + sum(q), base + sum(q), routines.value.columns(), state + Softmax.CORRECTION);
        }
    }

    private void scale(long to, long from, int count, long factor) {
        NativeCalls.call(routines.scaled, to, from, count, factor, 0, 0);
    }

    /// Adds `count` weighted values at an address to a row's sums.
    private void addValues(int first, long at, int position, int count) {
        int most = routines.sums.length;
        long base = memory.address();
        int end = first + item.heads();
        for (int q = first; q < end; q += most) {
            MemorySegment[] sums = q == 0 ? routines.firstSums : routines.sums;
            NativeCalls.call(
                    sums[Math.min(most, end - q) - 1],
                    at,
                    base + score(q, position),
                    base + sum(q),
                    count,
                    routines.valuePieces,
                    base + TABLE_BYTES);
        }
    }

    /// Divides the merged sums by the sums of their weights: the result.
    void finish() {
        Tensor out = operands.out();
        int size = routines.value.size();
        for (int q = 0; q < queries; q++) {
            float total = memory.get(JAVA_FLOAT, merged(q) + MERGED_TOTAL);
            memory.set(JAVA_FLOAT, merged(q) + KEPT, 1 / total);
            long to = out.data().address() + row(q) * out.rowBytes() + 4L * head(q) * size;
            scale(to, memory.address() + mergedSum(q), size, memory.address() + merged(q) + KEPT);
        }
    }

    /// The keys or the values of the item's head.
    private final class Side {
        private final Tensor slots;
        private final AttentionRoutines.Format format;
        private final long decodedAt;
        private final long rowBytes;
        private final int head = item.head()
                / (operands.attention().heads() / operands.attention().kvHeads());

        /// @param decodedAt byte of scratch memory where heads go that are not read in place
        Side(Tensor slots, AttentionRoutines.Format format, long decodedAt) {
            this.slots = slots;
            this.format = format;
            rowBytes = format.rowBytes(slots);
            this.decodedAt = decodedAt;
        }

        /// Decodes positions `from + start` to `from + end`, if they cannot be read in place.
        void prepare(int from, int start, int end) {
            if (!format.decoded()) {
                return;
            }
            int block = slots.type().blockElements();
            int lead = head * format.size() % block;
            int whole = Math.ceilDiv(lead + format.size(), block) * block;
            float[] row = new float[Math.max(whole, lead + format.columns())];
            BlockCodec codec = BlockCodec.of(slots.type());
            for (int p = start; p < end; p++) {
                long at = slot(from + p) + slots.type().bytes(head * format.size() - lead);
                codec.decode(slots.data(), at, row, 0, whole);
                Arrays.fill(row, lead + format.size(), row.length, 0);
                MemorySegment.copy(row, lead, memory, JAVA_FLOAT, decodedAt + p * rowBytes, format.columns());
            }
        }

        /// Byte where a position's row begins. All of its block is there.
        private long slot(int position) {
            int[] table = table();
            int blockSize = operands.cache().blockSize();
            Objects.checkIndex(table[position / blockSize], slots.rows() / blockSize);
            return Addresses.row(slots, operands.cache().slot(table, position)) * slots.rowBytes();
        }

        /// How many of the positions `from + p` to `from + end` lie one after another.
        int run(int from, int p, int end) {
            if (format.decoded()) {
                return end - p;
            }
            int[] table = table();
            int blockSize = operands.cache().blockSize();
            int block = (from + p) / blockSize;
            int next = block + 1;
            while (next * blockSize < from + end && table[next] == table[next - 1] + 1) {
                Objects.checkIndex(table[next], slots.rows() / blockSize);
                next++;
            }
            return Math.min(end - p, next * blockSize - from - p);
        }

        /// Bytes from a position to the one [#AHEAD] positions on, if there is one.
        long distanceAhead(int position) {
            int last = operands.batch().positions()[item.row() + item.rows() - 1];
            return format.decoded() || position + AHEAD > last ? 0 : slot(position + AHEAD) - slot(position);
        }

        private int[] table() {
            return operands.batch().tables()[operands.batch().sequences()[item.row()]];
        }

        /// Address of a position's head.
        long at(int from, int p) {
            return format.decoded()
                    ? memory.address() + decodedAt + p * rowBytes
                    : slots.data().address() + slot(from + p) + slots.type().bytes(head * format.size());
        }
    }
}
