package ouverture.text.harmony;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.text.TestVocabulary;
import ouverture.text.Tokenizer;

/// The lenient parser on streams that no model would write.
class HarmonyRandomStreamTest {
    private static final int STREAMS = 100_000;
    private static final String[] PARTS = {
        "assistant",
        "user",
        "tool",
        " to=functions.f",
        " to=",
        " json",
        " code",
        "analysis",
        "commentary",
        "final",
        " functions.g",
        "\n",
        " ",
        "{\"a\": 1}",
        "?",
        "assistant to=",
        " é🚀",
        "analysis to=python code"
    };

    @TempDir
    private static Path scratch;

    private static HarmonyVocabulary vocabulary;
    private static int[][] parts;

    @BeforeAll
    static void readVocabulary() {
        Tokenizer tokenizer = Tokenizer.of(TestVocabulary.named("gpt-oss").metadata(scratch));
        vocabulary = new HarmonyVocabulary(tokenizer);
        parts = Arrays.stream(PARTS)
                .map(part -> tokenizer.encode(part, false, false))
                .toArray(int[][]::new);
    }

    /// Words with a number of their own stand between control tokens and everything that a header may have; each
    /// must come out, in a header or in one text.
    @Test
    void neverFailsAndLosesNoText() {
        Map<Integer, int[]> words = new HashMap<>();
        Random random = new Random(42);
        for (int stream = 0; stream < STREAMS; stream++) {
            HarmonyRole role = random.nextBoolean() ? HarmonyRole.ASSISTANT : null;
            HarmonyParser parser = HarmonyParser.lenient(vocabulary, role);
            List<HarmonyEvent> events = new ArrayList<>();
            int next = 0;
            for (int n = random.nextInt(24); n > 0; n--) {
                int[] ids = switch (random.nextInt(4)) {
                    case 0 -> parts[random.nextInt(parts.length)];
                    case 1 ->
                        words.computeIfAbsent(
                                next++, i -> vocabulary.tokenizer().encode(" w" + (1000 + i), false, false));
                    default ->
                        new int[] {
                            vocabulary.id(HarmonyControl.values()[random.nextInt(HarmonyControl.values().length)])
                        };
                };
                for (int id : ids) {
                    events.addAll(parser.feed(id));
                }
            }
            events.addAll(parser.finish());
            check(parser.messages(), events, next, stream);
        }
    }

    private static void check(List<HarmonyMessage> messages, List<HarmonyEvent> events, int words, int stream) {
        StringBuilder all = new StringBuilder();
        StringBuilder contents = new StringBuilder();
        for (HarmonyMessage message : messages) {
            contents.append(message.content()).append('\n');
            HarmonyJson.object(message)
                    .values()
                    .forEach(part -> all.append(part).append('\n'));
        }
        for (int i = 0; i < words; i++) {
            String word = "w" + (1000 + i);
            assertThat(all.indexOf(word))
                    .as("stream %d: %s in %s", stream, word, messages)
                    .isNotNegative();
            assertThat(contents.indexOf(word))
                    .as("stream %d: %s again", stream, word)
                    .isEqualTo(contents.lastIndexOf(word));
        }
        assertThat(HarmonyCases.told(events)).isEqualTo(messages);
    }

    @Test
    void takesEveryIdAndSplitsNoCharacter() {
        Random random = new Random(7);
        int size = vocabulary.tokenizer().size();
        for (int stream = 0; stream < 2_000; stream++) {
            HarmonyParser parser = HarmonyParser.lenient(vocabulary, HarmonyRole.ASSISTANT);
            List<HarmonyEvent> events = new ArrayList<>(parser.feed(vocabulary.id(HarmonyControl.MESSAGE)));
            for (int n = 0; n < 60; n++) {
                events.addAll(parser.feed(random.nextInt(-10, size + 10)));
            }
            events.addAll(parser.finish());
            for (HarmonyEvent event : events) {
                if (event instanceof HarmonyEvent.Text text) {
                    assertThat(text.text()).isNotEmpty();
                    assertThat(Character.isLowSurrogate(text.text().charAt(0))).isFalse();
                    assertThat(Character.isHighSurrogate(
                                    text.text().charAt(text.text().length() - 1)))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void textIsHandedOnAtOnce() {
        HarmonyParser parser = HarmonyParser.lenient(vocabulary, HarmonyRole.ASSISTANT);
        int words = 0;
        for (int id :
                vocabulary.tokenizer().encode("Plain text without any header at all, word by word", false, false)) {
            words += parser.feed(id).isEmpty() ? 0 : 1;
        }
        assertThat(words).isPositive();
        assertThat(parser.content()).isEqualTo("Plain text without any header at all, word by word");
    }

    @Test
    void endlessSpaceInAHeaderIsBounded() {
        HarmonyParser parser = HarmonyParser.lenient(vocabulary, HarmonyRole.ASSISTANT);
        int[] space = vocabulary.tokenizer().encode("\n", false, false);
        for (int i = 0; i < 20_000; i++) {
            parser.feed(space[0]);
        }
        assertThat(parser.header()).isPresent();
    }
}
