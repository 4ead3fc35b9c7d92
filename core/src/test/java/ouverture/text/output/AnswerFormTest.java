package ouverture.text.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ouverture.constrain.AnswerForm;
import ouverture.constrain.Constraint;
import ouverture.constrain.Grammar;
import ouverture.constrain.Matcher;
import ouverture.constrain.TokenTrie;
import ouverture.text.TokenKind;
import ouverture.text.Tokenizer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Whole answers of every family, drawn at random from what their forms allow, and read by the family's own
/// parser.
class AnswerFormTest {
    private static final String ARGUMENTS = "{\"type\":\"object\",\"properties\":{\"town\":{\"enum\":[\"Nice\","
            + "\"Zürich \\\"1\\\"\"]},\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5}},\"required\":"
            + "[\"town\",\"days\"],\"additionalProperties\":false}";
    private static final List<AnswerForm.Call> CALLS = List.of(
            new AnswerForm.Call("get_weather", ARGUMENTS, true),
            new AnswerForm.Call("exec", "{\"unevaluatedItems\":false}", false));
    private static final DeclaredTools TOOLS = DeclaredTools.of(Map.of("get_weather", ARGUMENTS, "exec", "{}"), 0);
    private static final Constraint TEXT =
            new Constraint.JsonSchema("{\"properties\":{\"ok\":{\"type\":\"boolean\"}},\"required\":[\"ok\"]}");
    private static final int MOST_TOKENS = 600;

    /// A random answer; empty if it is cut off.
    private static Optional<List<Integer>> answer(Matcher matcher, Tokenizer tokenizer, Random random) {
        List<Integer> ids = new ArrayList<>();
        while (ids.size() < MOST_TOKENS) {
            if (matcher.isComplete() || matcher.mayEnd() && random.nextInt(3) == 0) {
                return Optional.of(ids);
            }
            List<Integer> allowed = IntStream.range(0, tokenizer.size())
                    .filter(id -> !tokenizer.endsGeneration(id))
                    .filter(matcher)
                    .boxed()
                    .toList();
            assertThat(allowed).isNotEmpty();
            // Special tokens are rare among all, and drive an answer on.
            List<Integer> tags = allowed.stream()
                    .filter(id ->
                            tokenizer.kind(id) == TokenKind.CONTROL || tokenizer.kind(id) == TokenKind.USER_DEFINED)
                    .toList();
            List<Integer> from = tags.isEmpty() || random.nextInt(3) > 0 ? allowed : tags;
            int id = from.get(random.nextInt(from.size()));
            ids.add(id);
            matcher.advance(id);
        }
        return Optional.empty();
    }

    private static String prompt(Family family, AnswerForm.Beginning beginning) {
        return switch (beginning) {
            case TURN -> family.format().isHarmony() ? "<|start|>assistant" : "";
            case THOUGHT ->
                (family.format().isHarmony() ? "<|start|>assistant" : "")
                        + family.format().thoughts().map(Thoughts::opening).orElse("");
            case ANSWER -> family.format().isHarmony() ? "<|start|>assistant<|channel|>final<|message|>" : "";
        };
    }

    private static int check(Family family, Optional<Constraint> text, List<AnswerForm.Call> calls, boolean mustCall) {
        Tokenizer tokenizer = family.tokenizer();
        TokenTrie trie = TokenTrie.of(tokenizer);
        Random random = new Random(family.ordinal());
        int answers = 0;
        for (AnswerForm.Beginning beginning : AnswerForm.Beginning.values()) {
            String prompt = prompt(family, beginning);
            boolean possible = beginning != AnswerForm.Beginning.THOUGHT
                            && !(mustCall && family.format().isHarmony() && beginning == AnswerForm.Beginning.ANSWER)
                    || beginning == AnswerForm.Beginning.THOUGHT
                            && family.format().thoughts().isPresent();
            if (!possible) {
                continue;
            }
            AnswerForm form = new AnswerForm(family.format(), beginning, text, calls, mustCall);
            Grammar grammar = Grammar.of(form, tokenizer, trie);
            for (int i = 0; i < 12; i++) {
                Optional<List<Integer>> ids = answer(grammar.matcher(), tokenizer, random);
                if (ids.isEmpty()) {
                    continue;
                }
                answers++;
                OutputParser parser =
                        family.format().parser(tokenizer, calls.isEmpty() ? DeclaredTools.NONE : TOOLS, prompt);
                List<Output> pieces = Family.merged(Family.run(
                        parser, ids.get().stream().mapToInt(Integer::intValue).toArray()));
                check(family, text, calls, mustCall, pieces);
            }
        }
        return answers;
    }

    private static void check(
            Family family,
            Optional<Constraint> text,
            List<AnswerForm.Call> calls,
            boolean mustCall,
            List<Output> pieces) {
        String said = pieces.stream()
                .map(piece -> piece instanceof Output.Text(String source) ? source : "")
                .collect(Collectors.joining());
        List<Output.Call> called = pieces.stream()
                .filter(Output.Call.class::isInstance)
                .map(Output.Call.class::cast)
                .toList();
        if (calls.isEmpty()) {
            assertThat(called).isEmpty();
        }
        for (Output.Call call : called) {
            assertThat(call.valid()).as("%s: %s", family, pieces).isTrue();
            assertThat(call.name()).isIn("get_weather", "exec");
            JsonNode arguments = JsonMapper.shared().readTree(call.arguments());
            if (call.name().equals("get_weather")) {
                assertThat(arguments.propertyNames()).containsExactly("town", "days");
                assertThat(arguments.get("town").stringValue()).isIn("Nice", "Zürich \"1\"");
                assertThat(arguments.get("days").intValue()).isBetween(1, 5);
            }
        }
        if (mustCall) {
            assertThat(called).as("%s: %s", family, pieces).isNotEmpty();
        }
        if (text.isPresent() && called.isEmpty()) {
            JsonNode json = JsonMapper.shared().readTree(said);
            assertThat(json.path("ok").isBoolean()).as("%s: %s", family, pieces).isTrue();
        }
        if (text.isPresent() && !called.isEmpty()) {
            assertThat(said).as("%s: %s", family, pieces).isBlank();
        }
    }

    @ParameterizedTest
    @EnumSource
    void textsFit(Family family) {
        assertThat(check(family, Optional.of(TEXT), List.of(), false)).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void callsThatHaveToComeFit(Family family) {
        assertThat(check(family, Optional.empty(), CALLS, true)).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void textsAndCallsFit(Family family) {
        assertThat(check(family, Optional.of(TEXT), CALLS, false)).isPositive();
        assertThat(check(family, Optional.empty(), CALLS, false)).isPositive();
    }
}
