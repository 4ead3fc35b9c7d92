package ouverture.constrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.RequestException;
import ouverture.text.SpecialVocabulary;
import ouverture.text.TestVocabulary;
import ouverture.text.Tokenizer;

/// Which tokens may come: all at once, one by one, and by the bytes of each.
class MatcherTest {
    private static final Constraint SCHEMA = new Constraint.JsonSchema(
            "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":30},\"tags\":{\"type\":"
                    + "\"array\",\"items\":{\"enum\":[\"rouge\",\"vert\",\"é€😀\"]},\"maxItems\":3},\"n\":{\"type\":"
                    + "\"integer\",\"minimum\":-20,\"maximum\":99}},\"required\":[\"name\",\"n\"]}");
    private static final List<Constraint> CONSTRAINTS = List.of(
            SCHEMA,
            new Constraint.JsonObject(),
            new Constraint.Regex("[é-€😀]{2,5} \\d+|(?:the |a )*[a-z]+\\n?"),
            new Constraint.Choice(List.of("yes", "yes, please", "no")),
            new Constraint.Gbnf("root ::= \"(\" root \")\" root | \"\""));

    @TempDir
    private static Path scratch;

    private static boolean fits(Tokenizer tokenizer, Recogniser recogniser, Place place, int id) {
        if (tokenizer.endsGeneration(id)) {
            return place.isEnd();
        }
        Place at = place;
        byte[] bytes = tokenizer.bytes(id);
        for (byte b : bytes) {
            recogniser.renew();
            at = at == Place.NOWHERE ? at : recogniser.afterByte(at, b & 0xFF);
        }
        return bytes.length > 0 && at != Place.NOWHERE;
    }

    /// A recogniser of the same constraint that shares nothing with the grammar.
    private static Recogniser recogniser(Constraint constraint) {
        Rules rules = new Rules();
        Expression body = Grammar.expression(constraint, new JsonRules(rules, CharacterSet.NONE));
        return new Recogniser(NetworkBuilder.build(rules, rules.add("the answer", body)), 0);
    }

    private static Place after(Recogniser recogniser, Tokenizer tokenizer, List<Integer> ids) {
        Place place = recogniser.start();
        for (int id : ids) {
            for (byte b : tokenizer.bytes(id)) {
                recogniser.renew();
                place = recogniser.afterByte(place, b & 0xFF);
            }
        }
        return place;
    }

    private static void compareAlongARandomAnswer(Tokenizer tokenizer, Constraint constraint, Random random) {
        Recogniser recogniser = recogniser(constraint);
        Grammar grammar = Grammar.of(constraint, tokenizer, TokenTrie.of(tokenizer));
        Matcher matcher = grammar.matcher();
        Matcher lazy =
                Grammar.of(constraint, tokenizer, TokenTrie.of(tokenizer)).matcher();
        List<Integer> ids = new ArrayList<>();
        for (int step = 0; step < 12 && !matcher.isComplete(); step++) {
            Place place = after(recogniser, tokenizer, ids);
            List<Integer> allowed = new ArrayList<>();
            for (int id = 0; id < tokenizer.size(); id++) {
                boolean fits = fits(tokenizer, recogniser, place, id);
                if (matcher.test(id) != fits) {
                    assertThat(matcher.test(id))
                            .as("%s after %s", tokenizer.piece(id), ids)
                            .isEqualTo(fits);
                }
                if (fits && !tokenizer.endsGeneration(id)) {
                    allowed.add(id);
                }
            }
            assertThat(matcher.test(tokenizer.size() + 5)).isFalse();
            assertThat(matcher.mayEnd()).isEqualTo(place.isEnd());
            if (allowed.isEmpty()) {
                break;
            }
            int next = allowed.get(random.nextInt(allowed.size()));
            assertThat(lazy.test(next)).isTrue();
            assertThat(matcher.fitting(new int[] {next, tokenizer.size() + 5})).isEqualTo(1);
            ids.add(next);
            matcher.advance(next);
            lazy.advance(next);
        }
    }

    @Test
    void masksAreWhatEveryTokenSaysAlone() {
        Random random = new Random(3);
        Tokenizer small = SpecialVocabulary.of(List.of("<|im_end|>", "<|x|>"), List.of("<think>"));
        for (Constraint constraint : CONSTRAINTS) {
            for (int i = 0; i < 5; i++) {
                compareAlongARandomAnswer(small, constraint, random);
            }
        }
    }

    @Test
    void masksOfAPublishedVocabulary() {
        Tokenizer tokenizer = Tokenizer.of(TestVocabulary.named("gpt-2").metadata(scratch));
        compareAlongARandomAnswer(tokenizer, SCHEMA, new Random(1));
        compareAlongARandomAnswer(tokenizer, CONSTRAINTS.get(2), new Random(2));
        Tokenizer sentencePiece = Tokenizer.of(TestVocabulary.named("llama-spm").metadata(scratch));
        compareAlongARandomAnswer(sentencePiece, SCHEMA, new Random(4));
    }

    @Test
    void anAnswerEndsWhereItIsComplete() {
        Tokenizer tokenizer = SpecialVocabulary.of(List.of("<|im_end|>"), List.of());
        int end = tokenizer.id("<|im_end|>").orElseThrow();
        Matcher matcher = Grammar.of(new Constraint.Choice(List.of("no", "none")), tokenizer, TokenTrie.of(tokenizer))
                .matcher();
        assertThat(matcher.test(end)).isFalse();
        for (int id : tokenizer.encode("no", false, false)) {
            matcher.advance(id);
        }
        assertThat(matcher.test(end)).isTrue();
        assertThat(matcher.isComplete()).isFalse();
        Matcher other = matcher.copy();
        for (int id : tokenizer.encode("ne", false, false)) {
            other.advance(id);
        }
        assertThat(other.isComplete()).isTrue();
        assertThat(matcher.isComplete()).isFalse();
        assertThat(IntStream.range(0, tokenizer.size()).filter(other::test)).containsExactly(end);
        assertThat(other.fitting(new int[] {end, end})).isEqualTo(1);
        assertThatThrownBy(() -> other.advance(1)).isInstanceOf(RequestException.class);
    }

    /// Each text in 2^n ways: followed all the same, since ways that agree are one.
    @Test
    void ambiguityCostsLittle() {
        Walk walk = Walk.gbnf("root ::= pair*\npair ::= \"a\" | \"a\" \"a\" | \"a\" pair \"b\" | \"a\" pair \"c\"");
        assertThat(walk.begins("a".repeat(300))).isTrue();
        assertThat(walk.accepts("a".repeat(100) + "a" + "bc".repeat(50))).isTrue();
    }
}
