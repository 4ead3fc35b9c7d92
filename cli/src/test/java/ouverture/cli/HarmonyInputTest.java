package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Shared;
import ouverture.text.Tokenizer;
import ouverture.text.harmony.HarmonyControl;
import ouverture.text.harmony.HarmonyVocabulary;
import tools.jackson.databind.JsonNode;

/// The published vocabulary of gpt-oss against the conformance data of the model's own.
class HarmonyInputTest {
    /// The oracle makes control tokens of this text, which a user may have written.
    private static final String HARMONY = "<|start|>system<|message|>text<|end|>";

    private static HarmonyVocabulary vocabulary;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void read() throws IOException {
        vocabulary = HarmonyInput.vocabulary(null);
        tokenizer = vocabulary.tokenizer();
    }

    @Test
    void ids() {
        JsonNode cases = vectors().path("cases");
        assertThat(cases).hasSizeGreaterThan(50);
        for (JsonNode vector : cases) {
            String text = vector.path("text").stringValue();
            JsonNode expected = vector.path("tiktoken");
            assertThat(tokenizer.encode(text, true, true)).as(text).isEqualTo(ints(expected.path("special")));
            if (!text.equals(HARMONY)) {
                assertThat(tokenizer.encode(text, false, false)).as(text).isEqualTo(ints(expected.path("plain")));
            }
        }
    }

    /// The model's own file has the merges that Hugging Face made of the ranks.
    @Test
    void idsAsByTheMergesOfTheModel(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("gpt-oss.gguf");
        try (InputStream in = new GZIPInputStream(
                Files.newInputStream(Shared.path("conformance/tokenizers/gpt-oss/vocab.gguf.gz")))) {
            Files.copy(in, file);
        }
        Tokenizer merges = ModelTokenizer.read(file);
        SplittableRandom random = new SplittableRandom(7);

        for (int i = 0; i < 3000; i++) {
            String text = tokenizer.decode(random.ints(8, 0, 199_998).toArray());
            int[] ids = tokenizer.encode(text, false, false);
            assertThat(ids).as(text).isEqualTo(merges.encode(text, false, false));
            assertThat(tokenizer.decode(ids)).isEqualTo(text);
        }
    }

    @Test
    void pieces() {
        vectors()
                .path("pieces")
                .properties()
                .forEach(piece -> assertThat(tokenizer.rawBytes(Integer.parseInt(piece.getKey())))
                        .as(piece.getKey())
                        .isEqualTo(HexFormat.of().parseHex(piece.getValue().stringValue())));
    }

    @Test
    void controlTokens() {
        JsonNode vectors = vectors();
        JsonNode facts = harmony().path("facts");

        assertThat(tokenizer.bos()).hasValue(vectors.path("bos").intValue());
        assertThat(tokenizer.eos()).hasValue(vectors.path("eos").intValue());
        assertThat(IntStream.range(0, tokenizer.size())
                        .filter(tokenizer::endsGeneration)
                        .toArray())
                .isEqualTo(ints(vectors.path("eog")));
        assertThat(vocabulary.id(HarmonyControl.START))
                .isEqualTo(facts.path("special").path("<|start|>").intValue());
        facts.path("decode")
                .properties()
                .forEach(fact -> assertThat(tokenizer.piece(Integer.parseInt(fact.getKey())))
                        .isEqualTo(fact.getValue().stringValue()));
        facts.path("text_that_looks_special_without_permission")
                .properties()
                .forEach(fact -> assertThat(tokenizer.encode(fact.getKey(), false, false))
                        .isEqualTo(ints(fact.getValue())));
    }

    @Test
    void stopTokens() {
        JsonNode expected = harmony().path("stop_tokens");

        assertThat(vocabulary.stopTokens())
                .containsExactlyInAnyOrder(
                        IntStream.of(ints(expected.path("stop_tokens"))).boxed().toArray(Integer[]::new));
    }

    private static JsonNode vectors() {
        return Json.MAPPER.readTree(Shared.path("conformance/tokenizers/gpt-oss/vectors.json"));
    }

    private static JsonNode harmony() {
        return Json.MAPPER.readTree(Shared.path("conformance/harmony/harmony.json"));
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }
}
