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
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.server.RunningServer;

/// Conversations and judgements that a server keeps.
class HistoryTest {
    private static Chromium chromium;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
        }
    }

    private RunningServer server() {
        return RunningServer.scripted(options -> options.withHistory(Optional.of(folder.resolve("data"))));
    }

    private static Reader reader(RunningServer server, Browser.NewContextOptions options) {
        return new Reader(chromium, options, server.url("/"));
    }

    private static Browser.NewContextOptions english() {
        return new Browser.NewContextOptions().setLocale("en-GB").setViewportSize(1280, 800);
    }

    @Test
    void conversationsAreThereAfterAReloadAndInAnotherBrowser() {
        try (RunningServer server = server()) {
            try (Reader reader = reader(server, english())) {
                reader.ask("The first conversation, à Paris");
                reader.button("New conversation").click();
                assertThat(reader.page.locator(".message")).hasCount(0);
                reader.ask("The second one");
                reader.page.reload();
                assertThat(reader.answer().locator(".answer")).hasText("The second one");
                assertThat(reader.page.locator("#conversations li")).hasCount(2);
                assertThat(reader.page.locator("#kept")).hasText("Conversations are kept by this server.");
                assertThat(reader.complaints()).isEmpty();
            }
            try (Reader other = reader(server, english())) {
                Locator lines = other.page.locator("#conversations li");
                assertThat(lines).hasCount(2);
                other.page.locator("#search").fill("A PARIS");
                assertThat(lines).hasCount(1);
                other.button("The first conversation, à Paris").click();
                assertThat(other.answer().locator(".answer")).hasText("The first conversation, à Paris");
                other.picture("history-search");
                other.page.locator("#search").fill("");
                other.page.locator("#title").fill("Renamed");
                other.page.locator("#title").press("Tab");
                other.button("Delete “The second one”").click();
                other.button("Delete").click();
                assertThat(lines).hasCount(1);
                other.page.reload();
                assertThat(lines).hasText("Renamed");
                other.button("Settings").click();
                other.button("Delete all conversations").click();
                other.button("Delete").click();
                assertThat(lines).hasCount(0);
                other.page.reload();
                assertThat(other.page.locator("#kept")).hasText("Conversations are kept by this server.");
                assertThat(lines).hasCount(0);
            }
        }
    }

    @Test
    void withoutAHistoryConversationsEndWithThePage() {
        try (RunningServer server = RunningServer.scripted(UnaryOperator.identity());
                Reader reader = reader(server, english())) {
            reader.ask("The first");
            reader.button("New conversation").click();
            reader.ask("The second");
            reader.button("The first").click();
            assertThat(reader.answer().locator(".answer")).hasText("The first");
            assertThat(reader.button("Good answer")).hasCount(0);
            reader.page.reload();
            assertThat(reader.page.locator("#kept")).containsText("This server keeps no conversations");
            assertThat(reader.page.locator("#conversations li")).hasCount(0);
        }
    }

    @Test
    void aDeletedConversationStaysDeletedWhileItIsWritten() {
        try (RunningServer server = server();
                Reader reader = reader(server, english())) {
            reader.choose("scripted");
            reader.composer().fill("forever");
            reader.composer().press("Enter");
            assertThat(reader.page.locator(".answer")).containsText("word 1");
            reader.button("Delete “forever”").click();
            reader.button("Delete").click();
            assertThat(reader.page.locator(".message")).hasCount(0);
            reader.page.waitForCondition(() -> server.script.cancelled() == 1);
            reader.page.reload();
            assertThat(reader.page.locator("#conversations li")).hasCount(0);
        }
    }

    @Test
    void answersAreJudgedAndTakenAwayForTraining() throws IOException {
        try (RunningServer server = server();
                Reader reader = reader(server, english())) {
            reader.button("Settings").click();
            reader.page.getByLabel("System prompt").fill("Be brief.");
            reader.ask("Hello");
            reader.page.getByLabel("System prompt").fill("");
            Locator good = reader.button("Good answer");
            good.click();
            assertThat(good).hasAttribute("aria-pressed", "true");
            assertThat(reader.page.locator("#status")).hasText("Your judgement is kept.");
            reader.picture("judged");
            reader.page.reload();
            assertThat(good).hasAttribute("aria-pressed", "true");
            reader.ask("think Hm.|Worse");
            Locator bad = reader.answer().getByLabel("Bad answer");
            bad.press("Enter");
            assertThat(bad).hasAttribute("aria-pressed", "true");
            reader.button("Settings").click();
            Download labels = reader.page.waitForDownload(
                    () -> reader.button("Judged answers for training (JSONL)").click());
            assertThat(Files.readString(labels.path(), StandardCharsets.UTF_8)).isEqualTo("""
                            {"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello"},\
                            {"role":"assistant","content":"Hello"}],"label":true}
                            {"messages":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hello"},\
                            {"role":"user","content":"think Hm.|Worse"},\
                            {"role":"assistant","content":"Worse","reasoning":"Hm."}],"label":false}
                            """);
            bad.press("Enter");
            assertThat(bad).hasAttribute("aria-pressed", "false");
            Download left = reader.page.waitForDownload(
                    () -> reader.button("Judged answers for training (JSONL)").click());
            assertThat(left.path()).content(StandardCharsets.UTF_8).hasLineCount(1);
        }
    }

    @Test
    void judgingIsForPhonesAndFrenchReadersToo() {
        Browser.NewContextOptions phone = new Browser.NewContextOptions()
                .setLocale("fr-FR")
                .setColorScheme(ColorScheme.DARK)
                .setViewportSize(360, 740)
                .setIsMobile(true)
                .setHasTouch(true);
        try (RunningServer server = server();
                Reader reader = reader(server, phone)) {
            reader.ask("Bonjour");
            reader.button("Mauvaise réponse").tap();
            assertThat(reader.button("Mauvaise réponse")).hasAttribute("aria-pressed", "true");
            reader.picture("judged-phone-dark");
            assertThat(reader.page.evaluate("document.documentElement.scrollWidth"))
                    .isEqualTo(360);
            assertThat(reader.complaints()).isEmpty();
        }
    }

    @Test
    void whatCannotBeKeptIsTold() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(data.resolve("history.db"), "no database at all, but long enough to look at: ".repeat(100));
        try (RunningServer server = server();
                Reader reader = reader(server, english())) {
            assertThat(reader.page.locator("#notice")).containsText("are damaged; move the file away");
            reader.ask("It answers all the same");
            reader.picture("damaged");
        }
    }
}
