package ouverture.generate;

import java.util.Arrays;

/// Finds where the end of a growing sequence of tokens stood before. Each token's place is put, once, in a chain
/// of the places where the same two tokens end, as deflate finds repetitions (RFC 1951, section 4); a search
/// walks the newest of them. Memory: about 16 bytes a token.
final class NgramIndex {
    /// Tokens that must be equal: a single one says too little about the next.
    static final int SHORTEST = 2;

    /// Tokens that are compared at most.
    static final int LONGEST = 32;

    /// Tokens for which a place that matched is followed when it does not match any more: one word of a copied
    /// text may have been changed.
    private static final int FOLLOWED = 3;

    /// Places that a search looks at.
    private static final int CANDIDATES = 32;

    private int[] tokens = new int[64];
    private int length;
    /// The newest place of each chain, by hash; 0 for none. Twice as many as there is room for tokens.
    private int[] newest = new int[2 * tokens.length];
    /// For each place the one before it in its chain; 0 for none.
    private int[] older = new int[tokens.length];

    /// Position behind the last match, moved along with the end.
    private int followed;
    private int followedUntil;

    /// An earlier place like the end.
    ///
    /// @param next position behind it
    /// @param length tokens before `next` that are those at the end; 1 for a place that matched shortly before,
    ///     0 for none
    record Match(int next, int length) {
        static final Match NONE = new Match(0, 0);
    }

    int length() {
        return length;
    }

    int token(int position) {
        return tokens[position];
    }

    void add(int token) {
        if (length == tokens.length) {
            grow();
        }
        tokens[length] = token;
        if (length > 0) {
            link(length);
        }
        length++;
        followed++;
    }

    private void link(int place) {
        int chain = chain(place);
        older[place] = newest[chain];
        newest[chain] = place;
    }

    /// The chain of the two tokens that end at a place.
    private int chain(int place) {
        long pair = (long) tokens[place - 1] << Integer.SIZE | tokens[place];
        // The upper half of a product with the golden ratio depends on all bits (Knuth, volume 3, section 6.4).
        return (int) (pair * 0x9E3779B97F4A7C15L >>> Integer.SIZE) & (newest.length - 1);
    }

    private void grow() {
        tokens = Arrays.copyOf(tokens, 2 * length);
        older = new int[tokens.length];
        newest = new int[2 * tokens.length];
        for (int place = 1; place < length; place++) {
            link(place);
        }
    }

    /// The earlier place before which most tokens are those at the end, the newest of equals.
    Match find() {
        if (length == 0) {
            return Match.NONE;
        }
        Match best = Match.NONE;
        int place = older[length - 1];
        for (int i = 0; i < CANDIDATES && place > 0 && best.length < LONGEST; i++) {
            int equal = equal(place);
            if (equal >= SHORTEST && equal > best.length) {
                best = new Match(place + 1, equal);
            }
            place = older[place];
        }
        if (best.length > 0) {
            followed = best.next;
            followedUntil = length + FOLLOWED;
            return best;
        }
        return length < followedUntil ? new Match(followed, 1) : Match.NONE;
    }

    /// How many tokens up to `place` are those at the end.
    private int equal(int place) {
        int most = Math.min(LONGEST, place + 1);
        int equal = 0;
        while (equal < most && tokens[place - equal] == tokens[length - 1 - equal]) {
            equal++;
        }
        return equal;
    }
}
