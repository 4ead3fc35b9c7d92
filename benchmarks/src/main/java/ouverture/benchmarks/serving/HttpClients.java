package ouverture.benchmarks.serving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import ouverture.error.ResourceException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Clients of a server on this machine, which ask `/v1/completions` for streamed answers with fields that both
/// servers know.
final class HttpClients implements AutoCloseable {
    private static final String DATA = "data: ";
    private static final int OK = 200;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI completions;
    private final int endOfText;

    /// @param endOfText token that must not come, or answers would end before their time
    HttpClients(int port, int endOfText) {
        this.completions = URI.create("http://127.0.0.1:" + port + "/v1/completions");
        this.endOfText = endOfText;
    }

    /// Reads an answer to its end.
    ///
    /// @return tokens that came, as the server counts them
    int answer(List<Integer> prompt, int tokens) {
        try {
            HttpResponse<Stream<String>> response =
                    http.send(request(prompt, tokens), HttpResponse.BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                if (response.statusCode() != OK) {
                    throw new ResourceException("The server at " + completions + " answered with "
                            + response.statusCode() + ": " + lines.collect(Collectors.joining(" ")));
                }
                return tokens(lines.iterator());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceException("The measurement was interrupted.", e);
        }
    }

    /// Only the line with the usage is read as JSON: what a client does with the others is no part of the
    /// measurement.
    private static int tokens(Iterator<String> lines) {
        int tokens = -1;
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.contains("\"completion_tokens\"")) {
                JsonNode event = JsonMapper.shared().readTree(line.substring(DATA.length()));
                tokens = event.path("usage").path("completion_tokens").asInt(-1);
            }
        }
        return tokens;
    }

    private HttpRequest request(List<Integer> prompt, int tokens) {
        String body = "{\"model\":\"" + ServerMain.MODEL + "\",\"prompt\":" + prompt + ",\"max_tokens\":" + tokens
                + ",\"temperature\":0,\"stream\":true,\"stream_options\":{\"include_usage\":true},\"logit_bias\":{\""
                + endOfText + "\":-100}}";
        return HttpRequest.newBuilder(completions)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    @Override
    public void close() {
        http.close();
    }
}
