package ouverture.text.harmony;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.RequestException;
import ouverture.text.TestVocabulary;
import ouverture.text.Tokenizer;
import tools.jackson.databind.JsonNode;

/// Every case of `conformance/harmony`, in text and in ids.
class HarmonyConformanceTest {
    @TempDir
    private static Path scratch;

    private static HarmonyVocabulary vocabulary;

    @BeforeAll
    static void readVocabulary() {
        vocabulary = new HarmonyVocabulary(
                Tokenizer.of(TestVocabulary.named("gpt-oss").metadata(scratch)));
    }

    @TestFactory
    Stream<DynamicTest> renderings() {
        List<JsonNode> cases = HarmonyCases.of("renderings");
        assertThat(cases).hasSize(27);
        return cases.stream()
                .map(node -> dynamicTest(node.path("name").stringValue(), () -> {
                    HarmonyConversation conversation = HarmonyJson.conversation(HarmonyCases.object(node));
                    assertThat(HarmonyRenderer.text(conversation))
                            .isEqualTo(node.path("expected_text").stringValue());
                    assertThat(HarmonyRenderer.ids(conversation, vocabulary))
                            .isEqualTo(HarmonyCases.ints(node.path("expected_tokens")));
                }));
    }

    @TestFactory
    Stream<DynamicTest> parses() {
        List<JsonNode> cases = HarmonyCases.of("parses");
        assertThat(cases).hasSize(17);
        return cases.stream().map(node -> dynamicTest(node.path("name").stringValue(), () -> parse(node)));
    }

    private static void parse(JsonNode node) {
        int[] ids = ids(node);
        JsonNode word = node.path("role");
        HarmonyRole role = HarmonyJson.role(word.isString() ? word.stringValue() : null, "It");
        List<Map<String, Object>> expected =
                node.path("messages").valueStream().map(HarmonyCases::object).toList();

        assertThat(read(HarmonyParser.lenient(vocabulary, role), ids)).isEqualTo(expected);
        if (node.path("strict").booleanValue(true)) {
            assertThat(read(HarmonyParser.strict(vocabulary, role), ids)).isEqualTo(expected);
        } else {
            assertThatThrownBy(() -> read(HarmonyParser.strict(vocabulary, role), ids))
                    .isInstanceOf(RequestException.class)
                    .hasMessageContaining(node.path("strict_error").stringValue());
        }
        if (node.has("text")) {
            String text = node.path("text").stringValue();
            boolean strict = node.path("strict").booleanValue(true);
            assertThat(HarmonyCases.objects(HarmonyParser.parse(text, strict, role)))
                    .isEqualTo(expected);
            assertThat(vocabulary.tokenizer().encode(text, false, true)).isEqualTo(ids);
        }
    }

    private static int[] ids(JsonNode node) {
        if (node.has("tokens")) {
            return HarmonyCases.ints(node.path("tokens"));
        }
        Tokenizer tokenizer = vocabulary.tokenizer();
        return Stream.of(
                        tokenizer.encode(node.path("prefix").stringValue(), false, true),
                        HarmonyCases.ints(node.path("middle_tokens")),
                        tokenizer.encode(node.path("middle_text").stringValue(""), false, false),
                        tokenizer.encode(node.path("suffix").stringValue(), false, true))
                .flatMapToInt(Arrays::stream)
                .toArray();
    }

    /// The messages, after a check that the events and the deltas tell the same.
    private static List<Map<String, Object>> read(HarmonyParser parser, int[] ids) {
        List<HarmonyEvent> events = new ArrayList<>();
        for (int id : ids) {
            List<HarmonyEvent> found = parser.feed(id);
            events.addAll(found);
            if (found.size() == 1 && found.getFirst() instanceof HarmonyEvent.Text text) {
                assertThat(parser.delta()).isEqualTo(text.text());
                assertThat(parser.content()).endsWith(text.text());
            }
        }
        events.addAll(parser.finish());
        List<HarmonyMessage> messages = HarmonyCases.told(events);
        assertThat(parser.messages()).isEqualTo(messages);
        return HarmonyCases.objects(messages);
    }

    @Test
    void streaming() {
        JsonNode node = HarmonyCases.read().orElseThrow().path("streaming");
        int[] ids = HarmonyCases.ints(node.path("tokens"));
        HarmonyParser parser = HarmonyParser.strict(vocabulary, HarmonyRole.ASSISTANT);

        List<String> states = new ArrayList<>();
        for (int id : ids) {
            parser.feed(id);
            String state = parser.role().map(HarmonyRole::word).orElse("-") + " "
                    + parser.channel().orElse("-") + " " + parser.recipient().orElse("-") + " "
                    + parser.contentType().orElse("-") + (parser.delta().isEmpty() ? "" : " +");
            if (states.isEmpty() || !states.getLast().equals(state)) {
                states.add(state);
            }
        }

        assertThat(states)
                .containsExactly(
                        "assistant - - -",
                        "assistant analysis - -",
                        "assistant analysis - - +",
                        "- - - -",
                        "assistant commentary browser.search code",
                        "assistant commentary browser.search code +",
                        "- - - -",
                        "tool commentary assistant -",
                        "tool commentary assistant - +",
                        "- - - -");
        assertThat(parser.finish()).isEmpty();
        assertThat(parser.messages()).hasSize(node.path("messages").intValue());
        assertThat(parser.messages())
                .isEqualTo(HarmonyParser.parse(node.path("text").stringValue(), true, HarmonyRole.ASSISTANT));
    }

    @Test
    void stopTokens() {
        JsonNode node = HarmonyCases.read().orElseThrow().path("stop_tokens");

        assertThat(vocabulary.stopTokens()).containsExactlyInAnyOrder(boxed(node.path("stop_tokens")));
        assertThat(vocabulary.stopTokensForAssistantActions())
                .containsExactlyInAnyOrder(boxed(node.path("stop_tokens_for_assistant_actions")));
    }

    private static Integer[] boxed(JsonNode array) {
        return IntStream.of(HarmonyCases.ints(array)).boxed().toArray(Integer[]::new);
    }

    @Test
    void facts() {
        JsonNode facts = HarmonyCases.read().orElseThrow().path("facts");
        Tokenizer tokenizer = vocabulary.tokenizer();

        facts.path("encode")
                .properties()
                .forEach(fact -> assertThat(tokenizer.encode(fact.getKey(), false, false))
                        .isEqualTo(HarmonyCases.ints(fact.getValue())));
        facts.path("special")
                .properties()
                .forEach(fact -> assertThat(vocabulary.id(HarmonyControl.START))
                        .isEqualTo(fact.getValue().intValue()));
        facts.path("text_that_looks_special_without_permission")
                .properties()
                .forEach(fact -> assertThat(tokenizer.encode(fact.getKey(), false, false))
                        .isEqualTo(HarmonyCases.ints(fact.getValue())));
        // Files for llama.cpp end before the reference's last reserved id.
        facts.path("decode").properties().stream()
                .filter(fact -> Integer.parseInt(fact.getKey()) < tokenizer.size())
                .forEach(fact -> assertThat(tokenizer.piece(Integer.parseInt(fact.getKey())))
                        .isEqualTo(fact.getValue().stringValue()));
    }

    @Test
    void anAnswerEndsTheTurnInTraining() {
        HarmonyMessage user = HarmonyMessage.text(HarmonyHeader.of(HarmonyRole.USER), "a");
        HarmonyMessage answer = HarmonyMessage.text(
                new HarmonyHeader(HarmonyRole.ASSISTANT, null, HarmonyHeader.FINAL, null, null), "b");

        assertThat(HarmonyRenderer.text(new HarmonyConversation(List.of(user, answer), null, true, true)))
                .isEqualTo("<|start|>user<|message|>a<|end|>"
                        + "<|start|>assistant<|channel|>final<|message|>b<|return|>");
        assertThat(HarmonyRenderer.text(new HarmonyConversation(List.of(answer, user), null, true, true)))
                .endsWith("<|end|>");
    }
}
