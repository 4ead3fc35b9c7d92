package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Our own endpoints against a running server.
class OwnTest {
    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.withEngine(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void textsBecomeTokensAndTextsAgain() {
        JsonNode tokens = server.ask(
                "/v1/tokenize", "{\"model\": \"stories\", \"text\": \"Once upon a time\", \"pieces\": true}");
        assertThat(tokens.at("/count").intValue())
                .isEqualTo(tokens.at("/tokens").size())
                .isPositive();
        assertThat(tokens.at("/pieces/0").stringValue()).isEqualTo("▁Once");
        JsonNode text =
                server.ask("/v1/detokenize", "{\"model\": \"stories\", \"tokens\": " + tokens.at("/tokens") + "}");
        assertThat(text.at("/text").stringValue()).isEqualTo("Once upon a time");
    }

    @Test
    void specialTokensAreMadeOnRequestOnly() {
        assertThat(tokens("</s>", "")).doesNotContain("[2]");
        assertThat(tokens("</s>", ", \"parse_special\": true")).isEqualTo("[2]");
        assertThat(tokens("", ", \"add_special\": true")).isEqualTo("[1]");
    }

    private static String tokens(String text, String more) {
        return server.ask("/v1/tokenize", "{\"model\": \"stories\", \"text\": \"" + text + "\"" + more + "}")
                .at("/tokens")
                .toString();
    }

    @Test
    void mistakesAreNamed() {
        HttpResponse<String> range = server.post("/v1/detokenize", "{\"model\": \"stories\", \"tokens\": [1, 512]}");
        assertThat(range.statusCode()).isEqualTo(400);
        assertThat(range.body()).contains("512 is out of range");
        HttpResponse<String> none = server.post("/v1/tokenize", "{\"model\": \"scripted\", \"text\": \"x\"}");
        JsonNode error = JsonMapper.shared().readTree(none.body()).at("/error");
        assertThat(none.statusCode()).isEqualTo(400);
        assertThat(error.at("/kind").stringValue()).isEqualTo("invalid");
        assertThat(error.at("/message").stringValue()).contains("no tokenizer");
        assertThat(error.at("/field").stringValue()).isEqualTo("model");
    }
}
