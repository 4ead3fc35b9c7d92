package ouverture.text;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/// The merges of a byte-pair encoding: two neighbouring pieces, the piece they make and how early. A
/// multiply-shift hash with a random factor, so that a hostile file cannot choose pairs that collide.
final class PairTable {
    /// What [#get] answers for a pair that is not merged.
    static final long ABSENT = SymbolChain.NO_CANDIDATE;

    private static final long EMPTY = -1;

    private final long factor = ThreadLocalRandom.current().nextLong() | 1;
    /// Keys at even places, each with its value after it.
    private final long[] entries;

    private final int shift;

    private PairTable(int most) {
        int bits = 33 - Integer.numberOfLeadingZeros(Math.max(1, most));
        shift = 64 - bits;
        entries = new long[2 << bits];
        Arrays.fill(entries, EMPTY);
    }

    /// The merges of a file. Those whose pieces, or what they make, are not pieces that text may turn into can
    /// never apply and are left out; of two merges of one pair the earlier counts.
    ///
    /// @param merges the first made the earliest; each two pieces with a separator between them
    static PairTable of(Vocabulary vocabulary, List<String> merges, char separator) {
        int[] lefts = new int[merges.size()];
        int[] rights = new int[merges.size()];
        int[] merged = new int[merges.size()];
        // Half a million merges are most of the time that it takes to open a tokenizer.
        IntStream.range(0, merges.size()).parallel().forEach(rank -> {
            String merge = merges.get(rank);
            int end = merge.length();
            int middle = merge.indexOf(separator, 1);
            lefts[rank] = Vocabulary.ABSENT;
            if (middle >= 0) {
                long head = vocabulary.hash(Vocabulary.START, merge, 0, middle);
                lefts[rank] = vocabulary.findHashed(head);
                rights[rank] = vocabulary.findHashed(vocabulary.hash(Vocabulary.START, merge, middle + 1, end));
                merged[rank] = vocabulary.findHashed(vocabulary.hash(head, merge, middle + 1, end));
            }
        });
        PairTable table = new PairTable(merges.size());
        for (int rank = 0; rank < merged.length; rank++) {
            if (vocabulary.writesText(lefts[rank])
                    && vocabulary.writesText(rights[rank])
                    && vocabulary.writesText(merged[rank])) {
                table.put(lefts[rank], rights[rank], rank, merged[rank]);
            }
        }
        return table;
    }

    private void put(int left, int right, int rank, int merged) {
        int slot = slot(left, right);
        if (entries[slot] == EMPTY) {
            entries[slot] = key(left, right);
            entries[slot + 1] = SymbolChain.candidate(rank, merged);
        }
    }

    /// The candidate of a pair (rank and merged piece, see [SymbolChain#candidate]), or [#ABSENT].
    long get(int left, int right) {
        int slot = slot(left, right);
        return entries[slot] == EMPTY ? ABSENT : entries[slot + 1];
    }

    private int slot(int left, int right) {
        long key = key(left, right);
        int slot = (int) (key * factor >>> shift) * 2;
        while (entries[slot] != EMPTY && entries[slot] != key) {
            slot = slot + 2 & entries.length - 1;
        }
        return slot;
    }

    private static long key(int left, int right) {
        return (long) left << 32 | right;
    }
}
