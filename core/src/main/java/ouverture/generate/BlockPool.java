package ouverture.generate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Hands out the blocks of the key/value cache. A full block is remembered by the tokens that it and all blocks
/// before it hold, so that a later sequence with the same beginning takes it over instead of computing it again;
/// the least recently used of these are forgotten when blocks run out. Sequences of different variants never take
/// over each other's blocks. Remembered blocks are never written again: what follows them goes to blocks of its
/// own, so nothing needs to be copied. Not thread-safe.
final class BlockPool {
    /// Stands for "no block before this one".
    static final long ROOT = 0;

    /// The tokens of a block and everything before it, by the serial number of the block before.
    ///
    /// @param variant of the model that computes it
    private record Prefix(Object variant, long parent, int[] tokens) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Prefix(Object v, long p, int[] t)
                    && p == parent
                    && v.equals(variant)
                    && Arrays.equals(t, tokens);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * variant.hashCode() + Long.hashCode(parent)) + Arrays.hashCode(tokens);
        }
    }

    private record Known(int block, long serial) {}

    private final int blockSize;
    private final int[] users;
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Map<Prefix, Known> known = new HashMap<>();
    private final Map<Integer, Prefix> prefixes = new HashMap<>();
    /// Known blocks that nobody uses, least recently used first.
    private final LinkedHashMap<Integer, Boolean> idle = new LinkedHashMap<>();

    private long serials = ROOT;

    BlockPool(int blocks, int blockSize) {
        this.blockSize = blockSize;
        this.users = new int[blocks];
        for (int block = 0; block < blocks; block++) {
            free.add(block);
        }
    }

    int blockSize() {
        return blockSize;
    }

    /// Blocks that [#take] can still hand out.
    int available() {
        return free.size() + idle.size();
    }

    int blocks() {
        return users.length;
    }

    /// A block that the caller alone uses, with undefined content; there must be one [#available].
    int take() {
        Integer block = free.poll();
        if (block == null) {
            block = idle.pollFirstEntry().getKey();
            Prefix forgotten = prefixes.remove(block);
            assert forgotten != null;
            known.remove(forgotten);
        }
        users[block] = 1;
        return block;
    }

    /// The longest run of known full blocks that hold `tokens` from a position on; the caller uses them from now
    /// on.
    ///
    /// @param variant of the model, such as its adapters' key: others' keys and values are others
    /// @param after serial number of the block before, or [#ROOT]
    /// @param start position where a block begins
    /// @param limit position up to which the blocks may go
    List<Integer> reuse(Object variant, long after, int[] tokens, int start, int limit) {
        List<Integer> blocks = new ArrayList<>();
        long parent = after;
        for (int from = start; from + blockSize <= limit; from += blockSize) {
            int[] content = Arrays.copyOfRange(tokens, from, from + blockSize);
            Known found = known.get(new Prefix(variant, parent, content));
            if (found == null) {
                break;
            }
            blocks.add(found.block);
            parent = found.serial;
            if (users[found.block]++ == 0) {
                idle.remove(found.block);
            }
        }
        return blocks;
    }

    /// Remembers a full block that has been computed.
    ///
    /// @param variant of the model that computed it
    /// @param parent what this method returned for the block before, or [#ROOT]
    /// @return the serial number to give for the block after
    long remember(Object variant, int block, long parent, int[] tokens) {
        Prefix prefix = new Prefix(variant, parent, tokens);
        Known already = known.get(prefix);
        if (already != null) {
            return already.serial;
        }
        long serial = ++serials;
        known.put(prefix, new Known(block, serial));
        prefixes.put(block, prefix);
        return serial;
    }

    /// Gives back blocks that the caller used. Later blocks of a sequence are forgotten before earlier ones.
    void release(List<Integer> blocks) {
        for (Integer block : blocks.reversed()) {
            if (--users[block] > 0) {
                continue;
            }
            if (prefixes.containsKey(block)) {
                idle.put(block, true);
            } else {
                free.add(block);
            }
        }
    }
}
