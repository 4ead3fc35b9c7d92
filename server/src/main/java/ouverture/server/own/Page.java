package ouverture.server.own;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import ouverture.server.api.Api;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.api.Endpoint.Access;

/// The web page, whose files are resources of this package. It asks the same endpoints as other clients. Its
/// content security policy lets it use these files and nothing else, and no text ever becomes HTML or a program
/// (Content Security Policy Level 3; Trusted Types).
final class Page {
    private static final String FILES = "/page/";
    private static final String FIRST = "index.html";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "mjs", "text/javascript; charset=utf-8",
            "woff2", "font/woff2",
            "svg", "image/svg+xml");
    private static final Map<String, String> HEADERS = Map.of(
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types 'none'",
            "x-content-type-options",
            "nosniff",
            "referrer-policy",
            "no-referrer",
            "cross-origin-opener-policy",
            "same-origin",
            "cache-control",
            "no-cache");

    private Page() {}

    static List<Endpoint<?>> endpoints(Api api) {
        return List.of(
                Endpoint.get(
                        "/",
                        api,
                        new Access.Open(),
                        "The web page, for browsers; tells others, as Ollama's clients, that the server runs.",
                        (_, call) -> first(call)),
                Endpoint.get(
                        FILES + "*",
                        api,
                        new Access.Open(),
                        "The files of the web page.",
                        (_, call) -> send(call.path().substring(FILES.length()), call)));
    }

    private static void first(Call call) {
        if (call.accepts("text/html")) {
            send(FIRST, call);
        } else {
            call.send(200, "text/plain; charset=utf-8", "Ouverture is running");
        }
    }

    private static void send(String name, Call call) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        // Names of files only: another path could lead out of the folder.
        boolean isName = type != null && name.matches("(fonts/)?[\\w-][\\w.-]*");
        try (InputStream file = isName ? Page.class.getResourceAsStream("page/" + name) : null) {
            if (type == null || file == null) {
                throw new ApiException(ApiError.Kind.NOT_FOUND, "The web page has no file " + name + ".");
            }
            HEADERS.forEach(call::header);
            call.send(200, type, file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
