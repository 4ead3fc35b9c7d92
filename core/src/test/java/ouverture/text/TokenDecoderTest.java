package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.RequestException;

class TokenDecoderTest {
    private static final int RUNS = 2_000;

    @TempDir
    private static Path scratch;

    private static Stream<TestVocabulary> tiny() {
        return TestVocabulary.all().stream().filter(v -> v.name().startsWith("tiny/"));
    }

    private static Tokenizer tokenizer(String name) {
        return Tokenizer.of(TestVocabulary.named(name).metadata(scratch));
    }

    @TestFactory
    Stream<DynamicTest> streamsWholeCodePointsThatMakeTheWholeText() {
        return tiny().map(vocabulary -> DynamicTest.dynamicTest(vocabulary.name(), () -> {
            Tokenizer tokenizer = Tokenizer.of(vocabulary.metadata(scratch));
            Random random = new Random(3);
            for (int run = 0; run < RUNS; run++) {
                int[] ids = random.ints(random.nextInt(30), 0, tokenizer.size()).toArray();
                TokenDecoder decoder = tokenizer.decoder();
                StringBuilder streamed = new StringBuilder();
                for (int id : ids) {
                    String part = decoder.push(id);
                    assertThat(CodePoints.wellFormed(part)).isEqualTo(part);
                    streamed.append(part);
                }
                streamed.append(decoder.flush());
                assertThat(streamed).hasToString(tokenizer.decode(ids));
                assertThat(streamed).hasToString(whole(tokenizer, ids));
            }
        }));
    }

    /// The text of all bytes at once.
    private static String whole(Tokenizer tokenizer, int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(tokenizer.bytes(id));
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        int space = tokenizer.id("▁").orElseGet(() -> tokenizer.id("Ġ").orElseThrow());
        boolean drops = tokenizer.decoder().push(space).isEmpty();
        return drops && text.startsWith(" ") ? text.substring(1) : text;
    }

    @TestFactory
    Stream<DynamicTest> anyTextSurvivesTheRoundTrip() {
        return tiny().map(vocabulary -> DynamicTest.dynamicTest(vocabulary.name(), () -> {
            Tokenizer tokenizer = Tokenizer.of(vocabulary.metadata(scratch));
            Random random = new Random(4);
            for (int run = 0; run < RUNS; run++) {
                String text = RandomText.of(random, 15);
                boolean visibleSpaces =
                        tokenizer.id("▁").isPresent() && tokenizer.id("Ġ").isEmpty();
                String expected = visibleSpaces ? text.replace('▁', ' ') : text;
                assertThat(tokenizer.decode(tokenizer.encode(text, true, false)))
                        .isEqualTo(expected);
            }
        }));
    }

    @Test
    void aSpaceBelongsToTheTextUnlessTheTextBeginsWithIt() {
        Tokenizer tokenizer = tokenizer("llama-spm");
        int hello = tokenizer.id("▁Hello").orElseThrow();
        assertThat(tokenizer.decode(new int[] {1, hello, hello})).isEqualTo("Hello Hello");
        assertThat(tokenizer.continuingDecoder().push(hello)).isEqualTo(" Hello");
    }

    @Test
    void controlTokensShowOnlyWhereTheyAreAskedFor() {
        Tokenizer tokenizer = tokenizer("llama-bpe");
        int end = tokenizer.id("<|eot_id|>").orElseThrow();
        assertThat(tokenizer.decode(new int[] {end})).isEmpty();
        assertThat(tokenizer.rawDecoder().push(end)).isEqualTo("<|eot_id|>");
    }

    @Test
    void anUnfinishedCodePointIsReplacedAtTheEnd() {
        Tokenizer tokenizer = tokenizer("llama-spm");
        TokenDecoder decoder = tokenizer.decoder();
        assertThat(decoder.push(tokenizer.id("<0xF0>").orElseThrow())).isEmpty();
        assertThat(decoder.push(tokenizer.id("<0x9F>").orElseThrow())).isEmpty();
        assertThat(decoder.flush()).isEqualTo("\uFFFD");
        assertThat(decoder.push(tokenizer.id("<0x41>").orElseThrow())).isEqualTo("A");
    }

    @Test
    void anIdOutOfRangeIsAWrongRequest() {
        Tokenizer tokenizer = tokenizer("tiny/llama3");
        for (int id : new int[] {-1, tokenizer.size(), Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> tokenizer.decode(new int[] {id}))
                    .isInstanceOf(RequestException.class)
                    .hasMessage("Token id " + id + " is out of range: this model's ids are 0 to 511.");
            assertThatThrownBy(() -> tokenizer.endsGeneration(id)).isInstanceOf(RequestException.class);
        }
    }
}
