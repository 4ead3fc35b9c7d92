package ouverture.text;

import java.util.Arrays;

/// The symbols of one word while its pairs are merged, best first, in time O(n log n): a linked list, and a heap
/// of the pairs that may be merged. Workspace of one thread; reused from word to word.
final class SymbolChain {
    /// No merge of two neighbours.
    static final long NO_CANDIDATE = Long.MAX_VALUE;

    private static final int NONE = -1;

    /// What two neighbours merge into.
    @FunctionalInterface
    interface Rule {
        /// @param left a symbol; `right` is the next one
        /// @return [SymbolChain#candidate], or [SymbolChain#NO_CANDIDATE]
        long merge(SymbolChain chain, int left, int right);
    }

    private String text = "";
    private int end;
    private int size;
    private int[] ids = new int[64];
    private int[] starts = new int[64];
    private int[] nexts = new int[64];
    private int[] previous = new int[64];
    private long[] candidates = new long[64];
    private long[] heap = new long[64];
    private int heapSize;

    /// Priority (the smallest is merged first, the leftmost among equals) and the piece that the merge makes.
    static long candidate(int priority, int merged) {
        return (long) priority << 32 | merged;
    }

    /// Begins a word.
    ///
    /// @param text where its symbols lie
    /// @param end where the last one ends in the text
    void begin(String text, int end) {
        this.text = text;
        this.end = end;
        size = 0;
        heapSize = 0;
    }

    /// Adds a symbol.
    ///
    /// @param id its piece, or a negative number if it is none
    /// @param start where it begins in the text
    void append(int id, int start) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size * 2);
            starts = Arrays.copyOf(starts, size * 2);
            nexts = Arrays.copyOf(nexts, size * 2);
            previous = Arrays.copyOf(previous, size * 2);
            candidates = Arrays.copyOf(candidates, size * 2);
        }
        ids[size] = id;
        starts[size] = start;
        nexts[size] = NONE;
        previous[size] = size - 1;
        if (size > 0) {
            nexts[size - 1] = size;
        }
        size++;
    }

    String text() {
        return text;
    }

    int id(int symbol) {
        return ids[symbol];
    }

    int start(int symbol) {
        return starts[symbol];
    }

    int end(int symbol) {
        return nexts[symbol] == NONE ? end : starts[nexts[symbol]];
    }

    /// The symbol after this one, negative after the last.
    int next(int symbol) {
        return nexts[symbol];
    }

    /// The first symbol, negative if there is none.
    int first() {
        return size == 0 ? NONE : 0;
    }

    /// Merges neighbours until the rule merges none.
    void merge(Rule rule) {
        for (int i = 0; i < size; i++) {
            offer(i, rule);
        }
        while (heapSize > 0) {
            long best = pop();
            int left = (int) best;
            long candidate = candidates[left];
            if (candidate == NO_CANDIDATE || candidate >> 32 != best >> 32) {
                continue;
            }
            int right = nexts[left];
            ids[left] = (int) candidate;
            nexts[left] = nexts[right];
            candidates[right] = NO_CANDIDATE;
            if (nexts[left] != NONE) {
                previous[nexts[left]] = left;
            }
            if (previous[left] != NONE) {
                offer(previous[left], rule);
            }
            offer(left, rule);
        }
    }

    private void offer(int left, Rule rule) {
        int right = nexts[left];
        candidates[left] = right == NONE ? NO_CANDIDATE : rule.merge(this, left, right);
        if (candidates[left] != NO_CANDIDATE) {
            push(candidates[left] >> 32 << 32 | left);
        }
    }

    private void push(long entry) {
        if (heapSize == heap.length) {
            heap = Arrays.copyOf(heap, heapSize * 2);
        }
        int hole = heapSize++;
        while (hole > 0 && heap[hole - 1 >> 1] > entry) {
            heap[hole] = heap[hole - 1 >> 1];
            hole = hole - 1 >> 1;
        }
        heap[hole] = entry;
    }

    private long pop() {
        long top = heap[0];
        long entry = heap[--heapSize];
        int hole = 0;
        for (int child = 1; child < heapSize; child = 2 * hole + 1) {
            child += child + 1 < heapSize && heap[child + 1] < heap[child] ? 1 : 0;
            if (heap[child] >= entry) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = entry;
        return top;
    }
}
