package ouverture.text;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// Pieces by id and ids by piece.
///
/// Pieces are looked up as ranges of strings, without copying them out. The hash is a polynomial modulo 2^61 - 1
/// at a random point, so that a hostile file cannot choose pieces that collide; each slot holds an id and the
/// part of the hash that its place does not say, so that a look-up rarely reads a piece that it does not mean.
final class Vocabulary {
    /// What a look-up answers for a piece that is not there.
    static final int ABSENT = -1;

    /// Most entries of a vocabulary; published ones have up to 300 thousand.
    static final int MOST = 1 << 22;

    /// Hash of nothing, see [#hash].
    static final long START = 1;

    private static final long PRIME = (1L << 61) - 1;
    private static final int ID_BITS = 22;
    private static final long EMPTY = -1;

    private final String[] pieces;
    private final TokenKind[] kinds;
    private final boolean[] writesText;
    private final int longest;
    private final long[] slots;
    private final long base = ThreadLocalRandom.current().nextLong(1L << 32, PRIME);

    /// @param pieces by id, at most [#MOST]; where one occurs twice its first id is found
    /// @param kinds as many
    Vocabulary(List<String> pieces, TokenKind[] kinds) {
        this.pieces = pieces.toArray(String[]::new);
        this.kinds = kinds;
        this.writesText = new boolean[kinds.length];
        this.slots = new long[Integer.highestOneBit(Math.max(1, kinds.length)) * 4];
        Arrays.fill(slots, EMPTY);
        int length = 0;
        for (int id = 0; id < kinds.length; id++) {
            String piece = this.pieces[id];
            writesText[id] = kinds[id].writesText();
            length = Math.max(length, piece.length());
            long hash = hash(START, piece, 0, piece.length());
            int slot = slot(hash);
            while (slots[slot] != EMPTY
                    && !(isTagged(slots[slot], hash) && piece.equals(this.pieces[id(slots[slot])]))) {
                slot = slot + 1 & slots.length - 1;
            }
            if (slots[slot] == EMPTY && !piece.isEmpty()) {
                slots[slot] = hash << 64 - 61 >>> ID_BITS << ID_BITS | id;
            }
        }
        this.longest = length;
    }

    int size() {
        return pieces.length;
    }

    /// Length of the longest piece in chars.
    int longest() {
        return longest;
    }

    String piece(int id) {
        return pieces[id];
    }

    TokenKind kind(int id) {
        return kinds[id];
    }

    /// Whether ordinary text may turn into this entry; it cannot turn into an absent one.
    boolean writesText(int id) {
        return id != ABSENT && writesText[id];
    }

    /// Makes a control token of an entry, while the tokenizer is being built.
    void makeControl(int id) {
        kinds[id] = TokenKind.CONTROL;
        writesText[id] = false;
    }

    /// Whether a piece is SentencePiece's spelling of a byte, as `<0x0A>`.
    static boolean isByte(String piece) {
        return piece.length() == 6
                && piece.startsWith("<0x")
                && piece.endsWith(">")
                && Character.digit(piece.charAt(3), 16) >= 0
                && Character.digit(piece.charAt(4), 16) >= 0;
    }

    /// The id of a piece of any kind, or [#ABSENT].
    int find(String piece) {
        return find(piece, 0, piece.length());
    }

    /// The id of a piece that ordinary text may turn into, or [#ABSENT]: a user cannot write a control token.
    int findText(String text, int from, int to) {
        int id = find(text, from, to);
        return writesText(id) ? id : ABSENT;
    }

    /// The id of the entry for a byte, in SentencePiece's spelling or as a piece of one char, or [#ABSENT].
    int findByte(int value) {
        int id = find("<0x%02X>".formatted(value));
        return id != ABSENT || value > 0x7F ? id : find(String.valueOf((char) value));
    }

    /// The id of the piece with a hash, or [#ABSENT]; pieces of the same hash count as one. For reading files
    /// with hundreds of thousands of merges: a string that is no piece passes for one with a probability of
    /// 10^-12.
    int findHashed(long hash) {
        for (int slot = slot(hash); slots[slot] != EMPTY; slot = slot + 1 & slots.length - 1) {
            if (isTagged(slots[slot], hash)) {
                return id(slots[slot]);
            }
        }
        return ABSENT;
    }

    /// The id of the piece that two pieces make together and that ordinary text may turn into, or [#ABSENT].
    int findJoined(int left, int right) {
        String head = pieces[left];
        String tail = pieces[right];
        int length = head.length() + tail.length();
        if (length > longest) {
            return ABSENT;
        }
        int id = findHashed(hash(hash(START, head, 0, head.length()), tail, 0, tail.length()));
        return writesText(id)
                        && pieces[id].length() == length
                        && pieces[id].startsWith(head)
                        && pieces[id].endsWith(tail)
                ? id
                : ABSENT;
    }

    /// The hash of a string that is the one with hash `start` and then a range of another.
    long hash(long start, String text, int from, int to) {
        long hash = start;
        for (int i = from; i < to; i++) {
            long sum = hash + text.charAt(i) + 1;
            long product = sum * base;
            long folded = (product & PRIME) + (product >>> 61 | Math.multiplyHigh(sum, base) << 3);
            hash = (folded & PRIME) + (folded >>> 61);
        }
        return hash;
    }

    private int find(String text, int from, int to) {
        if (to - from > longest) {
            return ABSENT;
        }
        long hash = hash(START, text, from, to);
        for (int slot = slot(hash); slots[slot] != EMPTY; slot = slot + 1 & slots.length - 1) {
            String piece = pieces[id(slots[slot])];
            if (isTagged(slots[slot], hash) && piece.length() == to - from && text.startsWith(piece, from)) {
                return id(slots[slot]);
            }
        }
        return ABSENT;
    }

    private int slot(long hash) {
        return (int) hash & slots.length - 1;
    }

    private static boolean isTagged(long entry, long hash) {
        return (entry ^ hash << 64 - 61) >>> ID_BITS == 0;
    }

    private static int id(long entry) {
        return (int) entry & MOST - 1;
    }
}
