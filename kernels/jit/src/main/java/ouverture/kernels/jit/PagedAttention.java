package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;
import ouverture.tensor.WorkerPool;

/// Attention over a paged cache, by the units of an [AttentionSplit].
final class PagedAttention implements AutoCloseable {
    /// Multiplications below which handing work to another thread costs more than it gains.
    private static final long GRAIN = 1 << 16;

    private final CodeCache code;
    private final WorkerPool pool;
    private final WorkMemory[] memory;

    /// Sums of segments.
    private final WorkMemory saved = new WorkMemory();

    /// One for each shape of attention: a model has one or two.
    private final List<AttentionRoutines> known = new ArrayList<>();

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
        if (operands.batch.rows() == 0) {
            return;
        }
        AttentionSplit split = AttentionSplit.of(operands, pool.threads());
        AttentionRoutines routines = routines(operands);
        if (split.segments() == 1) {
            run(operands, split.units(), (worker, unit) -> {
                split.attend(unit, split.groups(unit, routines, memory[worker]));
            });
        } else {
            MemorySegment sums = saved.segment(split.savedBytes(routines));
            run(operands, split.units(), (worker, unit) -> {
                split.attendSegment(unit, split.groups(unit, routines, memory[worker]), sums);
            });
            run(operands, split.merges(), (worker, unit) -> split.merge(unit, routines, memory[worker], sums));
        }
    }

    private interface Task {
        void run(int worker, int unit);
    }

    private void run(Operands operands, int units, Task task) {
        pool.run(units, grain(operands, units), (worker, from, to) -> {
            for (int unit = from; unit < to; unit++) {
                task.run(worker, unit);
            }
        });
    }

    /// The routines of an earlier call of the same shape, or new ones.
    private AttentionRoutines routines(Operands operands) {
        for (AttentionRoutines each : known) {
            if (each.fit(operands)) {
                return each;
            }
        }
        AttentionRoutines routines = new AttentionRoutines(code, operands);
        known.add(routines);
        return routines;
    }

    /// Forgets its routines, which the code cache gives back.
    @Override
    public void close() {
        saved.close();
        known.clear();
    }

    private static int grain(Operands operands, int units) {
        long work = operands.attention.multiplications(operands.batch);
        return Math.clamp(GRAIN * units / Math.max(1, work), 1, Integer.MAX_VALUE);
    }
}
