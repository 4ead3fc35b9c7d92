package ouverture.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ouverture.server.RunningServer;

/// Code with colours and formulas, without a string of HTML and without another host.
class CodeAndMathsTest {
    private static final String CODE = """
            ```java
            /** Says <b>hello</b>. */
            record Greeting(String name) {
                static final int COUNT = 0x2A;
                String text() { return "Hello, " + name; } // to you
            }
            ```

            ```python
            def mean(values: list[float]) -> float:
                return sum(values) / len(values)
            ```

            ```unheard-of
            if x then y
            ```
            """;

    private static final String MATHS = """
            The roots of $ax^2 + bx + c = 0$ are

            $$
            x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}
            $$

            and \\(e^{i\\pi} + 1 = 0\\) too; so is

            \\[ \\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi} \\]

            It costs $5 or $10, and `$x$` is code. $\\frac{x}$ stays.
            """;

    private static Chromium chromium;
    private static RunningServer server;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        server = RunningServer.scripted(UnaryOperator.identity());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    private static Reader reader(Browser.NewContextOptions options) {
        return new Reader(chromium, options, server.url("/"));
    }

    private static Browser.NewContextOptions english() {
        return new Browser.NewContextOptions().setLocale("en-GB").setViewportSize(1280, 800);
    }

    @Test
    void codeHasColours() {
        try (Reader reader = reader(english())) {
            Locator answer = reader.ask(CODE).locator(".answer");
            Locator java = answer.locator("pre").first();
            assertThat(java).containsText("/** Says <b>hello</b>. */");
            assertThat(java.locator(".hljs-keyword").first()).hasText("record");
            assertThat(java.locator(".hljs-string")).hasText("\"Hello, \"");
            assertThat(java.locator(".hljs-title.class_")).hasText("Greeting");
            assertThat(java.locator(".hljs-number")).hasText("0x2A");
            assertThat(answer.locator("pre").nth(1).locator(".hljs-title.function_"))
                    .hasText("mean");
            assertThat(answer.locator("pre").nth(2).locator("span")).hasCount(0);
            assertThat(answer.locator(".code-head")).hasText(new String[] {"java", "python", "unheard-of"});
            reader.picture("code");
            assertThat(reader.complaints()).isEmpty();
        }
    }

    @Test
    void codeIsCopiedAsItIs() {
        Browser.NewContextOptions options = english().setPermissions(List.of("clipboard-read", "clipboard-write"));
        try (Reader reader = reader(options)) {
            reader.ask("```java\nint x = 1;\n```").locator(".code-head button").click();
            reader.page.waitForCondition(
                    () -> "int x = 1;".equals(reader.page.evaluate("() => navigator.clipboard.readText()")));
        }
    }

    @Test
    void formulasAreSetByKatex() {
        List<String> asked = new CopyOnWriteArrayList<>();
        try (Reader reader = reader(english())) {
            reader.page.onRequest(request -> asked.add(request.url()));
            reader.ask("No formula for $5.");
            assertThat(asked).noneMatch(url -> url.contains("katex"));
            Locator answer = reader.ask(MATHS).locator(".answer");
            assertThat(answer.locator(".katex")).hasCount(4);
            assertThat(answer.locator(".katex-display")).hasCount(2);
            assertThat(answer.locator("mfrac")).hasCount(1);
            assertThat(answer.locator("p").last()).hasText("It costs $5 or $10, and $x$ is code. $\\frac{x}$ stays.");
            reader.page.waitForCondition(() -> asked.stream().anyMatch(url -> url.contains("/page/fonts/KaTeX_Main")));
            assertThat(asked).allMatch(url -> url.startsWith(server.url("/")));
            reader.picture("maths");
            assertThat(reader.complaints()).isEmpty();
        }
    }

    @Test
    void aFormulaThatIsNotCompleteIsShownAsItIs() {
        try (Reader reader = reader(english())) {
            assertThat(reader.ask("$$\nx = 1").locator(".answer")).hasText(Pattern.compile("\\$\\$\\s*x = 1"));
        }
    }

    @Test
    void bothAreReadableInTheDarkAndOnAPhone() {
        Browser.NewContextOptions phone = new Browser.NewContextOptions()
                .setLocale("fr-FR")
                .setColorScheme(ColorScheme.DARK)
                .setViewportSize(360, 740)
                .setIsMobile(true)
                .setHasTouch(true);
        try (Reader reader = reader(phone)) {
            Locator answer = reader.ask(MATHS + "\n" + CODE);
            assertThat(answer.locator(".katex").first()).isVisible();
            answer.locator(".formula.displayed").first().scrollIntoViewIfNeeded();
            reader.picture("maths-phone-dark");
            answer.locator("pre").first().scrollIntoViewIfNeeded();
            reader.picture("code-phone-dark");
            assertThat(reader.page.evaluate("document.documentElement.scrollWidth"))
                    .isEqualTo(360);
        }
    }
}
