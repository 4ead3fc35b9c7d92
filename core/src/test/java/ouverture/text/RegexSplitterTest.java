package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.text.RegexSplitter.Behavior;

class RegexSplitterTest {
    private static final String TEXT = "the-final--countdown";

    private static List<String> split(String expression, Behavior behavior) {
        return WordScannerTest.words(new RegexSplitter(UntrustedPattern.of(expression, "test"), behavior), TEXT);
    }

    @Test
    void matchesGoWhereTheBehaviorSays() {
        assertThat(split("-", Behavior.ISOLATED)).containsExactly("the", "-", "final", "-", "-", "countdown");
        assertThat(split("-", Behavior.CONTIGUOUS)).containsExactly("the", "-", "final", "--", "countdown");
        assertThat(split("-", Behavior.MERGED_WITH_PREVIOUS)).containsExactly("the-", "final-", "-", "countdown");
        assertThat(split("-", Behavior.MERGED_WITH_NEXT)).containsExactly("the", "-final", "-", "-countdown");
    }

    @Test
    void emptyMatchesCutNothing() {
        assertThat(split("x*", Behavior.ISOLATED)).containsExactly(TEXT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a+)+b", "(a|aa)*b", "(?:a|a)*$b"})
    void aPatternThatBacktracksWithoutEndIsGivenUp(String expression) {
        Splitter splitter = new RegexSplitter(UntrustedPattern.of(expression, "evil.json"), Behavior.ISOLATED);
        assertThatThrownBy(() -> WordScannerTest.words(splitter, "a".repeat(10_000)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("evil.json")
                .hasMessageContaining("backtracks without end");
    }

    @Test
    void aPatternThatJavaCannotReadIsRefused() {
        String deep = "(".repeat(9_000) + ")".repeat(9_000);
        for (String expression : List.of("(", "\\p{Nonsense}", "x".repeat(30_000), deep + "(")) {
            assertThatThrownBy(() -> UntrustedPattern.of(expression, "evil.json"))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("evil.json");
        }
    }
}
