package ouverture.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BlockPoolTest {
    private static final Object MODEL = "model";
    private static final int[] TOKENS = {1, 2, 3, 4, 5, 6, 7};

    private static List<Integer> compute(BlockPool pool, int[] tokens) {
        List<Integer> blocks = new ArrayList<>();
        long serial = BlockPool.ROOT;
        for (int from = 0; from + 2 <= tokens.length; from += 2) {
            blocks.add(pool.take());
            serial = pool.remember(MODEL, blocks.getLast(), serial, new int[] {tokens[from], tokens[from + 1]});
        }
        return blocks;
    }

    private static List<Integer> reuse(BlockPool pool, int[] tokens, int limit) {
        return pool.reuse(MODEL, BlockPool.ROOT, tokens, 0, limit);
    }

    @Test
    void knownBeginningsAreReused() {
        BlockPool pool = new BlockPool(8, 2);
        List<Integer> blocks = compute(pool, TOKENS);
        assertThat(reuse(pool, TOKENS, 7)).isEqualTo(blocks);
        assertThat(reuse(pool, TOKENS, 5)).isEqualTo(blocks.subList(0, 2));
        assertThat(reuse(pool, new int[] {1, 2, 9, 9}, 4)).isEqualTo(blocks.subList(0, 1));
        assertThat(reuse(pool, new int[] {3, 4, 5, 6}, 4))
                .as("same tokens, other beginning")
                .isEmpty();
    }

    @Test
    void usedBlocksAreNeverTaken() {
        BlockPool pool = new BlockPool(4, 2);
        List<Integer> blocks = compute(pool, TOKENS);
        assertThat(pool.available()).isEqualTo(1);
        List<Integer> again = reuse(pool, TOKENS, 6);
        pool.release(blocks);
        assertThat(pool.available()).as("the second user still has them").isEqualTo(1);
        pool.release(again);
        assertThat(pool.available()).isEqualTo(4);
    }

    @Test
    void theEndOfTheOldestIsForgottenFirst() {
        BlockPool pool = new BlockPool(3, 2);
        List<Integer> blocks = compute(pool, TOKENS);
        pool.release(blocks);
        assertThat(pool.take()).isEqualTo(blocks.get(2));
        assertThat(reuse(pool, TOKENS, 7)).isEqualTo(blocks.subList(0, 2));
    }

    @Test
    void equalBlocksAreRememberedOnce() {
        BlockPool pool = new BlockPool(4, 2);
        List<Integer> first = compute(pool, new int[] {1, 2});
        List<Integer> second = compute(pool, new int[] {1, 2});
        pool.release(second);
        pool.release(first);
        assertThat(reuse(pool, new int[] {1, 2}, 2)).isEqualTo(first);
        assertThat(pool.available()).isEqualTo(3);
    }

    @Test
    void variantsKnowNothingOfEachOther() {
        BlockPool pool = new BlockPool(4, 2);
        compute(pool, TOKENS);
        assertThat(pool.reuse("another", BlockPool.ROOT, TOKENS, 0, 7)).isEmpty();
    }
}
