package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.text.RegexSplitter.Behavior;

/// Scanners against the regular expressions that they stand for.
class WordScannerTest {
    private static final int TEXTS = 20_000;

    static List<Map.Entry<String, WordScanner>> scanners() {
        return List.copyOf(PreTokenizers.SCANNERS.entrySet());
    }

    @ParameterizedTest
    @MethodSource("scanners")
    void splitsAsItsExpression(Map.Entry<String, WordScanner> scanner) {
        Splitter expression = new RegexSplitter(UntrustedPattern.of(scanner.getKey(), "test"), Behavior.ISOLATED);
        Random random = new Random(1);
        for (int i = 0; i < TEXTS; i++) {
            String text = RandomText.of(random, 12);
            assertThat(words(scanner.getValue(), text)).as(text).isEqualTo(words(expression, text));
        }
    }

    @ParameterizedTest
    @MethodSource("scanners")
    void staysWithinItsRange(Map.Entry<String, WordScanner> scanner) {
        String text = "don't  stop 1234 /\n\n  ÉTÉ";
        for (int from = 0; from <= text.length(); from++) {
            for (int to = from; to <= text.length(); to++) {
                List<String> words = new ArrayList<>();
                scanner.getValue().split(text, from, to, (start, end) -> words.add(text.substring(start, end)));
                assertThat(words).isEqualTo(words(scanner.getValue(), text.substring(from, to)));
            }
        }
    }

    static List<String> words(Splitter splitter, String text) {
        List<String> words = new ArrayList<>();
        splitter.split(text, 0, text.length(), (from, to) -> words.add(text.substring(from, to)));
        return words;
    }
}
