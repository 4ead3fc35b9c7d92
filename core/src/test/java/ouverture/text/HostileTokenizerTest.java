package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;

/// Headers that are damaged or hostile, and texts that are meant to hurt.
class HostileTokenizerTest {
    private static final String PREFIX = "tokenizer.ggml.";

    /// Chars of a text on which a quadratic step would take minutes.
    private static final int LONG = 250_000;

    /// A small SentencePiece vocabulary; entries can be changed.
    private static Map<String, Object> sentencePiece() {
        List<String> pieces = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        IntStream.range(0, 256).mapToObj("<0x%02X>"::formatted).forEach(pieces::add);
        pieces.addAll(List.of("▁", "a", "b", "ab", "aa", "aaaa", "▁a", "<x>"));
        int[] types = new int[pieces.size()];
        Arrays.setAll(types, id -> id == 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1);
        types[types.length - 1] = 3;
        List<Double> scores =
                IntStream.range(0, types.length).mapToObj(id -> -1.0 * id).toList();
        Map<String, Object> values = new HashMap<>();
        values.put(PREFIX + "model", "llama");
        values.put(PREFIX + "tokens", pieces);
        values.put(PREFIX + "token_type", types);
        values.put(PREFIX + "scores", scores);
        return values;
    }

    /// A small byte-level vocabulary.
    private static Map<String, Object> byteLevel() {
        List<String> pieces = new ArrayList<>();
        IntStream.range(0, 256)
                .mapToObj(b -> String.valueOf(ByteLevel.charOf(b)))
                .forEach(pieces::add);
        pieces.addAll(List.of("aa", "aaaa", "Ġa", "<|end|>"));
        int[] types = new int[pieces.size()];
        Arrays.fill(types, 1);
        types[types.length - 1] = 3;
        Map<String, Object> values = new HashMap<>();
        values.put(PREFIX + "model", "gpt2");
        values.put(PREFIX + "pre", "gpt-2");
        values.put(PREFIX + "tokens", pieces);
        values.put(PREFIX + "token_type", types);
        values.put(PREFIX + "merges", List.of("a a", "aa aa", "Ġ a"));
        return values;
    }

    private static Tokenizer open(Map<String, Object> values) {
        return Tokenizer.of(new Metadata("evil.gguf", values));
    }

    private static void assertRefused(
            Map<String, Object> values, Class<? extends OuvertureException> kind, String what) {
        assertThatThrownBy(() -> open(values))
                .isInstanceOf(kind)
                .hasMessageContaining("evil.gguf")
                .hasMessageContaining(what)
                .hasMessageEndingWith(".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokens", "model", "scores"})
    void aMissingTableIsNamed(String key) {
        Map<String, Object> values = sentencePiece();
        values.remove(PREFIX + key);
        assertRefused(values, ModelFileException.class, key);
    }

    @Test
    void tablesThatDoNotFitAreNamed() {
        Map<String, Object> values = sentencePiece();
        values.put(PREFIX + "scores", new float[3]);
        assertRefused(values, ModelFileException.class, "scores has 3 entries for 267 pieces");
        values = sentencePiece();
        values.put(PREFIX + "token_type", new int[3]);
        assertRefused(values, ModelFileException.class, "token_type has 3 entries for 267 pieces");
        values = sentencePiece();
        values.put(PREFIX + "tokens", List.of());
        assertRefused(values, ModelFileException.class, "empty vocabulary");
        values = byteLevel();
        values.remove(PREFIX + "merges");
        assertRefused(values, ModelFileException.class, "merges");
        values = byteLevel();
        values.put(PREFIX + "tokens", List.of(1L, 2L));
        assertRefused(values, ModelFileException.class, "tokens should be a list of strings");
    }

    @Test
    void unknownKindsAreNamed() {
        Map<String, Object> values = byteLevel();
        values.put(PREFIX + "model", "t5");
        assertRefused(values, UnsupportedModelException.class, "\"t5\"");
        values = byteLevel();
        values.put(PREFIX + "pre", "no-such-rule");
        assertRefused(values, UnsupportedModelException.class, "\"no-such-rule\"");
    }

    @Test
    void looseHeadersAreTolerated() {
        Map<String, Object> values = byteLevel();
        values.put(PREFIX + "merges", List.of("", "a", "no such", "a a", "a a", "  ", "x ", "aa aa", "< |end|>"));
        values.put(PREFIX + "bos_token_id", 4_294_967_295L);
        values.put(PREFIX + "eos_token_id", -1L);
        values.put(PREFIX + "add_bos_token", true);
        Tokenizer tokenizer = open(values);
        assertThat(tokenizer.bos()).isEmpty();
        assertThat(tokenizer.eos()).isEmpty();
        assertThat(tokenizer.encode("aaaa", true, false)).containsExactly(257);
    }

    @Test
    void duplicatesEmptyPiecesAndOddKindsAreTolerated() {
        Map<String, Object> values = sentencePiece();
        List<String> pieces = new ArrayList<>(Collections.nCopies(600, "a"));
        pieces.set(5, "");
        pieces.set(6, "<0xZZ>");
        int[] types = new Random(5).ints(600, -3, 9).toArray();
        types[0] = 1;
        values.put(PREFIX + "tokens", pieces);
        values.put(PREFIX + "token_type", types);
        values.put(PREFIX + "scores", new float[600]);
        Tokenizer tokenizer = open(values);
        assertThat(tokenizer.id("a")).hasValue(0);
        for (int id = 0; id < tokenizer.size(); id++) {
            assertThat(tokenizer.rawBytes(id)).isNotNull();
        }
        assertThatCode(() -> tokenizer.encode("aaa bbb", true, true)).doesNotThrowAnyException();
    }

    @Test
    void scoresThatAreNoNumbersAreTolerated() {
        Map<String, Object> values = sentencePiece();
        float[] odd = {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, -0f, 0f, Float.MIN_VALUE};
        float[] scores = new float[267];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = odd[id % odd.length];
        }
        values.put(PREFIX + "scores", scores);
        Tokenizer tokenizer = open(values);
        assertThat(tokenizer.decode(tokenizer.encode("aaaabab", true, false))).isEqualTo("aaaabab");
    }

    @Test
    void noStringBreaksAnEncoding() {
        Random random = new Random(6);
        for (Tokenizer tokenizer : List.of(open(sentencePiece()), open(byteLevel()))) {
            for (String text : List.of("\uD800", "\uDC00", "a\uDC00\uD800b", "\uD83D\uDE42\uD83D", "\uFFFF\uFFFE")) {
                assertThat(tokenizer.decode(tokenizer.encode(text, true, true))).isEqualTo(CodePoints.wellFormed(text));
            }
            for (int i = 0; i < 2_000; i++) {
                char[] chars = new char[random.nextInt(20)];
                for (int j = 0; j < chars.length; j++) {
                    chars[j] = (char) random.nextInt(0x10000);
                }
                String text = new String(chars).replace('▁', 'x');
                assertThat(tokenizer.decode(tokenizer.encode(text, false, false)))
                        .isEqualTo(CodePoints.wellFormed(text));
            }
        }
    }

    @Test
    void usersCannotWriteControlTokens() {
        Tokenizer bytes = open(byteLevel());
        int end = bytes.id("<|end|>").orElseThrow();
        assertThat(bytes.encode("a<|end|>", false, false)).doesNotContain(end);
        assertThat(bytes.encode("a<|end|>", false, true)).endsWith(end);
        Tokenizer pieces = open(sentencePiece());
        int control = pieces.id("<x>").orElseThrow();
        assertThat(pieces.encode("<x></s><0x0A><unk>", false, false)).doesNotContain(control, 0, 1, 2);
        assertThat(pieces.decode(pieces.encode("<x></s><0x0A><unk>", false, false)))
                .isEqualTo("<x></s><0x0A><unk>");
        assertThat(pieces.encode("<x>", false, true)).containsExactly(control);
    }

    @Test
    void timeDoesNotGrowWithTheSquareOfTheLength() {
        Map<String, Object> llama = byteLevel();
        llama.put(PREFIX + "pre", "llama-bpe");
        List<Tokenizer> tokenizers = new ArrayList<>(List.of(open(sentencePiece()), open(llama)));
        for (String name : List.of("gpt-2", "gpt-4o", "tekken", "kimi-k2", "deepseek-v3", "deepseek-llm", "default")) {
            Map<String, Object> values = byteLevel();
            values.put(PREFIX + "pre", name);
            tokenizers.add(open(values));
        }
        List<String> texts = Stream.of("a", " ", "\n", "A", "1", "<", "<|end|", "中", "!", "\u0301", "aB", " \n", "'")
                .map(part -> part.repeat(LONG / part.length()) + "x")
                .toList();
        Assertions.assertTimeout(Duration.ofSeconds(60), () -> {
            for (Tokenizer tokenizer : tokenizers) {
                for (String text : texts) {
                    assertThat(tokenizer.encode(text, false, true)).isNotEmpty();
                }
            }
        });
    }
}
