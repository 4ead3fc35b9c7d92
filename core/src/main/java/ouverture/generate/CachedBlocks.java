package ouverture.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The blocks of a cache that hold one sequence's keys and values. Not thread-safe.
final class CachedBlocks {
    private final List<Integer> blocks = new ArrayList<>();
    private final Object variant;
    private int remembered;
    private long rememberedSerial = BlockPool.ROOT;

    /// @param variant of the model that computes them, and whatever else they are not shared beyond
    CachedBlocks(Object variant) {
        this.variant = variant;
    }

    /// Takes over known blocks that hold what follows the first `computed` tokens, in place of blocks that were
    /// reserved for it.
    ///
    /// @param limit position up to which tokens may be taken over
    /// @return tokens that they hold
    int reuse(BlockPool pool, int[] tokens, int computed, int limit) {
        int size = pool.blockSize();
        if (computed % size != 0) {
            return 0;
        }
        remember(pool, tokens, computed);
        int first = computed / size;
        List<Integer> known = pool.reuse(variant, rememberedSerial, tokens, computed, limit);
        List<Integer> own = blocks.subList(first, Math.min(first + known.size(), blocks.size()));
        pool.release(own);
        own.clear();
        blocks.addAll(first, known);
        remember(pool, tokens, computed + known.size() * size);
        return known.size() * size;
    }

    /// Takes the blocks that are missing for `positions` positions.
    ///
    /// @return whether the pool had enough; if not, nothing was taken
    boolean reserve(BlockPool pool, int positions) {
        int missing = Math.ceilDiv(positions, pool.blockSize()) - blocks.size();
        if (pool.available() < missing) {
            return false;
        }
        for (int i = 0; i < missing; i++) {
            blocks.add(pool.take());
        }
        return true;
    }

    /// Lets other sequences take over the blocks that are full, now that the first `computed` tokens are computed
    /// and certain.
    void remember(BlockPool pool, int[] tokens, int computed) {
        int size = pool.blockSize();
        while ((remembered + 1) * size <= computed) {
            int[] content = Arrays.copyOfRange(tokens, remembered * size, (remembered + 1) * size);
            rememberedSerial = pool.remember(variant, blocks.get(remembered), rememberedSerial, content);
            remembered++;
        }
    }

    /// The blocks, in order of position.
    int[] table() {
        return blocks.stream().mapToInt(Integer::intValue).toArray();
    }

    /// Gives all blocks back.
    void release(BlockPool pool) {
        pool.release(blocks);
        blocks.clear();
        remembered = 0;
        rememberedSerial = BlockPool.ROOT;
    }
}
