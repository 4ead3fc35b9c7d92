package ouverture.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.server.RunningServer;
import ouverture.server.ScriptedModel;

/// Responses and embeddings by OpenAI's library for Java.
class OpenAiResponsesTest {
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

    private static ResponseCreateParams.Builder scripted(String input) {
        return ResponseCreateParams.builder().model(ScriptedModel.NAME).input(input);
    }

    private static Response ask(ResponseCreateParams request) {
        return client.responses().create(request).validate();
    }

    private static Response streamed(ResponseCreateParams request) {
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> events = client.responses().createStreaming(request)) {
            events.stream().forEach(event -> accumulator.accumulate(event.validate()));
        }
        return accumulator.response();
    }

    private static String text(Response response) {
        return response.output()
                .getLast()
                .asMessage()
                .content()
                .getFirst()
                .asOutputText()
                .text();
    }

    @Test
    void answersAreWholeOrStreamed() {
        ResponseCreateParams request = ResponseCreateParams.builder()
                .model(RunningServer.STORIES)
                .input("Once upon a time")
                .temperature(0)
                .maxOutputTokens(20)
                .build();
        Response whole = ask(request);
        Response streamed = streamed(request);
        assertThat(text(whole)).startsWith(", there was a little girl").isEqualTo(text(streamed));
        assertThat(streamed.status()).contains(ResponseStatus.INCOMPLETE);
        assertThat(streamed.incompleteDetails()
                        .orElseThrow()
                        .reason()
                        .orElseThrow()
                        .asString())
                .isEqualTo("max_output_tokens");
        assertThat(streamed.usage().orElseThrow().outputTokens()).isEqualTo(20);
        assertThat(whole.usage().orElseThrow().inputTokensDetails().cachedTokens())
                .isNotNegative();
    }

    @Test
    void aConversationGoesOn() {
        Response first = ask(scripted("one").instructions("Count.").build());
        Response second = ask(scripted("two").previousResponseId(first.id()).build());
        assertThat(text(second)).isEqualTo("two");
        assertThat(server.script.last().messages()).hasSize(3);
        assertThat(text(client.responses().retrieve(first.id()).validate())).isEqualTo("one");
        assertThat(client.responses().inputItems().list(first.id()).data()).hasSize(1);
        client.responses().delete(first.id());
        assertThatThrownBy(() -> client.responses().retrieve(first.id())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(
                        () -> ask(scripted("x").previousResponseId(first.id()).build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.code()).contains("previous_response_not_found"));
    }

    @Test
    void thoughtsAreItems() {
        ResponseCreateParams request = scripted("think Hm|Yes")
                .reasoning(Reasoning.builder().effort(ReasoningEffort.HIGH).build())
                .build();
        for (Response answer : List.of(ask(request), streamed(request))) {
            assertThat(answer.output()
                            .getFirst()
                            .asReasoning()
                            .content()
                            .orElseThrow()
                            .getFirst()
                            .text())
                    .isEqualTo("Hm");
            assertThat(text(answer)).isEqualTo("Yes");
            assertThat(server.script.last().reasoning()).isEqualTo(ouverture.Reasoning.Level.HIGH);
        }
        ResponseCreateParams summary = scripted("think Hm|Yes")
                .reasoning(Reasoning.builder().summary(Reasoning.Summary.AUTO).build())
                .build();
        for (Response answer : List.of(ask(summary), streamed(summary))) {
            assertThat(answer.output()
                            .getFirst()
                            .asReasoning()
                            .summary()
                            .getFirst()
                            .text())
                    .isEqualTo("Hm");
        }
    }

    @Test
    void toolsAreCalledAndAnswered() {
        FunctionTool tool = FunctionTool.builder()
                .name("add")
                .description("Adds.")
                .strict(false)
                .parameters(FunctionTool.Parameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(Map.of("a", Map.of("type", "integer"))))
                        .build())
                .build();
        ResponseCreateParams request =
                scripted("call add {\"a\":1}").addTool(tool).build();
        for (Response answer : List.of(ask(request), streamed(request))) {
            ResponseOutputItem item = answer.output().getFirst();
            ResponseFunctionToolCall call = item.asFunctionCall();
            assertThat(call.name()).isEqualTo("add");
            assertThat(call.arguments()).isEqualTo("{\"a\":1}");
            ResponseInputItem result =
                    ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                            .callId(call.callId())
                            .output("2")
                            .build());
            Response next = ask(ResponseCreateParams.builder()
                    .model(ScriptedModel.NAME)
                    .previousResponseId(answer.id())
                    .inputOfResponse(List.of(result))
                    .build());
            assertThat(text(next)).isEqualTo("2");
        }
    }

    @Test
    void answersGoOnInTheBackground() throws InterruptedException {
        Response begun = ask(scripted("one two").background(true).build());
        while (client.responses().retrieve(begun.id()).status().orElseThrow().equals(ResponseStatus.QUEUED)
                || client.responses()
                        .retrieve(begun.id())
                        .status()
                        .orElseThrow()
                        .equals(ResponseStatus.IN_PROGRESS)) {
            Thread.sleep(10);
        }
        assertThat(text(client.responses().retrieve(begun.id()).validate())).isEqualTo("one two");
        StringBuilder text = new StringBuilder();
        try (StreamResponse<ResponseStreamEvent> events = client.responses()
                .retrieveStreaming(ResponseRetrieveParams.builder()
                        .responseId(begun.id())
                        .startingAfter(2)
                        .build())) {
            events.stream()
                    .flatMap(event -> event.validate().outputTextDelta().stream())
                    .forEach(delta -> text.append(delta.delta()));
        }
        assertThat(text.toString()).isEqualTo("one two");
        Response endless = ask(scripted("forever").background(true).build());
        assertThat(client.responses().cancel(endless.id()).validate().status()).contains(ResponseStatus.CANCELLED);
    }

    @Test
    void textsBecomeVectors() {
        CreateEmbeddingResponse answer = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model(RunningServer.STORIES)
                        .inputOfArrayOfStrings(List.of("Once upon a time", "a ball"))
                        .dimensions(16)
                        .build())
                .validate();
        assertThat(answer.data()).hasSize(2);
        assertThat(answer.usage().promptTokens()).isPositive();
        for (var each : answer.data()) {
            double squares = each.embedding().stream()
                    .mapToDouble(number -> (double) number * number)
                    .sum();
            assertThat(each.embedding()).hasSize(16);
            assertThat(squares).isCloseTo(1, within(1e-5));
        }
    }
}
