package ouverture.kernels.jit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;
import ouverture.tensor.WorkerPool;

/// Attention over a paged cache, split into items: some neighbouring rows of one sequence, with some query heads
/// of one key/value head.
final class PagedAttention implements AutoCloseable {
    /// Queries of one item at most, unless one row has more heads to a key/value head.
    private static final int QUERIES = 32;

    /// Items per thread, at least.
    private static final int ITEMS = 2;

    /// Multiplications below which handing work to another thread costs more than it gains.
    private static final long GRAIN = 1 << 16;

    private final CodeCache code;
    private final WorkerPool pool;
    private final WorkMemory[] memory;

    /// One for each shape of attention: a model has one or two.
    private final List<HeadGroup.Routines> known = new ArrayList<>();

    /// @param memory scratch memory of each worker
    PagedAttention(CodeCache code, WorkerPool pool, WorkMemory[] memory) {
        this.code = code;
        this.pool = pool;
        this.memory = memory;
    }

    /// One call's operands.
    record Operands(Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention attention) {
        /// Makes sure that what machine code will read is there.
        void check() {
            int rows = batch.rows();
            Addresses.shape(query, rows, (long) attention.heads() * attention.keySize());
            Addresses.shape(out, rows, (long) attention.heads() * attention.valueSize());
            Tensor keys = cache.keys();
            Tensor values = cache.values();
            boolean sound = attention.kvHeads() > 0
                    && attention.heads() > 0
                    && attention.keySize() > 0
                    && attention.valueSize() > 0
                    && attention.window() >= 0
                    && cache.blockSize() > 0;
            boolean fits = sound
                    && (long) attention.kvHeads() * attention.keySize() <= keys.columns()
                    && (long) attention.kvHeads() * attention.valueSize() <= values.columns()
                    && keys.rows() % cache.blockSize() == 0
                    && keys.rows() == values.rows()
                    && attention.heads() % attention.kvHeads() == 0;
            if (!fits) {
                throw new IllegalArgumentException(attention + " does not fit " + cache);
            }
            checkBatch();
            Addresses.floats(query);
            Addresses.written(out);
            Addresses.of(keys);
            Addresses.of(values);
            Tensor sinks = attention.sinks();
            if (sinks != null) {
                Addresses.vector(sinks, attention.heads());
            }
        }

        /// Makes sure that every row has a position that its sequence has a block for.
        private void checkBatch() {
            Addresses.same(batch.positions().length, batch.rows(), "positions");
            Addresses.same(batch.sequences().length, batch.rows(), "sequences");
            for (int r = 0; r < batch.rows(); r++) {
                int position = batch.positions()[r];
                int[] table = batch.tables()[batch.sequences()[r]];
                if (position < 0 || position == Integer.MAX_VALUE) {
                    throw new IndexOutOfBoundsException("position " + position);
                }
                Objects.checkIndex(position / cache.blockSize(), table.length);
            }
        }
    }

    /// The rows from `row` to `row + rows`, all of one sequence, and the query heads from `head` to `head +
    /// heads`, all of one key/value head.
    record Item(int row, int rows, int head, int heads) {}

    void attend(Operands operands) {
        operands.check();
        Attention attention = operands.attention;
        int group = attention.heads() / attention.kvHeads();
        int[] starts = operands.batch.starts(Math.max(1, QUERIES / group));
        int blocks = starts.length - 1;
        int parts = Math.ceilDiv(ITEMS * pool.threads(), Math.max(1, blocks * attention.kvHeads()));
        int heads = Math.ceilDiv(group, Math.min(group, parts));
        int partsOfGroup = Math.ceilDiv(group, heads);
        int partsOfRow = partsOfGroup * attention.kvHeads();
        HeadGroup.Routines routines = routines(operands);
        int items = blocks * partsOfRow;
        pool.run(items, grain(operands, items), (worker, from, to) -> {
            for (int i = from; i < to; i++) {
                int row = starts[i / partsOfRow];
                int rows = starts[i / partsOfRow + 1] - row;
                int part = i % partsOfRow;
                int first = part % partsOfGroup * heads;
                int head = part / partsOfGroup * group + first;
                Item item = new Item(row, rows, head, Math.min(heads, group - first));
                new HeadGroup(operands, item, routines, memory[worker]).attend();
            }
        });
    }

    /// The routines of an earlier call of the same shape, or new ones.
    private HeadGroup.Routines routines(Operands operands) {
        for (HeadGroup.Routines each : known) {
            if (each.fit(operands)) {
                return each;
            }
        }
        HeadGroup.Routines routines = new HeadGroup.Routines(code, operands);
        known.add(routines);
        return routines;
    }

    /// Forgets its routines, which the code cache gives back.
    @Override
    public void close() {
        known.clear();
    }

    private static int grain(Operands operands, int items) {
        long work = operands.attention.multiplications(operands.batch);
        return Math.clamp(GRAIN * items / Math.max(1, work), 1, Integer.MAX_VALUE);
    }
}
