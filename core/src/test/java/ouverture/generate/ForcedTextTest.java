package ouverture.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.constrain.Constraint;
import ouverture.constrain.Grammar;
import ouverture.constrain.Matcher;
import ouverture.constrain.TokenTrie;
import ouverture.text.TestVocabulary;
import ouverture.text.Tokenizer;

/// Text that a constraint leaves no choice about is computed along with what was drawn, and changes no token.
class ForcedTextTest {
    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"customer_name\":{\"type\":\"string\"},"
            + "\"delivery_address\":{\"type\":\"string\"},"
            + "\"payment_method\":{\"enum\":[\"cash_on_delivery\",\"transfer\"]},"
            + "\"is_express_delivery\":{\"type\":\"boolean\"}},\"required\":[\"customer_name\",\"delivery_address\","
            + "\"payment_method\",\"is_express_delivery\"],\"additionalProperties\":false}";
    private static final String ANSWER = "{\"customer_name\": \"Ada Lovelace\", \"delivery_address\": \"12 St James's"
            + " Square\", \"payment_method\": \"cash_on_delivery\", \"is_express_delivery\": false}";

    /// The prompt, which the constraint knows nothing of.
    private static final int PROMPT = 0;

    @TempDir
    private static Path scratch;

    private static Tokenizer tokenizer;
    private static Grammar grammar;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.of(TestVocabulary.named("gpt-2").metadata(scratch));
        grammar = Grammar.of(new Constraint.JsonSchema(SCHEMA), tokenizer, TokenTrie.of(tokenizer));
    }

    /// What came, and in how many steps.
    private record Run(int[] tokens, int steps, Sequence.Counts counts) {}

    private static final class Writer implements Sequence.Listener {
        private final List<Integer> tokens = new ArrayList<>();
        private Sequence.Counts counts = new Sequence.Counts(0, 0, 0, 0);

        @Override
        public boolean token(int id, TokenProbability probability) {
            return tokens.add(id);
        }

        @Override
        public void finished(FinishReason reason, Sequence.Counts all) {
            counts = all;
        }

        @Override
        public void failed(Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Has a model that always knows what it wants write an answer, where a row more costs a hundredth of a step.
    private static Run write(int[] wanted) {
        BlockPool pool = new BlockPool(100, 16);
        long[] now = new long[1];
        Drafting drafting = new Drafting(Draft.ngrams(), 1, () -> now[0]);
        Writer writer = new Writer();
        Sequence.Terms terms = new Sequence.Terms(Sequence.Terms.USUAL.adapters(), "", grammar.matcher());
        Sequence sequence = new Sequence(new int[] {PROMPT}, terms, SamplingParameters.GREEDY, 500, _ -> false, writer);
        sequence.admit(pool);
        FinishReason reason = null;
        int steps = 0;
        while (reason == null) {
            int[] guess = drafting.guess(List.of(sequence), 100).getFirst();
            assertThat(sequence.reserve(sequence.length() + guess.length, pool)).isTrue();
            long start = drafting.now();
            now[0] += 1_000_000 + 10_000 * guess.length;
            drafting.note(1 + guess.length, start);
            sequence.advance(1, pool);
            int known = sequence.length() - 1;
            reason = sequence.draw(guess, row -> only(wanted[known + row]), pool);
            drafting.learn(sequence);
            steps++;
        }
        sequence.finish(reason, pool);
        return new Run(writer.tokens.stream().mapToInt(id -> id).toArray(), steps, writer.counts);
    }

    private static float[] only(int id) {
        float[] logits = new float[tokenizer.size()];
        logits[id] = 10;
        return logits;
    }

    @Test
    void keysComeInFewSteps() {
        int[] wanted = tokenizer.encode(ANSWER, false, false);

        Run run = write(wanted);

        assertThat(run.tokens).isEqualTo(wanted);
        assertThat(run.counts.accepted()).isEqualTo(wanted.length - run.steps);
        assertThat(run.steps).isLessThan(wanted.length * 3 / 5);
    }

    @Test
    void aModelThatSpellsKeepsItsTokens() {
        int[] wanted = ANSWER.chars()
                .flatMap(c -> IntStream.of(tokenizer.encode(Character.toString(c), false, false)))
                .toArray();

        Run run = write(wanted);

        assertThat(run.tokens).isEqualTo(wanted);
        assertThat(run.steps).isLessThanOrEqualTo(wanted.length);
    }

    @Test
    void onlyTextWithoutAChoiceIsForced() {
        assertThat(forced("{\"c")).isEqualTo("ustomer_name\":");
        assertThat(forced("{\"customer_name\":")).isEmpty();
        assertThat(forced("{\"customer_name\":\"x\",\"delivery_address\":\"y\",\"payment_method\":\"t"))
                .isEqualTo("ransfer\",");
        assertThat(forced("{\"customer_name\":\"x")).isEmpty();
    }

    private static String forced(String begun) {
        Matcher matcher = grammar.matcher();
        Arrays.stream(tokenizer.encode(begun, false, false)).forEach(matcher::advance);
        return tokenizer.decode(matcher.forced());
    }
}
