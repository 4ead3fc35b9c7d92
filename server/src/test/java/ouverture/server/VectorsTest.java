package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Embeddings and rerank against a running server.
class VectorsTest {
    private static final String PATH = "/v1/embeddings";

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

    private static JsonNode embed(String input, String more) {
        return server.ask(PATH, "{\"model\": \"stories\", \"input\": " + input + more + "}");
    }

    private static double[] vector(JsonNode numbers) {
        return numbers.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    private static double product(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }

    @Test
    void textsBecomeVectorsOfLengthOne() {
        JsonNode body = embed("[\"Once upon a time\", \"a little girl\", \"Once upon a time\"]", "");
        double[] first = vector(body.at("/data/0/embedding"));
        assertThat(body.at("/data")).hasSize(3);
        assertThat(body.at("/data/2/index").intValue()).isEqualTo(2);
        assertThat(first).hasSize(64);
        assertThat(product(first, first)).isCloseTo(1, within(1e-6));
        assertThat(product(first, vector(body.at("/data/1/embedding")))).isLessThan(0.999);
        assertThat(body.at("/data/2/embedding")).isEqualTo(body.at("/data/0/embedding"));
        assertThat(embed("\"Once upon a time\"", "").at("/data/0/embedding")).isEqualTo(body.at("/data/0/embedding"));
        assertThat(body.at("/usage/prompt_tokens").intValue()).isGreaterThan(6);
    }

    @Test
    void tokensAreTextsToo() {
        JsonNode tokens = server.ask(
                "/v1/tokenize", "{\"model\": \"stories\", \"text\": \"Once upon a time\", \"add_special\": true}");
        assertThat(embed("[" + tokens.at("/tokens") + "]", "").at("/data/0/embedding"))
                .isEqualTo(embed("\"Once upon a time\"", "").at("/data/0/embedding"))
                .isEqualTo(embed(tokens.at("/tokens").toString(), "").at("/data/0/embedding"));
    }

    @Test
    void bytesAreTheSameNumbers() {
        String text = embed("\"Hello\"", ", \"encoding_format\": \"base64\"")
                .at("/data/0/embedding")
                .stringValue();
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text)).order(ByteOrder.LITTLE_ENDIAN);
        for (double each : vector(embed("\"Hello\"", "").at("/data/0/embedding"))) {
            assertThat((float) each).isEqualTo(bytes.getFloat());
        }
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Test
    void vectorsMayBeShortAndPooledOtherwise() {
        double[] whole = vector(embed("\"Hello\"", "").at("/data/0/embedding"));
        double[] part = vector(embed("\"Hello\"", ", \"dimensions\": 8").at("/data/0/embedding"));
        assertThat(part).hasSize(8);
        assertThat(product(part, part)).isCloseTo(1, within(1e-6));
        assertThat(part[1] / part[0]).isCloseTo(whole[1] / whole[0], within(1e-4));
        double[] last = vector(embed("\"Hello\"", ", \"pooling\": \"last\"").at("/data/0/embedding"));
        assertThat(product(last, whole)).isLessThan(0.9999);
        assertThat(vector(embed("\"Hello\"", ", \"pooling\": \"mean\"").at("/data/0/embedding")))
                .isEqualTo(whole);
    }

    @Test
    void ollamasEmbedSaysTheSame() {
        JsonNode body = server.ask(
                "/api/embed",
                "{\"model\": \"stories:latest\", \"input\": [\"Hello\"], \"options\": {\"num_ctx\": 100}}");
        assertThat(body.at("/embeddings/0")).isEqualTo(embed("\"Hello\"", "").at("/data/0/embedding"));
        assertThat(body.at("/prompt_eval_count").intValue()).isPositive();
        String much = "\"" + "once ".repeat(2000) + "\"";
        HttpResponse<String> refused = server.post("/api/embed", "{\"model\": \"stories\", \"input\": " + much + "}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("the context holds 128");
        JsonNode cut =
                server.ask("/api/embed", "{\"model\": \"stories\", \"input\": " + much + ", \"truncate\": true}");
        assertThat(cut.at("/prompt_eval_count").intValue()).isEqualTo(128);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "x", "dimensions": 65    | dimensions      | vectors have 64
            "x", "pooling": "first"  | pooling         | must be `"mean"` or `"last"`
            "x", "colour": 1         | colour          | is no field of an embeddings request
            []                       | input           | not empty
            [[]]                     | input[0]        | not empty
            [[1, 600]]               |                 | has token 600
            """)
    void mistakesAreNamed(String input, String field, String sentence) {
        HttpResponse<String> response = server.post(PATH, "{\"model\": \"stories\", \"input\": " + input + "}");
        JsonNode error = tools.jackson.databind.json.JsonMapper.shared()
                .readTree(response.body())
                .at("/error");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(error.at("/param").asString("")).isEqualTo(field == null ? "" : field);
        assertThat(error.at("/message").stringValue()).contains(sentence);
    }

    @Test
    void documentsArePutInOrder() {
        JsonNode body = server.ask("/v1/rerank", """
                {"model": "stories", "query": "Once upon a time", "method": "embedding", "top_n": 2, "return_documents": true,
                 "documents": ["big red ball", {"text": "Once upon a time"}, "x"]}""");
        assertThat(body.at("/method").stringValue()).isEqualTo("embedding");
        assertThat(body.at("/results")).hasSize(2);
        assertThat(body.at("/results/0/index").intValue()).isEqualTo(1);
        assertThat(body.at("/results/0/relevance_score").doubleValue()).isCloseTo(1, within(1e-5));
        assertThat(body.at("/results/0/document/text").stringValue()).isEqualTo("Once upon a time");
        assertThat(body.at("/results/1/relevance_score").doubleValue()).isBetween(0.0, 0.999);
        assertThat(body.at("/usage/prompt_tokens").intValue()).isPositive();
    }

    @Test
    void aModelThatCannotSayYesIsNotAsked() {
        HttpResponse<String> response =
                server.post("/v1/rerank", "{\"model\": \"stories\", \"query\": \"x\", \"documents\": [\"y\"]}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("has no token for \\\"yes\\\"", "\"field\":\"method\"");
    }
}
