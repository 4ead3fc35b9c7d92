package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;

/// Small files of ranks; the published one is read by the tests of the command.
class TiktokenEncodingTest {
    private static final int CONTROL = 300;
    private static final TiktokenEncoding ENCODING =
            new TiktokenEncoding("small.tiktoken", "gpt-4o", Map.of(CONTROL, "<|end|>"), CONTROL, CONTROL);

    /// All bytes in their order, then these pieces from rank 256 on.
    private static String ranks(String... pieces) {
        List<byte[]> all = IntStream.range(0, 256)
                .mapToObj(value -> new byte[] {(byte) value})
                .collect(Collectors.toList());
        for (String piece : pieces) {
            all.add(piece.getBytes(StandardCharsets.UTF_8));
        }
        return IntStream.range(0, all.size())
                .mapToObj(rank -> Base64.getEncoder().encodeToString(all.get(rank)) + " " + rank + "\n")
                .collect(Collectors.joining());
    }

    private static Tokenizer tokenizer(String file, TiktokenEncoding encoding) throws IOException {
        return Tokenizer.ofTiktoken(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)), encoding);
    }

    @Test
    void theLowestRankIsMergedFirstAndTheLeftmostOfEquals() throws IOException {
        Tokenizer tokenizer = tokenizer(ranks("bc", "ab", "aa", "xab"), ENCODING);

        assertThat(tokenizer.encode("abcd", false, false)).containsExactly('a', 256, 'd');
        assertThat(tokenizer.encode("abd", false, false)).containsExactly(257, 'd');
        assertThat(tokenizer.encode("aaad", false, false)).containsExactly(258, 'a', 'd');
        assertThat(tokenizer.encode("caabd", false, false)).containsExactly('c', 'a', 257, 'd');
        assertThat(tokenizer.encode("xxabd", false, false)).containsExactly('x', 259, 'd');
    }

    @Test
    void aWordThatIsAPieceBecomesIt() throws IOException {
        Tokenizer tokenizer = tokenizer(ranks("bc", "abcde"), ENCODING);

        assertThat(tokenizer.encode("abcde", false, false)).containsExactly(257);
        assertThat(tokenizer.encode("xabcde", false, false)).containsExactly('x', 'a', 256, 'd', 'e');
    }

    @Test
    void bytesOfACharacterAndControlTokens() throws IOException {
        Tokenizer tokenizer = tokenizer(ranks("é"), ENCODING);

        assertThat(tokenizer.encode("éè", false, false)).containsExactly(256, 0xC3, 0xA8);
        assertThat(tokenizer.decode(new int[] {256, CONTROL, 0xC3, 0xA8})).isEqualTo("éè");
        assertThat(tokenizer.encode("a<|end|>", false, true)).containsExactly('a', CONTROL);
        assertThat(tokenizer.encode("a<|end|>", true, false)).doesNotContain(CONTROL);
        assertThat(tokenizer.kind(CONTROL)).isEqualTo(TokenKind.CONTROL);
        assertThat(tokenizer.kind(CONTROL - 1)).isEqualTo(TokenKind.UNUSED);
        assertThat(tokenizer.size()).isEqualTo(CONTROL + 1);
        assertThat(tokenizer.endsGeneration(CONTROL)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "IQ==\n", "IQ== 1\n", "IQ== 0\nIg== 2\n", "I! 0\n", " 0\n", "IQ== 0 \n", "IQ== 0\n\n"})
    void aDamagedFileIsRefused(String file) {
        assertThatThrownBy(() -> tokenizer(file, ENCODING))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith("small.tiktoken ");
    }

    @Test
    void anotherFileIsRefused() {
        TiktokenEncoding small = new TiktokenEncoding("s", "gpt-4o", Map.of(255, "<|a|>", 299, "<|b|>"), 255, 299);
        TiktokenEncoding tiny = new TiktokenEncoding("s", "gpt-4o", Map.of(2, "<|a|>"), 2, 2);
        TiktokenEncoding huge = new TiktokenEncoding("s", "gpt-4o", Map.of(1 << 30, "<|a|>"), 1 << 30, 1 << 30);
        TiktokenEncoding unknown = new TiktokenEncoding("s", "gpt-9", Map.of(300, "<|a|>"), 300, 300);

        assertThatThrownBy(() -> tokenizer(ranks(), small)).hasMessageContaining("the id 255, which is <|a|>");
        assertThatThrownBy(() -> tokenizer(ranks(), tiny)).hasMessageContaining("256 pieces");
        assertThatThrownBy(() -> tokenizer(ranks(), huge)).isInstanceOf(UnsupportedModelException.class);
        assertThatThrownBy(() -> tokenizer(ranks(), unknown)).hasMessageContaining("gpt-9");
    }
}
