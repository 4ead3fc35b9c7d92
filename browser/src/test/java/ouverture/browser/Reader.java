package ouverture.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Somebody who uses the page, in a browser without a past. What the browser complains of is remembered: a page
/// in order gives it no cause.
final class Reader implements AutoCloseable {
    private final BrowserContext context;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    final Page page;

    Reader(Chromium chromium, Browser.NewContextOptions options, String address) {
        context = chromium.browser().newContext(options);
        context.setDefaultTimeout(Chromium.PATIENCE_MILLIS);
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate(address);
        assertThat(page.locator("#model option").first()).isAttached();
    }

    List<String> complaints() {
        return complaints;
    }

    Locator composer() {
        return page.locator("#prompt");
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /// Sends a message to the scripted model and waits for the end of its answer.
    Locator ask(String text) {
        choose("scripted");
        composer().fill(text);
        composer().press("Enter");
        return answer();
    }

    void choose(String model) {
        page.locator("#model").selectOption(model);
    }

    /// The last answer, complete.
    Locator answer() {
        Locator answer = page.locator(".message.assistant").last();
        assertThat(answer).hasAttribute("aria-busy", "false");
        return answer;
    }

    /// Keeps a picture of the page for people.
    void picture(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/pictures", name + ".png")));
    }

    @Override
    public void close() {
        context.close();
    }
}
