package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Every vector of `conformance/tokenizers`. Where the kit says that its oracle is wrong ("Traps" 2 and 3), ids
/// are tiktoken's, or the one text concerned has its own expectation here.
class TokenizerConformanceTest {
    /// Vocabularies whose spaces before punctuation the oracle takes out of decoded text, as Hugging Face once
    /// did.
    private static final Set<String> CLEANED =
            Set.of("cl100k", "gemma-4", "gpt-2", "llama-bpe", "tiny/gemma4-e", "tiny/gpt2", "tiny/llama3", "tiny/reka");

    /// The oracle makes control tokens of this text, which a user may have written.
    private static final String HARMONY = "<|start|>system<|message|>text<|end|>";

    private static final Set<String> HARMONY_VOCABULARIES = Set.of("gpt-oss", "tiny/gpt-oss");

    @TempDir
    private static Path scratch;

    @TestFactory
    Stream<DynamicContainer> everyVector() {
        return TestVocabulary.all().stream().map(vocabulary -> {
            Tokenizer tokenizer = Tokenizer.of(vocabulary.metadata(scratch));
            JsonNode vectors = vocabulary.readVectors();
            boolean harmony = HARMONY_VOCABULARIES.contains(vocabulary.name());
            Stream<DynamicTest> tests = Stream.of(
                    dynamicTest(
                            "size",
                            () -> assertThat(tokenizer.size())
                                    .isEqualTo(vectors.path("n_vocab").intValue())),
                    dynamicTest("ids", () -> checkIds(tokenizer, vectors, harmony)),
                    dynamicTest("text", () -> checkText(tokenizer, vectors, CLEANED.contains(vocabulary.name()))),
                    dynamicTest("pieces", () -> checkPieces(tokenizer, vectors)),
                    dynamicTest("special tokens", () -> checkSpecialTokens(tokenizer, vectors)),
                    dynamicTest("official tests", () -> checkOfficial(tokenizer, vocabulary)));
            return DynamicContainer.dynamicContainer(vocabulary.name(), tests);
        });
    }

    private static void checkIds(Tokenizer tokenizer, JsonNode vectors, boolean harmony) {
        for (JsonNode vector : vectors.path("cases")) {
            String text = vector.path("text").stringValue();
            JsonNode expected = vector.has("tiktoken") ? vector.path("tiktoken") : vector;
            assertThat(tokenizer.encode(text, true, true)).as(text).isEqualTo(ints(expected.path("special")));
            int[] plain = tokenizer.encode(text, false, false);
            if (harmony && text.equals(HARMONY)) {
                assertThat(Arrays.stream(plain).mapToObj(tokenizer::kind)).containsOnly(TokenKind.NORMAL);
                assertThat(tokenizer.decode(plain)).isEqualTo(text);
            } else {
                assertThat(plain).as(text).isEqualTo(ints(expected.path("plain")));
            }
        }
    }

    private static void checkText(Tokenizer tokenizer, JsonNode vectors, boolean cleaned) {
        for (JsonNode vector : vectors.path("cases")) {
            String expected = vector.path("detok_plain").path("text").stringValue();
            if (expected.equals(HARMONY)) {
                continue;
            }
            String text = tokenizer.decode(ints(vector.path("plain")));
            assertThat(cleaned ? clean(text) : text).isEqualTo(expected);
        }
    }

    /// What the oracle does to decoded text. We leave text as it is: `a ? b : c` is no typing error.
    private static String clean(String text) {
        return text.replaceAll(" ([?!.,])", "$1").replaceAll(" ' ", "'").replaceAll(" ('(s|m|re|ve))", "$1");
    }

    private static void checkPieces(Tokenizer tokenizer, JsonNode vectors) {
        vectors.path("pieces").properties().forEach(piece -> {
            int id = Integer.parseInt(piece.getKey());
            assertThat(tokenizer.rawBytes(id))
                    .as("piece %d", id)
                    .isEqualTo(HexFormat.of().parseHex(piece.getValue().stringValue()));
        });
    }

    private static void checkSpecialTokens(Tokenizer tokenizer, JsonNode vectors) {
        int[] endings = IntStream.range(0, tokenizer.size())
                .filter(tokenizer::endsGeneration)
                .toArray();
        assertThat(endings).isEqualTo(ints(vectors.path("eog")));
        assertThat(tokenizer.bos()).hasValue(vectors.path("bos").intValue());
        assertThat(tokenizer.eos()).hasValue(vectors.path("eos").intValue());
    }

    private static void checkOfficial(Tokenizer tokenizer, TestVocabulary vocabulary) throws IOException {
        Path input = vocabulary.vectors().resolveSibling("tests.inp");
        if (!Files.exists(input)) {
            return;
        }
        String[] texts = Files.readString(input, StandardCharsets.UTF_8).split("\n__ggml_vocab_test__\n", -1);
        List<String> lines = Files.readAllLines(vocabulary.vectors().resolveSibling("tests.out"));
        assertThat(lines).hasSizeGreaterThan(40);
        for (int i = 0; i < lines.size(); i++) {
            int[] expected = Arrays.stream(lines.get(i).strip().split(" "))
                    .filter(word -> !word.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
            assertThat(tokenizer.encode(texts[i], false, false)).as(texts[i]).isEqualTo(expected);
        }
    }

    static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size())
                .map(i -> array.path(i).intValue())
                .toArray();
    }
}
