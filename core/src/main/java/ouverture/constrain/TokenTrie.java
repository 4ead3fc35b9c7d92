package ouverture.constrain;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import ouverture.text.TokenKind;
import ouverture.text.Tokenizer;

/// The tokens of a vocabulary that write text, as a tree by their bytes: what no answer can begin with is left
/// out with all its tokens at once. Immutable and safe for use by many threads.
public final class TokenTrie {
    private static final int NONE = -1;

    private final byte[] bytes;
    /// By id, where its bytes begin; they end where those of the next id begin.
    private final int[] begins;

    // The nodes, each before those below it.
    private final byte[] values;
    private final short[] depths;
    private final int[] ends;
    private final int[] tokens;
    /// By id, another token with the same bytes.
    private final int[] same;

    private TokenTrie(byte[][] texts) {
        begins = new int[texts.length + 1];
        for (int id = 0; id < texts.length; id++) {
            begins[id + 1] = begins[id] + texts[id].length;
        }
        bytes = new byte[begins[texts.length]];
        for (int id = 0; id < texts.length; id++) {
            System.arraycopy(texts[id], 0, bytes, begins[id], texts[id].length);
        }
        int[] sorted = IntStream.range(0, texts.length)
                .filter(id -> texts[id].length > 0)
                .boxed()
                .sorted(Comparator.comparing(id -> texts[id], Arrays::compareUnsigned))
                .mapToInt(Integer::intValue)
                .toArray();
        same = new int[texts.length];
        Arrays.fill(same, NONE);
        int nodes = 0;
        byte[] before = {};
        for (int id : sorted) {
            nodes += texts[id].length - shared(before, texts[id]);
            before = texts[id];
        }
        values = new byte[nodes];
        depths = new short[nodes];
        ends = new int[nodes];
        tokens = new int[nodes];
        Arrays.fill(tokens, NONE);
        fill(texts, sorted);
    }

    /// The tree of a tokenizer: takes some tenths of a second for a large one.
    public static TokenTrie of(Tokenizer tokenizer) {
        byte[][] texts = new byte[tokenizer.size()][];
        for (int id = 0; id < texts.length; id++) {
            byte[] text = tokenizer.kind(id) == TokenKind.UNUSED ? new byte[0] : tokenizer.bytes(id);
            // Longer ones are padding of files made for tests; a place in an answer has no use for them.
            texts[id] = text.length <= Short.MAX_VALUE ? text : new byte[0];
        }
        return new TokenTrie(texts);
    }

    private static int shared(byte[] one, byte[] other) {
        int difference = Arrays.mismatch(one, other);
        return difference < 0 ? one.length : difference;
    }

    private void fill(byte[][] texts, int[] sorted) {
        byte[] before = {};
        int[] path = new int[Short.MAX_VALUE + 1];
        int node = 0;
        for (int id : sorted) {
            byte[] text = texts[id];
            int from = shared(before, text);
            for (int depth = from; depth < before.length; depth++) {
                ends[path[depth]] = node;
            }
            for (int depth = from; depth < text.length; depth++) {
                values[node] = text[depth];
                depths[node] = (short) depth;
                path[depth] = node++;
            }
            int last = path[text.length - 1];
            same[id] = tokens[last];
            tokens[last] = id;
            before = text;
        }
        for (int depth = 0; depth < before.length; depth++) {
            ends[path[depth]] = node;
        }
    }

    /// Number of tokens.
    int size() {
        return same.length;
    }

    /// Whether a token writes no text.
    boolean isSilent(int id) {
        return begins[id] == begins[id + 1];
    }

    /// The place after a token, [Place#NOWHERE] if it does not fit.
    Place after(int id, Place from, Recogniser recogniser) {
        Place place = from;
        for (int i = begins[id]; i < begins[id + 1] && place != Place.NOWHERE; i++) {
            place = recogniser.afterByte(place, bytes[i] & 0xFF);
        }
        return place;
    }

    /// The longest token that a text has at a place; -1 if there is none.
    int longest(byte[] text, int from) {
        int longest = NONE;
        int node = 0;
        int end = values.length;
        for (int i = from; i < text.length; i++) {
            while (node < end && values[node] != text[i]) {
                node = ends[node];
            }
            if (node >= end) {
                break;
            }
            longest = tokens[node] == NONE ? longest : tokens[node];
            end = ends[node++];
        }
        return longest;
    }

    /// The bytes of a token.
    byte[] bytes(int id) {
        return Arrays.copyOfRange(bytes, begins[id], begins[id + 1]);
    }

    /// Sets the bits of all tokens that fit.
    void mark(Place from, Recogniser recogniser, long[] bits) {
        Place[] path = new Place[Short.MAX_VALUE + 2];
        path[0] = from;
        for (int node = 0; node < values.length; ) {
            int depth = depths[node];
            Place place = recogniser.afterByte(path[depth], values[node] & 0xFF);
            if (place == Place.NOWHERE) {
                node = ends[node];
                continue;
            }
            path[depth + 1] = place;
            for (int id = tokens[node]; id >= 0; id = same[id]) {
                bits[id >> 6] |= 1L << id;
            }
            node++;
        }
    }
}
