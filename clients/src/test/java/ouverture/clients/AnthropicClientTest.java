package ouverture.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Reasoning;
import ouverture.server.RunningServer;
import ouverture.server.ScriptedModel;

/// Anthropic's library for Java.
class AnthropicClientTest {
    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static AnthropicClient client;

    @BeforeAll
    static void start() {
        server = RunningServer.withEngine(folder);
        client = AnthropicOkHttpClient.builder()
                .baseUrl(server.url(""))
                .apiKey("none")
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static MessageCreateParams.Builder scripted(String message) {
        return MessageCreateParams.builder()
                .model(ScriptedModel.NAME)
                .maxTokens(100)
                .addUserMessage(message);
    }

    private static Message streamed(MessageCreateParams request) {
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> events = client.messages().createStreaming(request)) {
            events.stream().forEach(event -> accumulator.accumulate(event.validate()));
        }
        return accumulator.message();
    }

    private static String text(Message message) {
        return message.content().getLast().asText().text();
    }

    @Test
    void answersAreWholeOrStreamed() {
        MessageCreateParams request = MessageCreateParams.builder()
                .model(RunningServer.STORIES)
                .maxTokens(20)
                .putAdditionalBodyProperty("temperature", JsonValue.from(0))
                .addUserMessage("Once upon a time")
                .build();
        Message whole = client.messages().create(request).validate();
        Message streamed = streamed(request);
        assertThat(text(whole)).startsWith(", there was a little girl").isEqualTo(text(streamed));
        assertThat(whole.stopReason()).contains(StopReason.MAX_TOKENS);
        assertThat(streamed.stopReason()).contains(StopReason.MAX_TOKENS);
        assertThat(streamed.usage().outputTokens()).isEqualTo(20);
        long prompt = whole.usage().inputTokens()
                + whole.usage().cacheReadInputTokens().orElse(0L);
        assertThat(client.messages()
                        .countTokens(MessageCountTokensParams.builder()
                                .model(RunningServer.STORIES)
                                .addUserMessage("Once upon a time")
                                .build())
                        .inputTokens())
                .isEqualTo(prompt);
    }

    @Test
    void thoughtsAreBlocksAndGoBack() {
        MessageCreateParams request =
                scripted("think Hm|Yes").enabledThinking(50).build();
        for (Message answer : List.of(client.messages().create(request).validate(), streamed(request))) {
            assertThat(answer.content().getFirst().asThinking().thinking()).isEqualTo("Hm");
            assertThat(text(answer)).isEqualTo("Yes");
            assertThat(server.script.last().reasoning()).isEqualTo(new Reasoning.Budget(50));
            client.messages()
                    .create(request.toBuilder()
                            .addMessage(answer)
                            .addUserMessage("And?")
                            .build());
            assertThat(server.script.last().messages().get(1).reasoning()).isEqualTo("Hm");
        }
    }

    @Test
    void toolsAreUsedAndAnswered() {
        Tool tool = Tool.builder()
                .name("add")
                .description("Adds.")
                .inputSchema(Tool.InputSchema.builder()
                        .properties(Tool.InputSchema.Properties.builder()
                                .putAdditionalProperty("a", JsonValue.from(Map.of("type", "integer")))
                                .build())
                        .build())
                .build();
        MessageCreateParams request =
                scripted("call add {\"a\":1}").addTool(tool).build();
        for (Message answer : List.of(client.messages().create(request).validate(), streamed(request))) {
            ToolUseBlock use = answer.content().getFirst().asToolUse();
            assertThat(use.name()).isEqualTo("add");
            assertThat(use._input()).isEqualTo(JsonValue.from(Map.of("a", 1)));
            assertThat(answer.stopReason()).contains(StopReason.TOOL_USE);
            ToolResultBlockParam result = ToolResultBlockParam.builder()
                    .toolUseId(use.id())
                    .content("2")
                    .build();
            Message next = client.messages()
                    .create(request.toBuilder()
                            .addMessage(answer)
                            .addUserMessageOfContentBlockParams(List.of(ContentBlockParam.ofToolResult(result)))
                            .build());
            assertThat(text(next)).isEqualTo("2");
        }
    }

    @Test
    void errorsHaveTheirClass() {
        assertThatThrownBy(() -> client.messages()
                        .create(scripted("Hi").enabledThinking(100).build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("below `max_tokens`");
        assertThatThrownBy(() -> client.messages()
                        .create(scripted("Hi").model("claude-9").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("There is no model 'claude-9'");
    }
}
