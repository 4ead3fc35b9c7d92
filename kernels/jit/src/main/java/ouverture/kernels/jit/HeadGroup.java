package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import ouverture.tensor.Attention;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;

/// Attention of some rows and heads that share a key/value head, chunk by chunk of positions with a running
/// maximum and sum (arXiv 2205.14135). Chunks start at fixed positions, and no query's sums meet another's, so
/// that neither the split into items nor the rest of the batch changes a bit. Queries follow each other row by
/// row.
final class HeadGroup {
    /// Positions of a chunk: keys and values of 128 x 64 halves fit in a first-level cache.
    private static final int CHUNK = 128;

    private static final long TABLE_BYTES = 3 * JAVA_LONG.byteSize();

    /// Bytes of the scratch memory where the factor on the scores and their cap are, behind two tables of
    /// strides.
    private static final long SCALE = 2 * TABLE_BYTES;

    private static final long CAP = SCALE + Float.BYTES;
    private static final long CONSTANTS_END = 64;

    private final PagedAttention.Operands operands;
    private final PagedAttention.Item item;
    private final Routines routines;
    private final MemorySegment memory;
    private final int queries;
    private final Side keys;
    private final Side values;

    /// Bytes of the scratch memory where each kind of content begins.
    private final long queriesAt;

    private final long scoresAt;
    private final long sumsAt;
    private final long statesAt;

    HeadGroup(PagedAttention.Operands operands, PagedAttention.Item item, Routines routines, WorkMemory work) {
        this.operands = operands;
        this.item = item;
        this.routines = routines;
        queries = item.rows() * item.heads();
        Format key = routines.key;
        Format value = routines.value;
        queriesAt = CONSTANTS_END;
        scoresAt = queriesAt + 4L * queries * key.columns;
        sumsAt = scoresAt + 4L * queries * CHUNK;
        statesAt = sumsAt + 4L * queries * value.columns;
        long keysAt = statesAt + (long) queries * Softmax.BYTES;
        long valuesAt = keysAt + key.decodedBytes();
        memory = work.segment(valuesAt + value.decodedBytes());
        keys = new Side(operands.cache().keys(), key, keysAt);
        values = new Side(operands.cache().values(), value, valuesAt);
        writeTable(0, keys.rowBytes, 4L * key.columns, 4L * CHUNK);
        writeTable(TABLE_BYTES, values.rowBytes, 4L * CHUNK, 4L * value.columns);
    }

    private void writeTable(long at, long... strides) {
        for (int i = 0; i < strides.length; i++) {
            memory.set(JAVA_LONG, at + i * JAVA_LONG.byteSize(), strides[i]);
        }
    }

    /// How the heads of one side of the cache are read.
    ///
    /// @param stored as the cache has them
    /// @param size numbers of a head
    /// @param type as the routines read them: as stored, or F32 if heads are not whole steps of it
    /// @param columns of a head as the routines read it
    private record Format(DType stored, int size, DType type, int columns) {
        static Format of(DType stored, int size, InstructionSet set) {
            // Longer blocks have more sums than there are registers.
            boolean readable = WeightReader.supports(stored) && stored.blockElements() <= DType.Q8_0.blockElements();
            int step = readable ? WeightReader.columns(stored, set) : 0;
            if (step > 0 && size % step == 0) {
                return new Format(stored, size, stored, size);
            }
            return new Format(stored, size, DType.F32, Math.ceilDiv(size, set.lanes()) * set.lanes());
        }

        boolean fits(Tensor slots, int headSize) {
            return stored == slots.type() && size == headSize;
        }

        boolean decoded() {
            return type != stored || columns != size;
        }

        long decodedBytes() {
            return decoded() ? CHUNK * 4L * columns : 0;
        }

        /// Bytes from one position to the next.
        long rowBytes(Tensor slots) {
            return decoded() ? 4L * columns : slots.rowBytes();
        }
    }

    /// The machine code for attention of one shape.
    static final class Routines {
        private final Format key;
        private final Format value;
        private final MemorySegment[] singleScores;
        private final MemorySegment[] scores;
        private final MemorySegment[] sums;
        private final MemorySegment softmax;
        private final MemorySegment scaled;
        private final MemorySegment capped;
        private final int keySteps;
        private final int valuePieces;

        Routines(CodeCache code, PagedAttention.Operands operands) {
            InstructionSet set = code.set();
            Attention attention = operands.attention();
            key = Format.of(operands.cache().keys().type(), attention.keySize(), set);
            value = Format.of(operands.cache().values().type(), attention.valueSize(), set);
            singleScores = new MemorySegment[DotProducts.inputs(set)];
            scores = new MemorySegment[singleScores.length];
            for (int i = 0; i < scores.length; i++) {
                singleScores[i] = code.get(new DotProducts(key.type, 1, i + 1, false));
                scores[i] = code.get(new DotProducts(key.type, DotProducts.ROWS, i + 1, false));
            }
            int steps = WeightedSum.steps(value.type, set, value.columns);
            sums = new MemorySegment[WeightedSum.sums(set)];
            for (int i = 0; i < sums.length; i++) {
                sums[i] = code.get(new WeightedSum(value.type, steps, i + 1));
            }
            softmax = code.get(new Softmax());
            scaled = code.get(new Elementwise.Scaled(false));
            capped = code.get(new Elementwise.Capped());
            keySteps = key.columns / WeightReader.columns(key.type, set);
            valuePieces = value.columns / (steps * WeightReader.columns(value.type, set));
        }

        /// Whether these routines serve such a call.
        boolean fit(PagedAttention.Operands operands) {
            Attention attention = operands.attention();
            return key.fits(operands.cache().keys(), attention.keySize())
                    && value.fits(operands.cache().values(), attention.valueSize());
        }
    }

    void attend() {
        copyQueries();
        memory.asSlice(sumsAt, statesAt - sumsAt).fill((byte) 0);
        begin();
        int[] positions = operands.batch().positions();
        int first = operands.attention().firstVisible(positions[item.row()]);
        int end = positions[item.row() + item.rows() - 1] + 1;
        for (int from = first - first % CHUNK; from < end; from += CHUNK) {
            attend(from, Math.max(0, first - from), Math.min(CHUNK, end - from));
        }
        finish();
    }

    /// A sink is a score that came before all others.
    private void begin() {
        Attention attention = operands.attention();
        Tensor sinks = attention.sinks();
        memory.set(JAVA_FLOAT, SCALE, attention.scale());
        memory.set(JAVA_FLOAT, CAP, attention.softcap());
        for (int q = 0; q < queries; q++) {
            float sink = sinks == null ? Float.NEGATIVE_INFINITY : sinks.data().get(JAVA_FLOAT_UNALIGNED, 4L * head(q));
            memory.set(JAVA_FLOAT, state(q) + Softmax.FACTOR, attention.softcap() == 0 ? attention.scale() : 1);
            memory.set(JAVA_FLOAT, state(q) + Softmax.LARGEST, sink);
            memory.set(JAVA_FLOAT, state(q) + Softmax.TOTAL, sinks == null ? 0 : 1);
        }
    }

    private void copyQueries() {
        Tensor query = operands.query();
        int size = routines.key.size;
        int columns = routines.key.columns;
        memory.asSlice(queriesAt, scoresAt - queriesAt).fill((byte) 0);
        for (int q = 0; q < queries; q++) {
            long at = row(q) * query.rowBytes() + 4L * head(q) * size;
            MemorySegment.copy(query.data(), at, memory, queriesAt + 4L * q * columns, 4L * size);
        }
    }

    private int row(int q) {
        return item.row() + q / item.heads();
    }

    private int head(int q) {
        return item.head() + q % item.heads();
    }

    private long state(int q) {
        return statesAt + (long) q * Softmax.BYTES;
    }

    private long score(int q, int position) {
        return scoresAt + 4L * ((long) q * CHUNK + position);
    }

    private long sum(int q) {
        return sumsAt + 4L * q * routines.value.columns;
    }

    /// Attends to positions `start` to `count` of the chunk that begins at `from`.
    private void attend(int from, int start, int count) {
        keys.prepare(from, start, count);
        for (int p = start; p < count; ) {
            int run = keys.run(from, p, count);
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
            long query = base + queriesAt + 4L * q * routines.key.columns;
            long out = base + score(q, position);
            if (groups > 0) {
                NativeCalls.call(routines.scores[tile], at, query, out, groups, routines.keySteps, base);
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
            scale(base + sum(q), base + sum(q), routines.value.columns, state + Softmax.CORRECTION);
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
            NativeCalls.call(
                    routines.sums[Math.min(most, end - q) - 1],
                    at,
                    base + score(q, position),
                    base + sum(q),
                    count,
                    routines.valuePieces,
                    base + TABLE_BYTES);
        }
    }

    /// Divides the sums by the sums of their weights.
    private void finish() {
        Tensor out = operands.out();
        int size = routines.value.size;
        for (int q = 0; q < queries; q++) {
            float total = memory.get(JAVA_FLOAT, state(q) + Softmax.TOTAL);
            memory.set(JAVA_FLOAT, state(q) + Softmax.FACTOR, 1 / total);
            long to = out.data().address() + row(q) * out.rowBytes() + 4L * head(q) * size;
            scale(to, memory.address() + sum(q), size, memory.address() + state(q) + Softmax.FACTOR);
        }
    }

    /// The keys or the values of the item's head.
    private final class Side {
        private final Tensor slots;
        private final Format format;
        private final long decodedAt;
        private final long rowBytes;
        private final int head = item.head()
                / (operands.attention().heads() / operands.attention().kvHeads());

        /// @param decodedAt byte of scratch memory where heads go that are not read in place
        Side(Tensor slots, Format format, long decodedAt) {
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
            int lead = head * format.size % block;
            int whole = Math.ceilDiv(lead + format.size, block) * block;
            float[] row = new float[Math.max(whole, lead + format.columns)];
            BlockCodec codec = BlockCodec.of(slots.type());
            for (int p = start; p < end; p++) {
                long at = slot(from + p) + slots.type().bytes(head * format.size - lead);
                codec.decode(slots.data(), at, row, 0, whole);
                Arrays.fill(row, lead + format.size, row.length, 0);
                MemorySegment.copy(row, lead, memory, JAVA_FLOAT, decodedAt + p * rowBytes, format.columns);
            }
        }

        /// Byte where a position's row begins. All of its block is there.
        private long slot(int position) {
            int[] table = operands.batch().tables()[operands.batch().sequences()[item.row()]];
            int blockSize = operands.cache().blockSize();
            Objects.checkIndex(table[position / blockSize], slots.rows() / blockSize);
            return Addresses.row(slots, operands.cache().slot(table, position)) * slots.rowBytes();
        }

        /// How many of the positions `from + p` to `from + end` lie one after another.
        int run(int from, int p, int end) {
            int blockSize = operands.cache().blockSize();
            return format.decoded() ? end - p : Math.min(end - p, blockSize - (from + p) % blockSize);
        }

        /// Address of a position's head.
        long at(int from, int p) {
            return format.decoded()
                    ? memory.address() + decodedAt + p * rowBytes
                    : slots.data().address() + slot(from + p) + slots.type().bytes(head * format.size);
        }
    }
}
