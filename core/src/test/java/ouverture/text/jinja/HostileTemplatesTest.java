package ouverture.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.TemplateException;

/// Templates that want to hang, to fill the memory or to overflow the stack: each ends in an exception that
/// names the limit and the line.
class HostileTemplatesTest {
    private static final LocalDateTime NOW = LocalDateTime.of(2025, 1, 1, 0, 0);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// The default with fewer steps, so that the tests are quick.
    private static final Limits LIMITS = new Limits(
            5_000_000,
            Limits.DEFAULT.depth(),
            Limits.DEFAULT.text(),
            256L << 20,
            Limits.DEFAULT.items(),
            Limits.DEFAULT.range());

    private static final List<String> PIECES = List.of(
            "{{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "-",
            "+",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "|",
            ".",
            ",",
            ":",
            "=",
            "~",
            "*",
            "**",
            "/",
            "//",
            "%",
            "<",
            "==",
            " ",
            "\n",
            "a",
            "1",
            "1.5",
            "'s'",
            "\"",
            "'",
            "\\",
            "if",
            "else",
            "endif",
            "for",
            "in",
            "endfor",
            "set",
            "endset",
            "macro",
            "endmacro",
            "call",
            "endcall",
            "filter",
            "endfilter",
            "is",
            "not",
            "and",
            "or",
            "none",
            "loop",
            "upper",
            "list",
            "map",
            "defined",
            "raw",
            "endraw",
            "with",
            "endwith",
            "🚀",
            "é",
            "\u0000",
            "{% if a %}",
            "{% endif %}",
            "{{ a }}",
            "{% for x in a %}",
            "{% endfor %}",
            "{{ a[",
            "]}}");

    private static String render(String source, Limits limits) {
        return Template.parse(source).render(Map.of("a", List.of(1, 2)), NOW, limits);
    }

    private static void refused(String source, String message) {
        assertTimeoutPreemptively(
                PATIENCE,
                () -> assertThatThrownBy(() -> render(source, LIMITS))
                        .isInstanceOf(TemplateException.class)
                        .hasMessageContaining(message));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"(", "[", "{1:", "not ", "-", "a[", "a(", "a|default(", "x if y else ", "a is eq(", "('a', "})
    void expressionsNestToALimit(String opening) {
        refused("\n{{ " + opening.repeat(100_000), "line 2: blocks or brackets are nested more than 100 deep");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% if a %}",
                "{% for x in a %}",
                "{% macro m() %}",
                "{% set x %}",
                "{% filter upper %}",
                "{% with %}",
                "{% call a() %}",
                "{% generation %}",
                "{% if a %}{% else %}"
            })
    void blocksNestToALimit(String opening) {
        refused(opening.repeat(100_000), "nested more than 100 deep");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+a", ".a", "[0]", "()", "|list", " and a", " or a", " if a", "-a", "**a"})
    void chainsOfOperatorsHaveALimit(String link) {
        refused("{{ a" + link.repeat(100_000) + " }}", "more than 400 deep");
    }

    @Test
    void longFlatConstructsAreFine() {
        assertThat(render("{{ 1" + " ~ 1".repeat(10_000) + " }}", Limits.DEFAULT))
                .hasSize(10_001);
        assertThat(render("{{ [" + "1,".repeat(10_000) + "] | length }}", Limits.DEFAULT))
                .isEqualTo("10000");
        assertThat(render(
                        "{% if false %}" + "{% elif false %}".repeat(5_000) + "{% else %}x{% endif %}", Limits.DEFAULT))
                .isEqualTo("x");
        assertThat(render("{{ 1" + " < 2 > 1".repeat(5_000) + " }}", Limits.DEFAULT))
                .isEqualTo("True");
    }

    @Test
    void sourcesHaveALimit() {
        refused(" ".repeat(Limits.SOURCE + 1), "more than " + Limits.SOURCE + " characters");
    }

    @Test
    void stepsHaveALimit() {
        String loops = "{% for i in range(100000) %}".repeat(3) + "{% endfor %}".repeat(3);
        refused("\n\n" + loops, "line 3, is stopped by a limit: it takes more than 5000000 steps");
    }

    @Test
    void aListThatGrowsWhileItIsVisitedEnds() {
        refused("{% set l = [1] %}{% for x in l %}{% set _ = l.append(x) %}{% endfor %}", "is stopped by a limit");
    }

    @Test
    void recursionHasALimit() {
        refused("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nests values or calls more than 800 deep");
        refused("{% macro m(x) %}{{ m(m) }}{% endmacro %}{{ [m] | map('default', m(m)) | list }}", "800 deep");
        refused("{% set l = [] %}{% set _ = l.append(l) %}{{ l }}", "800 deep");
        refused("{% set l = [] %}{% set _ = l.append(l) %}{{ l | tojson }}", "800 deep");
        refused(
                "{% set l = [] %}{% set k = [] %}{% set _ = l.append(k) %}{% set _ = k.append(l) %}{{ l == k }}",
                "800 deep");
        refused(
                "{% set l = [] %}{% set _ = l.append(l) %}{% for x in l recursive %}{{ loop(x) }}{% endfor %}",
                "800 deep");
    }

    @Test
    void deepValuesAndGeneratorsHaveALimit() {
        String deepen =
                "{%% set ns = namespace(x=[]) %%}{%% for i in range(20000) %%}{%% set ns.x = %s %%}{%% endfor %%}";
        refused(deepen.formatted("[ns.x]") + "{{ ns.x }}", "800 deep");
        refused(deepen.formatted("[ns.x]") + "{{ ns.x == [ns.x] }}", "800 deep");
        refused(deepen.formatted("[ns.x]") + "{{ [ns.x, ns.x] | sort }}", "800 deep");
        refused(deepen.formatted("(ns.x, 1)").replace("=[]", "=1") + "{{ {ns.x: 1} }}", "key of more than");
        refused(deepen.formatted("ns.x | map('string')") + "{{ ns.x | list }}", "800 deep");
        refused(deepen.formatted("ns.x | select").replace("=[]", "=[1]") + "{{ ns.x | list }}", "800 deep");
    }

    @Test
    void deepVariablesHaveALimit() {
        Object value = "x";
        for (int i = 0; i < 100_000; i++) {
            value = List.of(value);
        }
        Map<String, Object> variables = Map.of("v", value);
        Template template = Template.parse("{{ v }}");
        assertThatThrownBy(() -> template.render(variables, NOW, Limits.DEFAULT))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("800 deep");
    }

    @Test
    void valuesThatShareTheirPartsAreNotFollowedForever() {
        String twice = "{%% set ns = namespace(x=%s) %%}{%% for i in range(60) %%}{%% set ns.x = %s %%}{%% endfor %%}";
        refused(twice.formatted("1", "[ns.x, ns.x]") + "{{ ns.x }}", "is stopped by a limit");
        refused(twice.formatted("1", "[ns.x, ns.x]") + "{{ ns.x | tojson }}", "is stopped by a limit");
        refused(twice.formatted("1", "(ns.x, ns.x)") + "{{ {ns.x: 1} }}", "is stopped by a limit");
        refused(
                twice.formatted("1", "[ns.x, ns.x]")
                        + "{% set a = ns.x %}{% set ns.x = 1 %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}"
                        + "{% endfor %}{{ a == ns.x }}",
                "is stopped by a limit");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 'ab' * 1000000000 }}",
                "{{ 'ab' * 9000000000000000000 }}",
                "{{ 'x'.center(1000000000) }}",
                "{{ 'x'.zfill(1000000000) }}",
                "{{ '%999999999d' % 1 }}",
                "{{ '%.999999999f' % 1 }}",
                "{{ '%99999999999d' % 1 }}",
                "{{ '{:999999999}'.format(1) }}",
                "{{ '{:.999999999f}'.format(1.5) }}",
                "{{ 'a\\nb' | indent(1000000000) }}",
                "{{ [[1]] | tojson(indent=1000000000) }}",
                "{{ [1] * 1000000000 }}",
                "{{ (1,) * 9000000000000000000 }}",
                "{{ [1] | batch(1000000000, 'x') | list }}",
                "{{ [1] | slice(1000000000) | list }}",
                "{{ range(1000000000) }}",
                "{{ range(-9223372036854775807, 9223372036854775807) }}",
                "{{ '\\t'.expandtabs(1000000000) }}",
                "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
                "{{ (['a' * 100000] * 100000) | join }}",
                "{{ ('a' * 1000000).join('b' * 1000) }}",
                "{{ 2 ** 1000000000 }}",
                "{{ 9223372036854775807 + 1 }}",
                "{{ 9223372036854775807 * 2 }}",
                "{{ (10 ** 18) ** 9 }}",
                "{{ 1e300 | int }}",
                "{{ ('9' * 4000) | int }}",
                "{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
                "{% set s = 'a' * 30000000 %}{% for i in range(9) %}{{ s }}{% endfor %}",
                "{% set s = 'a' * 30000000 %}{% set l = [] %}{% for i in range(99) %}"
                        + "{% set _ = l.append(s ~ i) %}{% endfor %}",
                "{% set s = 'a' * 1000000 %}{% for i in range(90000) %}"
                        + "{% for j in range(9) %}{{ s[i] }}{% endfor %}{% endfor %}",
                "{% set s = 'a' * 1000000 %}{% for i in range(90000) %}"
                        + "{% for j in range(9) %}{{ s | length }}{% endfor %}{% endfor %}"
            })
    void valuesHaveALimit(String source) {
        refused(source, "line 1, is stopped by a limit");
    }

    @Test
    void searchesTakeLinearTime() {
        String texts = "{% set hay = 'a' * 2000000 %}{% set needle = 'a' * 1000000 ~ 'b' %}";
        for (String search : List.of(
                "needle in hay",
                "hay.find(needle)",
                "hay.rfind(needle)",
                "hay.count(needle)",
                "hay.replace(needle, '') | length",
                "hay.split(needle) | length",
                "hay.rsplit(needle) | length",
                "hay.strip('b' * 1000000) | length")) {
            assertTimeoutPreemptively(
                    PATIENCE,
                    () -> assertThat(render(texts + "{{ " + search + " }}", Limits.DEFAULT))
                            .isNotEmpty());
        }
    }

    @Test
    void longNeedlesAreFoundWhereTheyAre() {
        String needle = "{% set n = 'abcabcabcabcabcabd' %}{% set h = 'abcabc' ~ n ~ '-' ~ n ~ 'abc' %}";
        assertThat(render(needle + "{{ n in h }} {{ h.find(n) }} {{ h.rfind(n) }} {{ h.count(n) }}", Limits.DEFAULT))
                .isEqualTo("True 6 25 2");
        assertThat(render(needle + "{{ h.split(n) }} {{ h.rsplit(n, 1) }} {{ h.replace(n, 'X') }}", Limits.DEFAULT))
                .isEqualTo("['abcabc', '-', 'abc'] ['abcabcabcabcabcabcabcabd-', 'abc'] abcabcX-Xabc");
    }

    @Test
    void limitsAreThoseGiven() {
        Limits small = new Limits(1000, 50, 100, 1000, 10, 5);
        assertThat(render("{{ 'a' * 100 }}", small)).hasSize(100);
        assertThatThrownBy(() -> render("{{ 'a' * 101 }}", small)).hasMessageContaining("more than 100 characters");
        assertThatThrownBy(() -> render("{{ 'a' * 60 }}{{ 'b' * 60 }}", small))
                .hasMessageContaining("more than 100 characters");
        assertThatThrownBy(() -> render("{{ [1] * 11 }}", small)).hasMessageContaining("more than 10 entries");
        assertThatThrownBy(() -> render("{{ range(6) }}", small)).hasMessageContaining("more than 5 numbers");
    }

    @Test
    void aSmallStackIsNoCrash() throws InterruptedException {
        StringBuilder outcome = new StringBuilder();
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        render("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", Limits.DEFAULT);
                    } catch (TemplateException e) {
                        outcome.append(e.getMessage());
                    }
                },
                "small stack",
                180_000);
        thread.start();
        thread.join();
        assertThat(outcome.toString()).containsAnyOf("too deep for this thread's stack", "800 deep");
    }

    @Test
    void nothingOfJavaIsReached() {
        for (String source : List.of(
                "{{ ''.getClass() }}",
                "{{ ''['class']() }}",
                "{{ a.__class__.__mro__[1].__subclasses__() }}",
                "{{ range.__globals__.x }}",
                "{{ a.items().x }}",
                "{{ (1).longValue() }}",
                "{{ '{0.__class__.__init__}'.format(a).x.y }}",
                "{{ a.size() }}",
                "{{ ''.__class__.__base__.x }}")) {
            assertThatThrownBy(() -> render(source, Limits.DEFAULT)).as(source).isInstanceOf(TemplateException.class);
        }
    }

    @Test
    void nonsenseFailsOnlyWithTheProperException() {
        Random random = new Random(20250101);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder source = new StringBuilder();
            for (int j = random.nextInt(25); j >= 0; j--) {
                source.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            try {
                render(source.toString(), Limits.DEFAULT);
            } catch (TemplateException e) {
                assertThat(e.getMessage()).startsWith("Chat template, line ");
            }
        }
    }
}
