package ouverture.constrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ouverture.error.OuvertureException;
import ouverture.error.RequestException;

/// Grammars in llama.cpp's notation.
class GbnfParserTest {
    private static final String ARITHMETIC = """
            # sums
            root   ::= (expr "=" ws term "\\n")+
            expr   ::= term ([-+*/] term)*
            term   ::= ident | num | "(" ws expr ")" ws
            ident  ::= [a-z] [a-z0-9_]* ws
            num    ::= [0-9]+ ws
            ws     ::= [ \\t\\n]*
            """;

    private static final String CHESS = """
            root ::= "1. " move " " move "\\n" ([1-9] [0-9]? ". " move " " move "\\n")+
            move ::= (pawn | nonpawn | castle) [+#]?

            # piece type, optional file/rank, optional capture, dest file & rank
            nonpawn ::= [NBKQR] [a-h]? [1-8]? "x"? [a-h] [1-8]
            pawn ::= ([a-h] "x")? [a-h] [1-8] ("=" [NBKQR])?
            castle ::= "O-O" "-O"?
            """;

    @Test
    void grammarsOfAllKindsAreRead() {
        Walk arithmetic = Walk.gbnf(ARITHMETIC);
        assertThat(arithmetic.accepts("1+2*(x -3)= 5\n")).isTrue();
        assertThat(arithmetic.accepts("1+= 5\n")).isFalse();
        Walk chess = Walk.gbnf(CHESS);
        assertThat(chess.accepts("1. e4 e5\n2. Nf3 Nc6\n3. O-O bxc8=Q+\n")).isTrue();
        assertThat(chess.begins("1. e9")).isFalse();
        Walk nested = Walk.gbnf("root ::= \"a\" root \"b\" | \"\"");
        assertThat(nested.accepts("a".repeat(400) + "b".repeat(400))).isTrue();
        assertThat(nested.accepts("aab")).isFalse();
        Walk list = Walk.gbnf("""
                root ::= item
                  | item "," root
                item ::= ("x" |
                   "y"){2,3} "\\x41" "\\u00e9" [^\\]\\\\] .
                """);
        assertThat(list.accepts("xyAé-😀,yyyAé[\n")).isTrue();
        assertThat(list.accepts("xAé-.")).isFalse();
    }

    @Test
    void rightRecursionTakesNoRoom() {
        Walk walk = Walk.gbnf("root ::= [a-z] root | \".\"");
        assertThat(walk.accepts("abc".repeat(20_000) + ".")).isTrue();
    }

    /// What nests too deep cannot be ended within bounds, so it cannot be begun.
    @Test
    void nestingIsBoundedWithoutDeadEnds() {
        Walk walk = Walk.gbnf("root ::= \"(\" inner \")\" | \"x\"\ninner ::= \"[\" root \"]\" | \"<\" root root \">\"");
        StringBuilder text = new StringBuilder();
        while (walk.begins(text + "([")) {
            text.append("([");
        }
        assertThat(text.length()).isBetween(500, 2 * Network.DEEPEST);
        Random random = new Random(2);
        for (int i = 0; i < 20; i++) {
            walk.sample(random, 3000);
        }
    }

    @Test
    void mistakesAreToldWithTheirLine() {
        assertRefused("root ::= a", "uses the rule a and does not define it");
        assertRefused("a ::= \"x\"", "no rule named root");
        assertRefused("root ::= \"x\nroot", "in line 2");
        assertRefused("root ::= \"x\"\nroot ::= \"y\"", "defines the rule root again, in line 2");
        assertRefused("root = \"x\"", "no ::= after the name root");
        assertRefused("root ::= (\"x\"", "a ( without its )");
        assertRefused("root ::= [a", "a [ without its ]");
        assertRefused("root ::= \"x\"{2", "a { without its }");
        assertRefused("root ::= \"x\"{3,2}", "out of order");
        assertRefused("root ::= \"\\q\"", "unknown escape");
        assertRefused("root ::= <think>", "names a token");
        assertRefused("root ::= \"\\uD800\"", "half a surrogate pair");
        assertRefused("", "no rule named root");
        assertRefused("root ::= root \"x\" | \"y\"", "the rule root begins with itself");
        assertRefused("root ::= a\na ::= b? c\nb ::= \"x\"\nc ::= a \"y\" | \"z\"", "begins with itself");
        assertRefused("root ::= \"x\" root", "No answer can fit");
    }

    private static void assertRefused(String grammar, String words) {
        assertThatThrownBy(() -> Walk.gbnf(grammar))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining(words)
                .hasMessageEndingWith(".");
    }

    @Test
    @Timeout(60)
    void anyTextIsReadOrRefused() {
        Random random = new Random(5);
        for (int i = 0; i < 5000; i++) {
            StringBuilder grammar = new StringBuilder(random.nextBoolean() ? ARITHMETIC : CHESS);
            for (int j = random.nextInt(6); j >= 0; j--) {
                int at = random.nextInt(grammar.length());
                switch (random.nextInt(3)) {
                    case 0 -> grammar.deleteCharAt(at);
                    case 1 -> grammar.insert(at, "()[]{}|*+?\"\\-,0:=#\n".charAt(random.nextInt(19)));
                    default -> grammar.insert(at, grammar.substring(at, Math.min(grammar.length(), at + 9)));
                }
            }
            try {
                Walk.gbnf(grammar.toString()).sample(random, 100);
            } catch (OuvertureException e) {
                assertThat(e.getMessage()).endsWith(".");
            }
        }
    }
}
