package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import ouverture.tensor.Attention;
import ouverture.tensor.WorkMemory;

/// How an attention is split into units: some neighbouring rows of one sequence with some of their heads and,
/// where few rows see a long context, one of its segments.
///
/// A position's keys of all heads lie side by side. Few rows are bound by memory: a unit has as many heads as
/// leave the threads enough units, so that memory is read as it lies. A prompt's many rows are bound by
/// arithmetic and take one head after another, whose keys stay in the first-level cache.
///
/// @param starts the first row of each block of rows, and the number of rows
/// @param segments of the longest context, if they are units of their own; else 1
/// @param sets that the key/value heads are split into
/// @param heads query heads of a unit for each of its key/value heads
/// @param parts that the query heads of a key/value head are split into
record AttentionSplit(PagedAttention.Operands operands, int[] starts, int segments, int sets, int heads, int parts) {
    /// Queries of a unit for each key/value head at most, unless one row has more: that many share the work of
    /// preparing the keys and values, and their scores fit in a second-level cache.
    private static final int QUERIES = 256;

    /// Queries of a unit for each key/value head where more would leave threads without work.
    private static final int FEW_QUERIES = 32;

    /// Units for each thread, at least.
    private static final int UNITS = 2;

    static AttentionSplit of(PagedAttention.Operands operands, int threads) {
        Attention attention = operands.attention();
        int group = attention.heads() / attention.kvHeads();
        int wanted = UNITS * threads;
        long shared = (long) operands.batch().rows() * attention.heads() / (wanted * UNITS);
        int most = Math.clamp(shared, FEW_QUERIES, QUERIES);
        int[] starts = operands.batch().starts(Math.max(1, most / group));
        int blocks = starts.length - 1;
        int segments = 1;
        for (int block = 0; block < blocks && blocks < wanted; block++) {
            segments = Math.max(segments, Context.of(operands, starts, block).segments());
        }
        int wantedOfSegment = Math.ceilDiv(wanted, blocks * segments);
        boolean arithmetic = segments == 1 && operands.batch().rows() > blocks;
        int sets = arithmetic ? attention.kvHeads() : Math.min(wantedOfSegment, attention.kvHeads());
        int heads = Math.ceilDiv(group, Math.min(group, Math.ceilDiv(wantedOfSegment, sets)));
        return new AttentionSplit(operands, starts, segments, sets, heads, Math.ceilDiv(group, heads));
    }

    /// The positions that a block of rows sees.
    private record Context(int first, int end) {
        static Context of(PagedAttention.Operands operands, int[] starts, int block) {
            int[] positions = operands.batch().positions();
            int first = operands.attention().firstVisible(positions[starts[block]]);
            return new Context(first, positions[starts[block + 1] - 1] + 1);
        }

        int firstSegment() {
            return first / HeadGroup.SEGMENT;
        }

        int segments() {
            return (end - 1) / HeadGroup.SEGMENT - firstSegment() + 1;
        }

        /// Where a segment begins.
        ///
        /// @param index among the segments that are seen
        int segment(int index) {
            return (firstSegment() + index) * HeadGroup.SEGMENT;
        }

        /// Sums up what is seen of a segment.
        ///
        /// @param index among the segments that are seen
        void attend(HeadGroup[] groups, int index) {
            int segment = segment(index);
            int from = Math.max(first / HeadGroup.CHUNK * HeadGroup.CHUNK, segment);
            int to = Math.min(end, segment + HeadGroup.SEGMENT);
            for (HeadGroup group : groups) {
                group.beginSegment();
            }
            for (int chunk = from; chunk < to; chunk += HeadGroup.CHUNK) {
                for (HeadGroup group : groups) {
                    group.attend(chunk, Math.max(0, first - chunk), Math.min(HeadGroup.CHUNK, to - chunk));
                }
            }
        }
    }

    int units() {
        return (starts.length - 1) * segments * sets * parts;
    }

    private int block(int unit) {
        return unit / (segments * sets * parts);
    }

    private int group() {
        return operands.attention().heads() / operands.attention().kvHeads();
    }

    /// A unit's heads, by key/value heads.
    ///
    /// @param work the worker's scratch memory
    HeadGroup[] groups(int unit, AttentionRoutines routines, WorkMemory work) {
        int part = unit % parts;
        int set = unit / parts % sets;
        int kvHeads = operands.attention().kvHeads();
        int first = set * kvHeads / sets;
        HeadGroup[] groups = new HeadGroup[(set + 1) * kvHeads / sets - first];
        int count = Math.min(heads, group() - part * heads);
        PagedAttention.Item item = item(block(unit), first, part * heads, count);
        long bytes = HeadGroup.bytes(routines, item.rows() * count);
        long shared = HeadGroup.sharedBytes(routines);
        MemorySegment memory = work.segment(shared + bytes * groups.length);
        for (int i = 0; i < groups.length; i++) {
            item = item(block(unit), first + i, part * heads, count);
            groups[i] = new HeadGroup(operands, item, routines, memory.asSlice(shared + i * bytes, bytes), memory);
        }
        return groups;
    }

    private PagedAttention.Item item(int block, int kvHead, int from, int count) {
        int row = starts[block];
        return new PagedAttention.Item(row, starts[block + 1] - row, kvHead * group() + from, count);
    }

    /// Attends to all segments of a unit, if they are not units of their own.
    void attend(int unit, HeadGroup[] groups) {
        Context context = Context.of(operands, starts, block(unit));
        for (HeadGroup group : groups) {
            group.begin();
        }
        for (int i = 0; i < context.segments(); i++) {
            context.attend(groups, i);
            for (HeadGroup group : groups) {
                group.endSegment(context.segment(i));
            }
        }
        for (HeadGroup group : groups) {
            group.finish();
        }
    }

    /// Attends to a unit's segment, and saves the sums.
    void attendSegment(int unit, HeadGroup[] groups, MemorySegment saved) {
        Context context = Context.of(operands, starts, block(unit));
        int segment = unit / (parts * sets) % segments;
        if (segment < context.segments()) {
            context.attend(groups, segment);
            for (HeadGroup group : groups) {
                group.save(saved, place(group, segment), segments);
            }
        }
    }

    /// Units that merge saved sums: a key/value head of a block each.
    int merges() {
        return (starts.length - 1) * operands.attention().kvHeads();
    }

    /// Merges the segments that were saved, in order.
    void merge(int unit, AttentionRoutines routines, WorkMemory work, MemorySegment saved) {
        int kvHeads = operands.attention().kvHeads();
        int block = unit / kvHeads;
        PagedAttention.Item item = item(block, unit % kvHeads, 0, group());
        long bytes = HeadGroup.bytes(routines, item.rows() * item.heads());
        HeadGroup group = new HeadGroup(operands, item, routines, work.segment(bytes), MemorySegment.NULL);
        group.begin();
        Context context = Context.of(operands, starts, block);
        for (int i = 0; i < context.segments(); i++) {
            group.merge(saved, place(group, i), segments, context.segment(i));
        }
        group.finish();
    }

    /// Number of the sums of a group's first query, of which those of other segments, then heads, then rows
    /// follow.
    private long place(HeadGroup group, int segment) {
        PagedAttention.Item item = group.item();
        return ((long) item.row() * operands.attention().heads() + item.head()) * segments + segment;
    }

    /// Bytes for the sums of all segments.
    long savedBytes(AttentionRoutines routines) {
        long sums = (long) operands.batch().rows() * operands.attention().heads() * segments;
        return sums * routines.sums.bytes();
    }
}
