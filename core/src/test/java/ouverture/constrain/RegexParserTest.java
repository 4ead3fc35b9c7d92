package ouverture.constrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ouverture.error.OuvertureException;
import ouverture.error.RequestException;

/// Regular expressions, compared with `java.util.regex` where the two agree about the syntax.
class RegexParserTest {
    private static final String ALPHABET = "ab01 _-é€😀\n";

    private static String randomText(Random random, int most) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(most + 1);
        int[] letters = ALPHABET.codePoints().toArray();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(letters[random.nextInt(letters.length)]);
        }
        return text.toString();
    }

    private static String randomExpression(Random random, int depth) {
        List<String> atoms =
                List.of("a", "b", "[ab]", "[^a]", "\\d", "\\w", "\\s", "\\W", "[a-c0-9]", "é", "[é-€]", "😀", "\\D");
        return switch (random.nextInt(depth == 0 ? 1 : 7)) {
            case 1 -> randomExpression(random, depth - 1) + randomExpression(random, depth - 1);
            case 2 -> "(?:" + randomExpression(random, depth - 1) + "|" + randomExpression(random, depth - 1) + ")";
            case 3 -> "(" + randomExpression(random, depth - 1) + ")*";
            case 4 -> "(" + randomExpression(random, depth - 1) + ")?";
            case 5 -> "(" + randomExpression(random, depth - 1) + ")+?";
            case 6 -> {
                int min = random.nextInt(3);
                yield "(" + randomExpression(random, depth - 1) + "){" + min + "," + (min + random.nextInt(3)) + "}";
            }
            default -> atoms.get(random.nextInt(atoms.size()));
        };
    }

    @Test
    void fitsWhatJavasFit() {
        Random random = new Random(1);
        int fitting = 0;
        for (int i = 0; i < 400; i++) {
            String expression = randomExpression(random, 4);
            Pattern pattern = Pattern.compile(expression);
            Walk walk = Walk.regex(expression);
            for (int j = 0; j < 40; j++) {
                String text = randomText(random, 8);
                boolean fits = pattern.matcher(text).matches();
                assertThat(walk.accepts(text)).as("%s on %s", expression, text).isEqualTo(fits);
                fitting += fits ? 1 : 0;
            }
            // Java's \s knows ASCII only.
            for (int j = expression.contains("\\s") ? 5 : 0; j < 5; j++) {
                Optional<String> sample = walk.sample(random, 200);
                sample.ifPresent(text -> assertThat(pattern.matcher(text).matches())
                        .as("%s on %s", expression, text)
                        .isTrue());
            }
        }
        assertThat(fitting).isGreaterThan(1000);
    }

    @Test
    void countsWithoutAStateForEach() {
        Walk walk = Walk.regex("(?:ab?){3,100000}c");
        assertThat(walk.accepts("ab".repeat(2) + "c")).isFalse();
        assertThat(walk.accepts("ab".repeat(3) + "c")).isTrue();
        assertThat(walk.accepts("a".repeat(100_000) + "c")).isTrue();
        assertThat(walk.begins("a".repeat(100_001))).isFalse();
        for (int most = 9; most < 40; most++) {
            for (int min = 0; min <= most; min += 7) {
                Walk counted = Walk.regex("x{" + min + "," + most + "}");
                for (int count = 0; count < 45; count++) {
                    assertThat(counted.accepts("x".repeat(count))).isEqualTo(count >= min && count <= most);
                }
            }
        }
    }

    @Test
    void classesAreEcmas() {
        assertThat(Walk.regex(".").accepts("\u2028")).isFalse();
        assertThat(Walk.regex(".").accepts("\u0085")).isTrue();
        assertThat(Walk.regex("\\s").accepts("\uFEFF")).isTrue();
        assertThat(Walk.regex("[^]").accepts("\n")).isTrue();
        assertThat(Walk.regex("\\p{Lu}\\P{L}").accepts("Ä5")).isTrue();
        assertThat(Walk.regex("\\p{Lu}").accepts("ä")).isFalse();
        assertThat(Walk.regex("\\u{1F600}|\\uD83D\\uDE01|\\x41|\\cA").accepts("😁"))
                .isTrue();
        assertThat(Walk.regex("[\\w.-]+").accepts("a.b-c")).isTrue();
        assertThat(Walk.regex("[a-]{2}").accepts("-a")).isTrue();
        assertThat(Walk.regex("a{,2}b{x}").accepts("a{,2}b{x}")).isTrue();
        assertThat(Walk.regex("^(?<year>\\d{4})$|^x").accepts("2025")).isTrue();
    }

    @Test
    void halfACodePointIsNoAnswer() {
        Walk walk = Walk.regex("[é-€]");
        assertThat(walk.begins("é")).isTrue();
        assertThat(walk.accepts("\u007F")).isFalse();
        assertThat(Walk.regex("[\\uD800-\\uDFFF]|a").accepts("a")).isTrue();
        assertThatThrownBy(() -> Walk.regex("[\\uD800-\\uDFFF]")).hasMessageContaining("No answer can fit");
    }

    @Test
    void whatNoAutomatonFollowsIsRefusedByName() {
        assertRefused("(?=a)b", "lookaround");
        assertRefused("(?<!a)b", "lookaround");
        assertRefused("(?i)a", "flags");
        assertRefused("(a)\\1", "\\1");
        assertRefused("\\bword\\b", "word boundary");
        assertRefused("a$b", "within an alternative");
        assertRefused("(^a)", "an anchor within parentheses");
        assertRefused("a++", "possessive");
        assertRefused("\\p{Greek}", "\\p{Greek}");
        assertRefused("a)", "a ) without its (");
        assertRefused("(a", "a ( without its )");
        assertRefused("[a", "a [ without its ]");
        assertRefused("*a", "nothing before it");
        assertRefused("a**", "a quantifier after a quantifier");
        assertRefused("a{3,2}", "out of order");
        assertRefused("[b-a]", "out of order");
        assertRefused("a{1234567890}", "more than 9 digits");
        assertRefused("a\\", "a backslash with nothing after it");
        assertRefused("\\xZZ", "2 hexadecimal digits");
        assertRefused("(a?){1000}", "may be empty");
        assertRefused("(".repeat(300) + ")".repeat(300), "200 parentheses");
    }

    private static void assertRefused(String expression, String words) {
        assertThatThrownBy(() -> Walk.regex(expression))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining(words)
                .hasMessageEndingWith(".");
    }

    /// Whatever stands there: an automaton or a sentence, soon.
    @Test
    @Timeout(60)
    void anyTextIsReadOrRefused() {
        Random random = new Random(5);
        String signs = "()[]{}|*+?.^$\\-,0123456789abdwsupP<>=!:xé";
        for (int i = 0; i < 5000; i++) {
            StringBuilder expression = new StringBuilder();
            for (int j = random.nextInt(20); j >= 0; j--) {
                expression.append(signs.charAt(random.nextInt(signs.length())));
            }
            try {
                Walk walk = Walk.regex(expression.toString());
                walk.sample(random, 50);
            } catch (OuvertureException e) {
                assertThat(e.getMessage()).endsWith(".");
            }
        }
    }

    @Test
    void hostileExpressionsAreBounded() {
        List<String> hostile = List.of(
                "((((a{1,1000}){1,1000}){1,1000}){1,1000})",
                "(a|a|a|a)*".repeat(200) + "b",
                "(a*)*".repeat(50),
                "(?:(?:a|b)*a(?:a|b){1,500})+c",
                "(x+x+)+y",
                "[\\p{L}\\p{N}]{1,999999999}",
                "(a?b?c?d?){8}".repeat(100));
        for (String expression : hostile) {
            org.junit.jupiter.api.Assertions.assertTimeout(Duration.ofSeconds(10), () -> {
                try {
                    Walk.regex(expression).accepts("ab".repeat(300));
                } catch (RequestException e) {
                    assertThat(e.getMessage()).endsWith(".");
                }
            });
        }
    }
}
