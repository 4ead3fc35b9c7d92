package ouverture.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.server.RunningServer;
import ouverture.server.ScriptedModel;

/// LangChain4j's models of Ollama's API.
class LangChainOllamaTest {
    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static OllamaChatModel model;

    @BeforeAll
    static void start() {
        server = RunningServer.withEngine(folder);
        model = OllamaChatModel.builder()
                .baseUrl(server.url(""))
                .modelName(ScriptedModel.NAME)
                .returnThinking(true)
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void questionsAreAnswered() {
        assertThat(model.chat("Good morning")).isEqualTo("Good morning");
        ChatResponse answer = model.chat(UserMessage.from("think Hm|Yes"));
        assertThat(answer.aiMessage().text()).isEqualTo("Yes");
        assertThat(answer.aiMessage().thinking()).isEqualTo("Hm");
    }

    @Test
    void toolsAreCalledAndAnswered() {
        ToolSpecification tool = ToolSpecification.builder()
                .name("add")
                .description("Adds.")
                .parameters(JsonObjectSchema.builder().addIntegerProperty("a").build())
                .build();
        UserMessage question = UserMessage.from("call add {\"a\":1}");
        ChatResponse answer = model.chat(ChatRequest.builder()
                .messages(question)
                .toolSpecifications(tool)
                .build());
        var call = answer.aiMessage().toolExecutionRequests().getFirst();
        assertThat(call.name()).isEqualTo("add");
        assertThat(model.chat(question, answer.aiMessage(), ToolExecutionResultMessage.from(call, "2"))
                        .aiMessage()
                        .text())
                .isEqualTo("2");
    }

    @Test
    void answersStream() {
        OllamaStreamingChatModel streaming = OllamaStreamingChatModel.builder()
                .baseUrl(server.url(""))
                .modelName(ScriptedModel.NAME)
                .build();
        CollectedPieces pieces = new CollectedPieces();
        streaming.chat("one two", pieces);
        assertThat(pieces.response().aiMessage().text()).isEqualTo("one two");
        assertThat(pieces.text()).isEqualTo("one| |two|");
    }

    @Test
    void textsBecomeVectors() {
        OllamaEmbeddingModel embeddings = OllamaEmbeddingModel.builder()
                .baseUrl(server.url(""))
                .modelName(RunningServer.STORIES)
                .maxRetries(0)
                .build();
        float[] vector = embeddings.embed("Once upon a time").content().vector();
        double squares = 0;
        for (float each : vector) {
            squares += (double) each * each;
        }
        assertThat(vector).hasSize(64);
        assertThat(squares).isCloseTo(1, within(1e-5));
    }
}
