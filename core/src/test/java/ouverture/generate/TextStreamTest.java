package ouverture.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TextStreamTest {
    @Test
    void cutsAtTheFirstStopString() {
        TextStream stream = new TextStream(List.of("END", "\n\n"));
        assertThat(stream.push("one E")).isEqualTo("one ");
        assertThat(stream.push("N")).isEmpty();
        assertThat(stream.push("Dtwo")).isEmpty();
        assertThat(stream.stopped()).isTrue();
        assertThat(stream.push("three")).isEmpty();
    }

    @Test
    void givesBackWhatTurnedOutNotToBeAStop() {
        TextStream stream = new TextStream(List.of("aab"));
        assertThat(stream.push("aa")).isEmpty();
        assertThat(stream.push("a")).isEqualTo("a");
        assertThat(stream.finish()).isEqualTo("aa");
        assertThat(stream.stopped()).isFalse();
    }

    /// Whatever the pieces, the text ends before the stop that is complete first.
    @Test
    void pieceBoundariesDoNotMatter() {
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            String text = letters(random, 12);
            List<String> stops = List.of(letters(random, 3) + "a", letters(random, 2) + "b");
            TextStream stream = new TextStream(stops);
            StringBuilder out = new StringBuilder();
            for (int from = 0; from < text.length(); ) {
                int to = Math.min(text.length(), from + 1 + random.nextInt(4));
                out.append(stream.push(text.substring(from, to)));
                from = to;
            }
            out.append(stream.finish());
            assertThat(out.toString()).as("%s cut at %s", text, stops).isEqualTo(cut(text, stops));
        }
    }

    /// As a reader of single characters sees it: the stop that is complete first, and the longest of these.
    private static String cut(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String seen = text.substring(0, end);
            int longest = stops.stream()
                    .filter(seen::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return seen.substring(0, end - longest);
            }
        }
        return text;
    }

    private static String letters(Random random, int max) {
        StringBuilder letters = new StringBuilder();
        for (int i = random.nextInt(max + 1); i > 0; i--) {
            letters.append((char) ('a' + random.nextInt(3)));
        }
        return letters.toString();
    }
}
