package ouverture.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class NgramIndexTest {
    private static NgramIndex of(int... tokens) {
        NgramIndex index = new NgramIndex();
        for (int token : tokens) {
            index.add(token);
        }
        return index;
    }

    @Test
    void theLongestMatchCounts() {
        NgramIndex index = of(1, 2, 3, 4, 9, 2, 3, 5, 1, 2, 3);

        assertThat(index.find()).isEqualTo(new NgramIndex.Match(3, 3));
    }

    @Test
    void ofEqualMatchesTheNewestCounts() {
        assertThat(of(1, 2, 7, 1, 2, 8, 1, 2).find()).isEqualTo(new NgramIndex.Match(5, 2));
    }

    @Test
    void matchesMayOverlapTheEnd() {
        assertThat(of(5, 5, 5, 5).find()).isEqualTo(new NgramIndex.Match(3, 3));
    }

    @Test
    void oneTokenIsNoMatch() {
        assertThat(of().find()).isEqualTo(NgramIndex.Match.NONE);
        assertThat(of(1).find()).isEqualTo(NgramIndex.Match.NONE);
        assertThat(of(1, 2, 1).find()).isEqualTo(NgramIndex.Match.NONE);
    }

    @Test
    void aPlaceIsFollowedOverAChange() {
        NgramIndex index = of(1, 2, 3, 4, 5, 6, 7, 1, 2);
        assertThat(index.find()).isEqualTo(new NgramIndex.Match(2, 2));
        index.add(99);
        assertThat(index.find()).isEqualTo(new NgramIndex.Match(3, 1));
        index.add(98);
        assertThat(index.find()).isEqualTo(new NgramIndex.Match(4, 1));
        index.add(97);
        assertThat(index.find()).isEqualTo(NgramIndex.Match.NONE);
    }

    /// Against a search of everything, on few tokens so that there are many matches.
    @Test
    void findsWhatASearchOfEverythingFinds() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int[] tokens = random.ints(300, 0, 2 + random.nextInt(30)).toArray();
            NgramIndex index = new NgramIndex();
            for (int length = 0; length < tokens.length; length++) {
                NgramIndex.Match found = index.find();
                int longest = longest(tokens, length);
                if (found.length() > 1) {
                    assertThat(matching(tokens, found.next(), length)).isEqualTo(found.length());
                }
                assertThat(found.length()).isLessThanOrEqualTo(Math.max(1, longest));
                // All places are candidates as long as there are few of them.
                if (length < 30 && longest > 1) {
                    assertThat(found.length()).isEqualTo(longest);
                }
                index.add(tokens[length]);
            }
        }
    }

    private static int longest(int[] tokens, int length) {
        int longest = 0;
        for (int next = 1; next < length; next++) {
            longest = Math.max(longest, matching(tokens, next, length));
        }
        return longest >= NgramIndex.SHORTEST ? longest : 0;
    }

    private static int matching(int[] tokens, int next, int length) {
        int matching = 0;
        while (matching < Math.min(next, NgramIndex.LONGEST)
                && tokens[next - 1 - matching] == tokens[length - 1 - matching]) {
            matching++;
        }
        return matching;
    }
}
