package ouverture.text.output;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import ouverture.text.Tokenizer;

/// Cuts texts into tokens in any way that a vocabulary allows, not only in the one that its merges give. A mark
/// becomes a negative number.
///
/// @param words ordinary pieces of more than a byte
record Encoder(Tokenizer tokenizer, List<String> specials, List<String> words, Random random) {
    /// One word of this number is not taken as a word.
    private static final int BROKEN = 8;

    /// Ways to cut a text.
    private static final int CUTS = 4;

    /// The same text several times.
    Stream<int[]> cuts(String text) {
        return IntStream.range(0, CUTS).mapToObj(_ -> encode(text));
    }

    /// Special tokens count.
    int[] encode(String text) {
        IntStream.Builder ids = IntStream.builder();
        int from = 0;
        for (int at = 0; at < text.length(); ) {
            int here = at;
            String special = specials.stream()
                    .filter(piece -> text.startsWith(piece, here))
                    .findFirst()
                    .orElse("");
            if (special.isEmpty()) {
                at++;
            } else {
                addOrdinary(text.substring(from, at), ids);
                ids.add(tokenizer.id(special).orElseThrow());
                at += special.length();
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
            String word = random.nextInt(BROKEN) == 0 ? "" : word(text, at);
            if (mark >= 0) {
                ids.add(-1 - mark);
                at++;
            } else if (word.isEmpty()) {
                int next = text.offsetByCodePoints(at, 1);
                IntStream.of(tokenizer.encode(text.substring(at, next), false, false))
                        .forEach(ids::add);
                at = next;
            } else {
                ids.add(MutatedStreams.FIRST_WORD + words.indexOf(word));
                at += word.length();
            }
        }
    }

    private String word(String text, int at) {
        List<String> possible =
                words.stream().filter(word -> text.startsWith(word, at)).toList();
        return possible.isEmpty() ? "" : possible.get(random.nextInt(possible.size()));
    }
}
