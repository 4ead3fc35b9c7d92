package ouverture.kernels.vector;

import java.util.stream.IntStream;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkerPool;

/// Attention over a paged cache, split into items: some neighbouring rows of one sequence, with all heads or,
/// where that makes too few items for the threads, some of them.
final class PagedAttention {
    /// Queries of one item at most, unless one row has more heads to a key/value head.
    private static final int QUERIES = 32;

    /// Items per thread, at least.
    private static final int ITEMS = 2;

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

    /// The rows from `row` to `row + rows`, all of one sequence, and the query heads from `head` to `head +
    /// heads`: those of some whole key/value heads, or some of those of one.
    record Item(int row, int rows, int head, int heads) {}

    void attend(Operands operands) {
        Attention attention = operands.attention;
        int group = attention.heads() / attention.kvHeads();
        int[] starts = operands.batch.starts(Math.max(1, QUERIES / group));
        int blocks = starts.length - 1;
        int heads = headsOfItem(attention, Math.ceilDiv(ITEMS * pool.threads(), Math.max(1, blocks)));
        int[] firsts = firstHeads(attention, heads);
        int items = blocks * firsts.length;
        pool.run(items, grain(operands, items), (worker, from, to) -> {
            for (int i = from; i < to; i++) {
                int row = starts[i / firsts.length];
                int rows = starts[i / firsts.length + 1] - row;
                int head = firsts[i % firsts.length];
                // Parts of a group end with the group, several groups with the last of them.
                int end = heads < group ? (head / group + 1) * group : attention.heads();
                Item item = new Item(row, rows, head, Math.min(heads, end - head));
                new HeadGroup(operands, item, workspaces[worker]).attend();
            }
        });
    }

    /// Query heads of an item, so that the heads make at least so many `parts`, as far as they can.
    private static int headsOfItem(Attention attention, int parts) {
        int group = attention.heads() / attention.kvHeads();
        return parts <= attention.kvHeads()
                ? Math.ceilDiv(attention.kvHeads(), parts) * group
                : Math.ceilDiv(group, Math.ceilDiv(parts, attention.kvHeads()));
    }

    private static int[] firstHeads(Attention attention, int heads) {
        int group = attention.heads() / attention.kvHeads();
        return IntStream.range(0, attention.heads())
                .filter(head -> (heads < group ? head % group : head) % heads == 0)
                .toArray();
    }

    private static int grain(Operands operands, int items) {
        long work = operands.attention.multiplications(operands.batch);
        return Math.clamp(GRAIN * items / Math.max(1, work), 1, Integer.MAX_VALUE);
    }
}
