package ouverture.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ReasoningEffort;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Reasoning;
import ouverture.server.RunningServer;
import ouverture.server.ScriptedModel;

/// OpenAI's library for Java.
class OpenAiClientTest {
    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static OpenAIClient client;

    @BeforeAll
    static void start() {
        server = RunningServer.withEngine(folder);
        client = OpenAIOkHttpClient.builder()
                .baseUrl(server.url("/v1"))
                .apiKey("none")
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static ChatCompletionCreateParams.Builder scripted(String message) {
        return ChatCompletionCreateParams.builder().model(ScriptedModel.NAME).addUserMessage(message);
    }

    private static ChatCompletionCreateParams story() {
        return ChatCompletionCreateParams.builder()
                .model(RunningServer.STORIES)
                .temperature(0)
                .maxCompletionTokens(20)
                .logprobs(true)
                .topLogprobs(2)
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .addUserMessage("Once upon a time")
                .build();
    }

    private static ChatCompletion complete(ChatCompletionCreateParams request) {
        ChatCompletionCreateParams whole =
                request.toBuilder().streamOptions(Optional.empty()).build();
        return client.chat().completions().create(whole).validate();
    }

    private static ChatCompletion streamed(ChatCompletionCreateParams request) {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks =
                client.chat().completions().createStreaming(request)) {
            chunks.stream().forEach(chunk -> accumulator.accumulate(chunk.validate()));
        }
        return accumulator.chatCompletion();
    }

    @Test
    void answersAreWholeOrStreamed() {
        ChatCompletion whole = complete(story());
        ChatCompletion streamed = streamed(story());
        ChatCompletion.Choice choice = whole.choices().getFirst();
        assertThat(choice.message().content().orElseThrow()).startsWith(", there was a little girl");
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
        assertThat(choice.logprobs().orElseThrow().content().orElseThrow()).hasSize(20);
        assertThat(streamed.choices().getFirst().message().content())
                .isEqualTo(choice.message().content());
        assertThat(streamed.choices()
                        .getFirst()
                        .logprobs()
                        .orElseThrow()
                        .content()
                        .orElseThrow())
                .hasSize(20);
        assertThat(streamed.usage().orElseThrow().completionTokens())
                .isEqualTo(whole.usage().orElseThrow().completionTokens())
                .isEqualTo(20);
        assertThat(streamed.usage()
                        .orElseThrow()
                        .promptTokensDetails()
                        .orElseThrow()
                        .cachedTokens())
                .isPresent();
    }

    @Test
    void toolsAreCalledAndAnswered() {
        ChatCompletionFunctionTool tool = ChatCompletionFunctionTool.builder()
                .function(FunctionDefinition.builder()
                        .name("add")
                        .description("Adds.")
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty(
                                        "properties", JsonValue.from(Map.of("a", Map.of("type", "integer"))))
                                .build())
                        .build())
                .build();
        ChatCompletionCreateParams request =
                scripted("call add {\"a\":1}").addTool(tool).build();
        for (ChatCompletion answer : List.of(complete(request), streamed(request))) {
            ChatCompletionMessage message = answer.choices().getFirst().message();
            var call = message.toolCalls().orElseThrow().getFirst().asFunction();
            assertThat(call.function().name()).isEqualTo("add");
            assertThat(call.function().arguments()).isEqualTo("{\"a\":1}");
            assertThat(answer.choices().getFirst().finishReason())
                    .isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);

            ChatCompletion next = complete(request.toBuilder()
                    .addMessage(message)
                    .addMessage(ChatCompletionToolMessageParam.builder()
                            .toolCallId(call.id())
                            .content("2")
                            .build())
                    .build());
            assertThat(next.choices().getFirst().message().content()).contains("2");
            assertThat(server.script.last().messages()).hasSize(3);
        }
    }

    @Test
    @SuppressWarnings("deprecation") // the library has no other way to fields that it does not know
    void thoughtsAreBesideTheAnswer() {
        ChatCompletionCreateParams request =
                scripted("think Hm|Yes").reasoningEffort(ReasoningEffort.HIGH).build();
        ChatCompletion answer = complete(request);
        ChatCompletionMessage message = answer.choices().getFirst().message();
        assertThat(message.content()).contains("Yes");
        assertThat(message._additionalProperties().get("reasoning_content")).isEqualTo(JsonValue.from("Hm"));
        assertThat(answer._additionalProperties()).containsKey("reasoning_applied");
        assertThat(server.script.last().reasoning()).isEqualTo(Reasoning.Level.HIGH);
    }

    @Test
    void textsAreContinued() {
        CompletionCreateParams request = CompletionCreateParams.builder()
                .model(CompletionCreateParams.Model.of(RunningServer.STORIES))
                .prompt("Once upon a time")
                .temperature(0)
                .maxTokens(12)
                .build();
        Completion whole = client.completions().create(request).validate();
        StringBuilder text = new StringBuilder();
        try (StreamResponse<Completion> chunks = client.completions().createStreaming(request)) {
            chunks.stream()
                    .forEach(chunk -> text.append(chunk.choices().getFirst().text()));
        }
        assertThat(whole.choices().getFirst().text()).startsWith(", there was").isEqualTo(text.toString());
    }

    @Test
    void modelsAreListed() {
        List<String> names =
                client.models().list().data().stream().map(Model::id).toList();
        assertThat(names).containsExactly(RunningServer.STORIES, ScriptedModel.NAME);
        assertThat(client.models().retrieve(RunningServer.STORIES).validate().id())
                .isEqualTo(RunningServer.STORIES);
    }

    @Test
    void errorsHaveTheirClass() {
        assertThatThrownBy(() -> complete(scripted("Hi").topLogprobs(2).build()))
                .isInstanceOfSatisfying(BadRequestException.class, e -> {
                    assertThat(e.param()).contains("top_logprobs");
                    assertThat(e).hasMessageContaining("needs `logprobs`");
                });
        assertThatThrownBy(() -> complete(scripted("Hi").model("gpt-9").build()))
                .isInstanceOfSatisfying(
                        NotFoundException.class, e -> assertThat(e.code()).contains("model_not_found"));
    }
}
