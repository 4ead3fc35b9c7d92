package ouverture.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ouverture.server.RunningServer;
import ouverture.server.ScriptedModel;

/// LangChain4j's model of OpenAI's API.
class LangChainClientTest {
    private static RunningServer server;
    private static OpenAiChatModel model;

    @BeforeAll
    static void start() {
        server = RunningServer.scripted(UnaryOperator.identity());
        model = OpenAiChatModel.builder()
                .baseUrl(server.url("/v1"))
                .apiKey("none")
                .modelName(ScriptedModel.NAME)
                .returnThinking(true)
                .sendThinking(true)
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
    }

    @Test
    void thoughtsAreBesideTheAnswerAndGoBack() {
        ChatResponse answer = model.chat(UserMessage.from("think Hm|Yes"));
        assertThat(answer.aiMessage().text()).isEqualTo("Yes");
        assertThat(answer.aiMessage().thinking()).isEqualTo("Hm");
        assertThat(answer.tokenUsage().inputTokenCount()).isEqualTo(10);
        model.chat(UserMessage.from("Hi"), answer.aiMessage(), UserMessage.from("And?"));
        assertThat(server.script.last().messages().get(1).reasoning()).isEqualTo("Hm");
    }

    @Test
    void toolsAreCalledAndAnswered() {
        ToolSpecification tool = ToolSpecification.builder()
                .name("add")
                .description("Adds.")
                .parameters(JsonObjectSchema.builder()
                        .addIntegerProperty("a")
                        .required("a")
                        .build())
                .build();
        UserMessage question = UserMessage.from("call add {\"a\":1}");
        ChatResponse answer = model.chat(ChatRequest.builder()
                .messages(question)
                .toolSpecifications(tool)
                .build());
        assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
        var call = answer.aiMessage().toolExecutionRequests().getFirst();
        assertThat(call.arguments()).isEqualTo("{\"a\":1}");
        ChatResponse next = model.chat(question, answer.aiMessage(), ToolExecutionResultMessage.from(call, "2"));
        assertThat(next.aiMessage().text()).isEqualTo("2");
        assertThat(server.script.last().messages()).hasSize(3);
    }

    @Test
    void answersStream() {
        OpenAiStreamingChatModel streaming = OpenAiStreamingChatModel.builder()
                .baseUrl(server.url("/v1"))
                .apiKey("none")
                .modelName(ScriptedModel.NAME)
                .build();
        CollectedPieces pieces = new CollectedPieces();
        streaming.chat("one two three", pieces);
        assertThat(pieces.response().aiMessage().text()).isEqualTo("one two three");
        assertThat(pieces.text()).isEqualTo("one| |two| |three|");
    }

    @Test
    void errorsHaveTheirClass() {
        assertThatThrownBy(() -> model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Hi"))
                        .temperature(3.0)
                        .build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("`temperature` must be a number from 0 to 2");
    }
}
