package ouverture.kernels.vector;

import java.util.Arrays;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkerPool;

/// Attention over a paged cache, split into items: some neighbouring rows of one sequence, and the query heads
/// that share a key/value head or, where there are too few items for the threads, a part of them.
final class PagedAttention {
    /// Queries of one item at most, unless one row has more heads to a key/value head.
    private static final int QUERIES = 32;

    /// Multiplications below which handing work to another thread costs more than it gains.
    private static final long GRAIN = 1 << 16;

    private final WorkerPool pool;
    private final Workspace[] workspaces;

    PagedAttention(WorkerPool pool, Workspace[] workspaces) {
        this.pool = pool;
        this.workspaces = workspaces;
    }

    /// One call's operands.
    record Operands(Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention attention) {}

    /// The rows from `row` to `row + rows`, all of one sequence, and the query heads `head` to `head + heads`,
    /// all of one key/value head.
    record Item(int row, int rows, int head, int heads) {}

    void attend(Operands operands) {
        Attention attention = operands.attention;
        int group = attention.heads() / attention.kvHeads();
        int[] starts = starts(operands.batch, Math.max(1, QUERIES / group));
        int blocks = starts.length - 1;
        int parts = Math.clamp(Math.ceilDiv(2 * pool.threads(), Math.max(1, blocks * attention.kvHeads())), 1, group);
        int heads = Math.ceilDiv(group, parts);
        int partsOfGroup = Math.ceilDiv(group, heads);
        int partsOfRow = partsOfGroup * attention.kvHeads();
        pool.run(blocks * partsOfRow, grain(operands, blocks * partsOfRow), (worker, from, to) -> {
            for (int i = from; i < to; i++) {
                int row = starts[i / partsOfRow];
                int within = i % partsOfRow % partsOfGroup * heads;
                int head = i % partsOfRow / partsOfGroup * group + within;
                Item item = new Item(row, starts[i / partsOfRow + 1] - row, head, Math.min(heads, group - within));
                new HeadGroup(operands, item, workspaces[worker]).attend();
            }
        });
    }

    private static int grain(Operands operands, int items) {
        long positions = 0;
        for (int position : operands.batch.positions()) {
            positions += position + 1;
        }
        Attention attention = operands.attention;
        long work = positions * attention.heads() * (attention.keySize() + attention.valueSize());
        return Math.clamp(GRAIN * items / Math.max(1, work), 1, Integer.MAX_VALUE);
    }

    /// Where each block of at most `rows` neighbouring rows of one sequence starts, and the number of rows.
    private static int[] starts(Batch batch, int rows) {
        int[] starts = new int[batch.rows() + 1];
        int blocks = 0;
        for (int r = 1; r <= batch.rows(); r++) {
            boolean same = r < batch.rows() && batch.sequences()[r] == batch.sequences()[r - 1];
            if (!same || r - starts[blocks] == rows) {
                starts[++blocks] = r;
            }
        }
        return Arrays.copyOf(starts, blocks + 1);
    }
}
