package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.Tensor;

/// The keys or the values of one head and one sequence, in the cache.
final class CachedHead {
    /// Positions ahead that keys and values are asked of the memory: they lie too far apart for processors to
    /// foresee them.
    private static final int AHEAD = 64;

    private final Tensor slots;
    private final HeadFormat format;
    private final int blockSize;
    private final int[] table;
    private final int last;
    private final int head;

    /// @param slots of the cache
    CachedHead(PagedAttention.Operands operands, PagedAttention.Item item, Tensor slots, HeadFormat format) {
        this.slots = slots;
        this.format = format;
        blockSize = operands.cache().blockSize();
        table = operands.batch().tables()[operands.batch().sequences()[item.row()]];
        last = operands.batch().positions()[item.row() + item.rows() - 1];
        head = item.head()
                / (operands.attention().heads() / operands.attention().kvHeads());
    }

    long rowBytes() {
        return slots.rowBytes();
    }

    /// Whether as many neighbouring positions as `count`, from one of its multiples on, always lie one after
    /// another.
    boolean keepsTogether(int count) {
        return blockSize % count == 0;
    }

    /// Byte where a position's row begins. All of its block is there.
    private long slot(int position) {
        int block = Objects.checkIndex(table[position / blockSize], slots.rows() / blockSize);
        return ((long) block * blockSize + position % blockSize) * slots.rowBytes();
    }

    /// Address of the head at a position.
    long address(int position) {
        return slots.data().address() + slot(position) + slots.type().bytes((long) head * format.size());
    }

    /// How many of the positions `from` to `end` lie one after another.
    int run(int from, int end) {
        int next = from / blockSize + 1;
        while (next * blockSize < end && table[next] == table[next - 1] + 1) {
            Objects.checkIndex(table[next], slots.rows() / blockSize);
            next++;
        }
        return Math.min(end, next * blockSize) - from;
    }

    /// Bytes from a position to the one [#AHEAD] positions on, if there is one.
    long distanceAhead(int position) {
        return position + AHEAD > last ? 0 : slot(position + AHEAD) - slot(position);
    }

    /// Writes positions `from` to `end` as floats, one after another.
    ///
    /// @param decoding of the format, if it can be read in place
    /// @param to where position `from` goes in `memory`
    void decode(MemorySegment decoding, int from, int end, MemorySegment memory, long to) {
        if (!format.inPlace()) {
            decodeByCodec(from, end, memory, to);
            return;
        }
        int steps = format.size() / format.step();
        for (int p = from; p < end; ) {
            int run = run(p, end);
            long target = memory.address() + to + (p - from) * format.decodedBytes();
            NativeCalls.call(decoding, address(p), target, run, steps, slots.rowBytes(), format.decodedBytes());
            p += run;
        }
    }

    private void decodeByCodec(int from, int end, MemorySegment memory, long to) {
        int block = slots.type().blockElements();
        int lead = head * format.size() % block;
        int whole = Math.ceilDiv(lead + format.size(), block) * block;
        float[] row = new float[Math.max(whole, lead + format.columns())];
        BlockCodec codec = BlockCodec.of(slots.type());
        for (int p = from; p < end; p++) {
            long at = slot(p) + slots.type().bytes((long) head * format.size() - lead);
            codec.decode(slots.data(), at, row, 0, whole);
            Arrays.fill(row, lead + format.size(), row.length, 0);
            MemorySegment.copy(
                    row, lead, memory, JAVA_FLOAT, to + (p - from) * format.decodedBytes(), format.columns());
        }
    }
}
