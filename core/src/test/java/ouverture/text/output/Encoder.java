package ouverture.text.output;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ouverture.text.Tokenizer;

/// Cuts texts into tokens in any way that a vocabulary allows, not only in the one that its merges give. A mark
/// becomes a negative number.
final class Encoder {
    /// Ways to cut a text.
    private static final int CUTS = 4;

    /// One word of this number is not taken as a word.
    private static final int BROKEN = 8;

    private final Random random;
    /// By their first characters.
    private final Map<Character, List<Piece>> specials = new HashMap<>();
    private final Map<Character, List<Piece>> words = new HashMap<>();

    private record Piece(String text, int id) {}

    /// @param words ordinary pieces of more than a byte, in the order of their ids
    Encoder(Tokenizer tokenizer, List<String> specials, List<String> words, Random random) {
        this.random = random;
        specials.forEach(
                text -> add(this.specials, new Piece(text, tokenizer.id(text).orElseThrow())));
        for (int i = 0; i < words.size(); i++) {
            add(this.words, new Piece(words.get(i), MutatedStreams.FIRST_WORD + i));
        }
    }

    private static void add(Map<Character, List<Piece>> pieces, Piece piece) {
        pieces.computeIfAbsent(piece.text.charAt(0), _ -> new ArrayList<>()).add(piece);
    }

    /// The same text several times.
    Stream<int[]> cuts(String text) {
        return IntStream.range(0, CUTS).mapToObj(_ -> encode(text));
    }

    /// Special tokens count.
    int[] encode(String text) {
        IntStream.Builder ids = IntStream.builder();
        int from = 0;
        for (int at = 0; at < text.length(); ) {
            Piece special = any(specials, text, at);
            if (special.text.isEmpty()) {
                at++;
            } else {
                addOrdinary(text.substring(from, at), ids);
                ids.add(special.id);
                at += special.text.length();
                from = at;
            }
        }
        addOrdinary(text.substring(from), ids);
        return ids.build().toArray();
    }

    /// Special tokens are spelled out.
    int[] spelled(String text) {
        IntStream.Builder ids = IntStream.builder();
        addOrdinary(text, ids);
        return ids.build().toArray();
    }

    private void addOrdinary(String text, IntStream.Builder ids) {
        for (int at = 0; at < text.length(); ) {
            int mark = MutatedStreams.MARKS.indexOf(text.charAt(at));
            Piece word = random.nextInt(BROKEN) == 0 ? new Piece("", 0) : any(words, text, at);
            if (mark >= 0) {
                ids.add(-1 - mark);
                at++;
            } else if (word.text.isEmpty()) {
                int next = text.offsetByCodePoints(at, 1);
                for (byte b : text.substring(at, next).getBytes(StandardCharsets.UTF_8)) {
                    ids.add(b & 0xFF);
                }
                at = next;
            } else {
                ids.add(word.id);
                at += word.text.length();
            }
        }
    }

    /// One of the pieces that stand at an index, or an empty one.
    private Piece any(Map<Character, List<Piece>> pieces, String text, int at) {
        List<Piece> possible = pieces.getOrDefault(text.charAt(at), List.of()).stream()
                .filter(piece -> text.startsWith(piece.text, at))
                .toList();
        return possible.isEmpty() ? new Piece("", 0) : possible.get(random.nextInt(possible.size()));
    }
}
