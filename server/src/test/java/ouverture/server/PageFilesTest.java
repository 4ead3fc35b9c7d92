package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The files of the web page, as far as no browser is needed to look at them.
class PageFilesTest {
    private static final Pattern FILES = Pattern.compile("(?:/page/|from '\\./)((?:fonts/)?[\\w.-]+)");

    @Test
    void everyFileThatThePageNamesIsThere() {
        try (RunningServer server = RunningServer.scripted(UnaryOperator.identity())) {
            HttpResponse<String> page = server.send(
                    server.request("/").header("accept", "text/html").build());
            assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
            assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                    .contains("default-src 'none'", "require-trusted-types-for 'script'");
            Set<String> open = new TreeSet<>(names(page.body()));
            Set<String> seen = new TreeSet<>();
            while (!open.isEmpty()) {
                String name = open.iterator().next();
                open.remove(name);
                HttpResponse<String> file = server.get("/page/" + name);
                assertThat(file.statusCode()).as(name).isEqualTo(200);
                seen.add(name);
                open.addAll(names(file.body()));
                open.removeAll(seen);
            }
            assertThat(seen)
                    .contains("app.js", "style.css", "icon.svg", "highlight.min.js", "katex.mjs", "marked.esm.js");
            HttpResponse<String> font = server.get("/page/fonts/KaTeX_Main-Regular.woff2");
            assertThat(font.headers().firstValue("content-type")).contains("font/woff2");
            assertThat(server.get("/page/nothing.js").statusCode()).isEqualTo(404);
            assertThat(server.get("/page/..%2fPage.class").statusCode()).isEqualTo(404);
        }
    }

    private static Set<String> names(String text) {
        return new TreeSet<>(FILES.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList());
    }
}
