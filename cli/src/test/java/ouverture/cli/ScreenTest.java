package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.RequestException;

/// What the commands print with and what they read from the command line.
class ScreenTest {
    @Test
    void hiddenCharactersAreShown() {
        assertThat(Printable.line("a\u001b[31m\tb\r\n\u009bc\u202e\ud800d 日本 🎼"))
                .isEqualTo("a\\u{1b}[31m\\tb\\r\\n\\u{9b}c\\u{202e}\\u{d800}d 日本 🎼");
        assertThat(Printable.lines("a\n\tb\r\u0007")).isEqualTo("a\n\tb\\r\\u{7}");
        assertThat(Printable.line("abcdef", 6)).isEqualTo("abcdef");
        assertThat(Printable.line("abcdefg", 6)).isEqualTo("abcde…");
        assertThat(Printable.line("\u001b\u001b\u001b", 6)).isEqualTo("\\u{1b…");
    }

    @Test
    void tablesAreAlignedAndBrokenBetweenWords() {
        StringBuilder page = new StringBuilder();
        new Table(" ", "lrl")
                .row("name", "1", "word ".repeat(20).strip())
                .row("n", "100", "x".repeat(90))
                .row("", "", "")
                .appendTo(page);

        assertThat(page)
                .hasToString(" name    1  " + "word ".repeat(13).strip() + "\n            "
                        + "word ".repeat(7).strip() + "\n n     100  " + "x".repeat(90) + "\n\n");
    }

    @Test
    void jsonHidesNothingFromATerminal() {
        assertThat(Json.line(Json.object().put("é\u009b", "日\u202e\u007f\ud800\n")))
                .isEqualTo("{\"é\\u009b\":\"日\\u202e\\u007F\\ud800\\n\"}");
    }

    @Test
    void tokenIdsAreReadInManySpellings() {
        assertThat(TokenIds.parse("--ids", " 1, 2,3\n4 ")).containsExactly(1, 2, 3, 4);
        assertThat(TokenIds.parse("--ids", "[1, 2]")).containsExactly(1, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "1,,2", "-1", "99999999999", "1.5", "x", "1,", "[1"})
    void wrongTokenIdsAreRefused(String text) {
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> TokenIds.parse("--ids", text))
                .withMessageStartingWith("--ids has ")
                .withMessageEndingWith(".");
    }

    @Test
    void memoryIsReadFasterThanNothing() {
        MemoryBandwidth bandwidth = MemoryBandwidth.measure(2, Machine.here());

        assertThat(bandwidth.bytesPerSecond()).isGreaterThan(100e6);
        assertThat(bandwidth.bufferBytes()).isPositive();
    }
}
