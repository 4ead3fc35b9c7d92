package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import ouverture.server.SoakAnswers.Question;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A client that does now this and now that, and compares every answer.
final class SoakClient {
    private static final String CHAT = "/v1/chat/completions";
    private static final String RESPONSES = "/v1/responses";
    private static final String BUSY = "told to come back";
    private static final int TOO_MANY = 429;

    private static final List<String> NONSENSE = List.of(
            "",
            "{",
            "{\"model\": \"stories\"}",
            "{\"model\": \"none\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}",
            "{\"model\": \"stories\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"colour\": 1}",
            "{\"model\": \"stories\", \"messages\": [{\"role\": \"user\", \"content\": \"" + "x ".repeat(2000)
                    + "\"}]}",
            "{\"model\": \"stories\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"logit_bias\": {\"999\": 1}}");

    private final RunningServer server;
    private final SoakAnswers expected;
    private final Random random;

    SoakClient(RunningServer server, SoakAnswers expected, Random random) {
        this.server = server;
        this.expected = expected;
        this.random = random;
    }

    /// Does something.
    ///
    /// @return what came of it, for the count
    String act() {
        Question question = expected.any(random);
        return switch (random.nextInt(12)) {
            case 0 -> chat(question);
            case 1 -> stream(question);
            case 2 -> complete(question);
            case 3 -> respond(question);
            case 4 -> message(question);
            case 5 -> ollama(question);
            case 6 -> embed(question);
            case 7, 8 -> leave(question);
            case 9 -> nonsense();
            case 10 -> background(question);
            default -> many(question);
        };
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    private static String messages(Question question) {
        return "{\"model\": \"stories\", \"max_tokens\": " + question.maxTokens()
                + ", \"messages\": [{\"role\": \"user\", \"content\": " + quoted(question.text()) + "}]";
    }

    private static boolean isBusy(HttpResponse<String> response) {
        if (response.statusCode() == TOO_MANY) {
            return true;
        }
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return false;
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JsonMapper.shared().readTree(response.body());
    }

    private static String at(JsonNode node, String pointer) {
        return node.at(pointer).asString("");
    }

    private String ask(String what, String path, String body, String pointer, String wanted) {
        HttpResponse<String> response = server.post(path, body);
        if (isBusy(response)) {
            return BUSY;
        }
        assertThat(at(json(response), pointer)).as(what + body).isEqualTo(wanted);
        return what;
    }

    private String chat(Question question) {
        String body = messages(question) + question.fields() + "}";
        return ask("chat", CHAT, body, "/choices/0/message/content", question.chat());
    }

    private String stream(Question question) {
        HttpResponse<String> response =
                server.post(CHAT, messages(question) + question.fields() + ", \"stream\": true}");
        if (isBusy(response)) {
            return BUSY;
        }
        String text = RunningServer.events(response).stream()
                .map(event -> at(event, "/choices/0/delta/content"))
                .collect(Collectors.joining());
        assertThat(text).isEqualTo(question.chat());
        return "chat, streamed";
    }

    private String complete(Question question) {
        String body = "{\"model\": \"stories\", \"max_tokens\": " + question.maxTokens() + ", \"prompt\": "
                + quoted(question.text()) + question.fields() + "}";
        return ask("completion", "/v1/completions", body, "/choices/0/text", question.completion());
    }

    private static String response(Question question, String more) {
        return "{\"model\": \"stories\", \"max_output_tokens\": " + question.maxTokens() + ", \"input\": "
                + quoted(question.text()) + question.fields() + more + "}";
    }

    private String respond(Question question) {
        HttpResponse<String> response = server.post(RESPONSES, response(question, ""));
        if (isBusy(response)) {
            return BUSY;
        }
        assertThat(at(json(response), "/output/0/content/0/text")).isEqualTo(question.chat());
        assertThat(server.delete(RESPONSES + "/" + at(json(response), "/id")).statusCode())
                .isEqualTo(200);
        return "response";
    }

    private String background(Question question) {
        HttpResponse<String> response = server.post(RESPONSES, response(question, ", \"background\": true"));
        if (isBusy(response)) {
            return BUSY;
        }
        String one = RESPONSES + "/" + at(json(response), "/id");
        JsonNode ended = json(server.post(one + "/cancel", ""));
        boolean isWhole = Stream.of("completed", "incomplete").anyMatch(at(ended, "/status")::equals);
        if (isWhole) {
            assertThat(at(ended, "/output/0/content/0/text")).isEqualTo(question.chat());
        }
        assertThat(server.delete(one).statusCode()).isEqualTo(200);
        return isWhole ? "background response" : "background response, cancelled";
    }

    private String message(Question question) {
        if (!question.isGreedy()) {
            return chat(question);
        }
        String body = messages(question) + question.fields() + "}";
        return ask("message", "/v1/messages", body, "/content/0/text", question.chat());
    }

    private String ollama(Question question) {
        String sampling = question.isGreedy() ? "\"temperature\": 0" : "\"seed\": " + question.seed();
        String body = "{\"model\": \"stories\", \"stream\": false, \"options\": {" + sampling + ", \"num_predict\": "
                + question.maxTokens() + "}, \"messages\": [{\"role\": \"user\", \"content\": "
                + quoted(question.text()) + "}]}";
        return ask("Ollama's chat", "/api/chat", body, "/message/content", question.chat());
    }

    private String embed(Question question) {
        HttpResponse<String> response =
                server.post("/v1/embeddings", "{\"model\": \"stories\", \"input\": [" + quoted(question.text()) + "]}");
        if (isBusy(response)) {
            return BUSY;
        }
        JsonNode numbers = json(response).at("/data/0/embedding");
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) numbers.get(i).doubleValue();
        }
        assertThat(vector).isEqualTo(question.vector());
        return "embedding";
    }

    /// Several answers, the first of which is the one with its own seed.
    private String many(Question question) {
        String body = messages(question) + question.fields() + ", \"n\": 3}";
        return ask("chat with three answers", CHAT, body, "/choices/0/message/content", question.chat());
    }

    /// Begins a long answer and goes.
    private String leave(Question question) {
        String body = messages(question).replaceFirst("\"max_tokens\": [0-9]+", "\"max_tokens\": 300")
                + ", \"stream\": " + random.nextBoolean() + "}";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + bytes.length + "\r\n\r\n";
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(1 + random.nextInt(50));
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes, 0, random.nextInt(4) == 0 ? bytes.length / 2 : bytes.length);
            try {
                socket.getInputStream().readNBytes(random.nextInt(2000));
            } catch (java.net.SocketTimeoutException e) {
                // It has waited long enough.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "left";
    }

    private String nonsense() {
        String body = NONSENSE.get(random.nextInt(NONSENSE.size()));
        HttpResponse<String> response = server.post(CHAT, body);
        assertThat(response.statusCode()).as(response.body()).isIn(400, 404, TOO_MANY);
        return "nonsense";
    }
}
