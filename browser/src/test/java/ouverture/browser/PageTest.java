package ouverture.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.server.RunningServer;
import ouverture.server.key.ApiKeys;
import ouverture.server.key.Scope;

/// The web page in Chromium, with a small trained model and a scripted one that says what it is told.
class PageTest {
    private static final String MARKDOWN = """
            # A title
            Some **bold**, *slanted* and `code`, <b>no HTML</b> &amp; [a link](https://example.org/).

            1. one
            2. two
               - inner

            | left | right |
            | :--- | ---: |
            | a | 1 |

            > quoted

            ```java
            int x = 1 < 2 ? 3 : 4;
            ```

            - [x] done
            """;

    @TempDir
    private static Path folder;

    private static Chromium chromium;
    private static RunningServer server;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        server = RunningServer.withEngine(folder);
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

    private static Browser.NewContextOptions english() {
        return new Browser.NewContextOptions().setLocale("en-GB").setViewportSize(1280, 800);
    }

    private static Reader reader(Browser.NewContextOptions options) {
        return new Reader(chromium, options, server.url("/"));
    }

    @Test
    void aConversation() {
        try (Reader reader = reader(english())) {
            reader.picture("welcome");
            Locator answer = reader.ask("think I wonder.|It is **so**.");
            assertThat(answer.locator("strong")).hasText("so");
            assertThat(answer.locator(".answer")).not().containsText("I wonder");
            assertThat(answer.locator(".thoughts .markdown")).isHidden();
            answer.locator("summary").click();
            assertThat(answer.locator(".thoughts .markdown")).hasText("I wonder.");
            assertThat(answer.locator(".figures"))
                    .hasText(Pattern.compile("scripted · 2 tokens · .+ tokens/s · .+ s to the first token ·"
                            + " 4 of 10 prompt tokens from the cache · a note"));
            reader.ask(MARKDOWN);
            assertThat(server.script.last().messages())
                    .containsExactly(
                            Message.user("think I wonder.|It is **so**."),
                            Message.assistant("It is **so**.", "I wonder.", List.of()),
                            Message.user(MARKDOWN));
            assertThat(reader.page.locator(".message")).hasCount(4);
            reader.picture("light");
            assertThat(reader.complaints()).isEmpty();
        }
    }

    @Test
    void markdownIsShown() {
        try (Reader reader = reader(english())) {
            Locator answer = reader.ask(MARKDOWN).locator(".answer");
            assertThat(answer.locator("h2")).hasText("A title");
            assertThat(answer.locator("em")).hasText("slanted");
            assertThat(answer.locator("p").first()).hasText("Some bold, slanted and code, <b>no HTML</b> & a link.");
            assertThat(answer.locator("a")).hasAttribute("rel", "noopener noreferrer nofollow");
            assertThat(answer.locator("ol > li")).hasCount(2);
            assertThat(answer.locator("ol ul > li")).hasText("inner");
            assertThat(answer.locator("td.right")).hasText("1");
            assertThat(answer.locator("blockquote")).hasText("quoted");
            assertThat(answer.locator("pre")).hasText("int x = 1 < 2 ? 3 : 4;");
            assertThat(answer.locator("li.task input")).isChecked();
        }
    }

    @Test
    void whatAModelWritesIsNeverAProgram() {
        try (Reader reader = reader(english())) {
            Locator answer = reader.ask("""
                    <script>document.title = 'gone'</script> <img src=x onerror="document.title='gone'">
                    [click](javascript:document.title='gone') ![seen](https://example.org/spy.png)
                    [data](data:text/html,<script>1</script>) <javascript:alert(1)>

                    <iframe srcdoc="<script>parent.document.title='gone'</script>"></iframe>
                    """);
            assertThat(answer.locator("script, img, iframe, a[href^=javascript], a[href^=data]"))
                    .hasCount(0);
            assertThat(answer.locator("a")).hasText("Image: seen");
            assertThat(answer.locator(".answer")).containsText("<iframe srcdoc=");
            assertThat(reader.page.title()).doesNotContain("gone –").endsWith("– Ouverture");
            Object refused = reader.page.evaluate(
                    "() => { try { document.body.innerHTML = '<b>x</b>'; return 'let'; } catch (e) { ret"
                            + "urn e.name; } }");
            assertThat(refused).isEqualTo("TypeError");
        }
    }

    @Test
    void theSliderSaysHowMuchTheModelThinks() {
        try (Reader reader = reader(english())) {
            Locator slider = reader.page.locator("#reasoning");
            reader.ask("Hi");
            assertThat(server.script.last().reasoning()).isEqualTo(Reasoning.AUTO);
            assertThat(slider).hasAttribute("aria-valuetext", "auto");
            List<Reasoning> settings =
                    List.of(Reasoning.Level.HIGH, Reasoning.Level.MEDIUM, Reasoning.Level.LOW, Reasoning.OFF);
            for (Reasoning setting : settings) {
                slider.press("ArrowLeft");
                reader.ask("Hi");
                assertThat(server.script.last().reasoning()).isEqualTo(setting);
            }
            assertThat(reader.page.locator("#reasoning-name")).hasText("off");
            reader.page.reload();
            assertThat(slider).hasValue("0");
        }
    }

    @Test
    void thePanelSetsParameters() {
        try (Reader reader = reader(english())) {
            reader.button("Settings").click();
            reader.page.getByLabel("Temperature").fill("0.25");
            reader.page.getByLabel("Top-k").fill("7");
            reader.page.getByLabel("Seed").fill("11");
            reader.page.getByLabel("Tokens at most").fill("99");
            reader.page.getByLabel("Stop at the text").fill("END");
            reader.page.getByLabel("System prompt").fill("Be brief.");
            reader.page.getByLabel("Top-p").fill("3");
            reader.picture("panel");
            reader.ask("Hi");
            var request = server.script.last();
            assertThat(request.sampling().temperature()).isEqualTo(0.25);
            assertThat(request.sampling().topK()).isEqualTo(7);
            assertThat(request.sampling().seed()).hasValue(11);
            assertThat(request.sampling().topP()).as("3 is no probability").isLessThanOrEqualTo(1);
            assertThat(request.maxTokens()).isEqualTo(99);
            assertThat(request.stop()).containsExactly("END");
            assertThat(request.messages().getFirst()).isEqualTo(Message.system("Be brief."));
            reader.button("Empty the fields").click();
            reader.ask("Hi");
            assertThat(server.script.last().sampling().seed()).isEmpty();
        }
    }

    @Test
    void anAnswerCanBeStopped() {
        try (Reader reader = reader(english())) {
            int before = server.script.cancelled();
            reader.choose("scripted");
            reader.composer().fill("forever");
            reader.composer().press("Enter");
            assertThat(reader.page.locator(".answer")).containsText("word 1");
            reader.button("Stop").click();
            assertThat(reader.answer().locator(".problem")).hasText("Stopped.");
            assertThat(reader.button("Send")).isVisible();
            reader.page.waitForCondition(() -> server.script.cancelled() == before + 1);
        }
    }

    @Test
    void answersCanBeAskedForAnewAndMessagesEdited() {
        try (Reader reader = reader(english())) {
            reader.ask("First");
            reader.button("Answer anew").click();
            Locator answer = reader.answer();
            assertThat(answer.locator(".versions")).hasText(Pattern.compile("2 of 2"));
            reader.button("Previous answer").click();
            assertThat(answer.locator(".versions")).hasText(Pattern.compile("1 of 2"));
            reader.ask("Second");
            reader.composer().press("ArrowUp");
            Locator field = reader.page.getByLabel("Edit the message");
            assertThat(field).hasValue("Second");
            field.fill("Third");
            field.press("Enter");
            assertThat(reader.answer().locator(".answer")).hasText("Third");
            assertThat(reader.page.locator(".message")).hasCount(4);
            assertThat(server.script.last().messages()).hasSize(3);
        }
    }

    @Test
    void aConversationCanBeTakenAway() throws IOException {
        try (Reader reader = reader(english())) {
            reader.ask("think A thought|Take me away");
            reader.button("Settings").click();
            Download markdown = reader.page.waitForDownload(
                    () -> reader.button("Export as Markdown").click());
            assertThat(markdown.suggestedFilename()).isEqualTo("think-A-thought-Take-me-away.md");
            assertThat(Files.readString(markdown.path(), StandardCharsets.UTF_8))
                    .contains("## You\n\nthink A thought|Take me away", "A thought", "## scripted", "Take me away\n");
            Download json = reader.page.waitForDownload(
                    () -> reader.button("Export as JSON").click());
            assertThat(Files.readString(json.path(), StandardCharsets.UTF_8)).contains("\"thoughts\": \"A thought\"");
        }
    }

    @Test
    void frenchComesWithTheBrowserAndCanBeChosen() {
        try (Reader reader = reader(english().setLocale("fr-FR"))) {
            assertThat(reader.page.locator("html")).hasAttribute("lang", "fr");
            assertThat(reader.page.locator("h1")).hasText("De quoi parlons-nous ?");
            Locator answer = reader.ask("think Je réfléchis.|Bonjour");
            assertThat(answer.locator("summary")).hasText("Réflexion");
            assertThat(answer.locator(".figures")).containsText("jusqu’au premier token");
            reader.button("Réglages").click();
            reader.picture("french");
            reader.page.getByLabel("Langue").selectOption("en");
            assertThat(answer.locator("summary")).hasText("Thoughts");
            reader.page.reload();
            assertThat(reader.page.locator("html")).hasAttribute("lang", "en");
        }
    }

    @Test
    void bothLanguagesSayTheSame() {
        try (Reader reader = reader(english())) {
            Object same = reader.page.evaluate("""
                    async () => {
                      const {english, french} = await import('/page/words.js');
                      const values = (words) => Object.entries(words).map(([key, text]) =>
                        `${key} ${[...text.matchAll(/\\{\\w+\\}/g)].map(String).sort()}`).sort().join();
                      return values(english) === values(french);
                    }
                    """);
            assertThat(same).isEqualTo(true);
        }
    }

    @Test
    void aPhoneIsEnough() {
        Browser.NewContextOptions phone = new Browser.NewContextOptions()
                .setLocale("en-GB")
                .setViewportSize(360, 740)
                .setHasTouch(true)
                .setIsMobile(true)
                .setDeviceScaleFactor(2);
        try (Reader reader = reader(phone)) {
            reader.ask(MARKDOWN);
            reader.picture("phone");
            assertThat(reader.page.evaluate("document.documentElement.scrollWidth"))
                    .isEqualTo(360);
            assertThat(reader.page.locator("#history")).isHidden();
            reader.button("Conversations").tap();
            assertThat(reader.page.locator("#history")).isVisible();
            reader.picture("phone-history");
            reader.page.keyboard().press("Escape");
            assertThat(reader.page.locator("#history")).isHidden();
            reader.button("Settings").tap();
            reader.picture("phone-settings");
            assertThat(reader.page.evaluate("document.documentElement.scrollWidth"))
                    .isEqualTo(360);
        }
    }

    @Test
    void darkIsTheSystemsOrTheReadersWish() {
        try (Reader reader = reader(english().setColorScheme(ColorScheme.DARK))) {
            reader.ask(MARKDOWN);
            reader.picture("dark");
            assertThat(reader.page.locator("body")).hasCSS("background-color", "rgb(22, 24, 26)");
            reader.button("Settings").click();
            reader.page.getByLabel("Colours").selectOption("light");
            assertThat(reader.page.locator("body")).hasCSS("background-color", "rgb(251, 250, 248)");
        }
    }

    @Test
    void failuresAreTold() {
        try (Reader reader = reader(english())) {
            Locator problem = reader.ask("fail").locator(".problem");
            assertThat(problem).containsText("The server failed; its log has request req_");
            reader.picture("failure");
            reader.page.route("**/v1/**", route -> route.abort());
            reader.button("Answer anew").click();
            assertThat(reader.answer().locator(".problem"))
                    .hasText("The server cannot be reached. Is it still running?");
            reader.page.reload();
            assertThat(reader.page.locator("#notice")).containsText("The server cannot be reached");
            reader.picture("unreachable");
            reader.page.unroute("**/v1/**");
            reader.button("Try again").click();
            assertThat(reader.page.locator("#notice")).isHidden();
        }
    }

    @Test
    void aKeyIsAskedForWhereOneIsNeeded(@TempDir Path own) {
        Path file = own.resolve("keys");
        String key = ApiKeys.add(file, "ann", EnumSet.allOf(Scope.class));
        try (RunningServer closed = RunningServer.scripted(options -> options.withKeys(Optional.of(file)));
                var context = chromium.browser().newContext(english())) {
            var page = context.newPage();
            page.navigate(closed.url("/"));
            assertThat(page.locator("#key-dialog")).isVisible();
            page.screenshot(
                    new com.microsoft.playwright.Page.ScreenshotOptions().setPath(Path.of("target/pictures/key.png")));
            page.locator("#key").fill("wrong");
            page.locator("#key").press("Enter");
            assertThat(page.locator("#notice")).containsText("API key");
            assertThat(page.locator("#key-dialog")).isVisible();
            page.locator("#key").fill(key);
            page.locator("#key").press("Enter");
            assertThat(page.locator("#model option")).hasText("scripted");
            assertThat(page.locator("#key-dialog")).isHidden();
            page.locator("#prompt").fill("Hello");
            page.locator("#prompt").press("Enter");
            assertThat(page.locator(".answer")).hasText("Hello");
        }
    }

    @Test
    void aTrainedModelAnswersAndTheKeyboardIsEnough() {
        try (Reader reader = reader(english())) {
            reader.choose("stories");
            reader.page.locator("#title").focus();
            reader.page.locator("#title").blur();
            reader.page.keyboard().press("/");
            assertThat(reader.composer()).isFocused();
            reader.button("Settings").click();
            reader.page.getByLabel("Temperature").fill("0");
            reader.page.getByLabel("Tokens at most").fill("24");
            reader.composer().focus();
            reader.page.keyboard().type("Once upon a time");
            reader.page.keyboard().press("Enter");
            assertThat(reader.answer().locator(".answer")).containsText("there was a little girl named Lily");
            assertThat(reader.answer().locator(".problem")).hasText("The answer reached its limit of tokens.");
            assertThat(reader.answer().locator(".figures")).containsText("24 tokens");
            reader.picture("stories");
        }
    }

    @Test
    void everythingHasAName() {
        try (Reader reader = reader(english())) {
            reader.ask("Hi");
            reader.button("Settings").click();
            Object nameless = reader.page.evaluate("""
                    () => [...document.querySelectorAll(
                      'button:not([hidden]), input:not([hidden]), select, textarea, aside, section')]
                      .filter((e) => !(e.getAttribute('aria-label') || e.labels?.[0]?.textContent.trim()
                        || e.textContent.trim()))
                      .map((e) => e.outerHTML)
                    """);
            assertThat((List<?>) nameless).isEmpty();
        }
    }
}
