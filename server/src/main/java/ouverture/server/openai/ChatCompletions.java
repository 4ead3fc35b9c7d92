package ouverture.server.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import ouverture.ChatEvent;
import ouverture.ChatRequest;
import ouverture.Generation;
import ouverture.server.answer.Answers;
import ouverture.server.answer.Backend;
import ouverture.server.answer.Collected;
import ouverture.server.answer.LogProbs;
import ouverture.server.answer.ReasoningReport;
import ouverture.server.answer.SingleCall;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.api.EventStream;
import ouverture.server.key.Scope;
import ouverture.server.model.Models;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/chat/completions`.
final class ChatCompletions {
    private final Backend backend;

    ChatCompletions(Backend backend) {
        this.backend = backend;
    }

    Endpoint<ChatCompletionRequest> endpoint(OpenAi api) {
        return Endpoint.post(
                "/v1/chat/completions",
                api,
                Scope.INFERENCE,
                "Answers a conversation.",
                ChatCompletionRequest.TYPE,
                (request, call) -> answer(request, call, api));
    }

    private void answer(ChatCompletionRequest asked, Call call, OpenAi api) {
        Models.Lease model = backend.model(asked.model(), call);
        model.urgency(asked.urgency());
        boolean draws = asked.echo() && asked.chat().sampling().seed().isEmpty();
        ChatCompletionRequest request =
                draws ? asked.withSeed(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE)) : asked;
        call.account().asks("chat", model.name(), request.user(), request.streaming().stream());
        List<Answers.Start> starts = IntStream.range(0, request.answers())
                .<Answers.Start>mapToObj(i -> () -> start(model, request, i))
                .toList();
        try (Answers answers = new Answers(call, backend, model, request.answers(), starts)) {
            if (request.streaming().stream()) {
                EventStream events = call.stream(
                        EventStream.SERVER_SENT_EVENTS, (stream, error) -> stream.data(api.error(error, call.id())));
                new ChatStream(request, model, call.id(), events).send(answers);
            } else {
                call.json(whole(request, model, call.id(), answers));
            }
        }
    }

    private static Generation start(Models.Lease model, ChatCompletionRequest request, int answer) {
        ChatRequest chat = request.chat();
        Generation generation = model.model().chat(chat.withSampling(SamplingFields.of(chat.sampling(), answer)));
        return request.singleCall() ? new SingleCall(generation) : generation;
    }

    /// Fields that all objects of an answer have.
    ///
    /// @param object kind of the object
    static ObjectNode head(String object, String id, Models.Lease model, ChatCompletionRequest request) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", "chatcmpl-" + id)
                .put("object", object)
                .put("created", System.currentTimeMillis() / 1000)
                .put("model", model.name())
                .put("service_tier", request.tier());
    }

    private static ObjectNode whole(ChatCompletionRequest request, Models.Lease model, String id, Answers answers) {
        List<Collected> wholes = new ArrayList<>();
        IntStream.range(0, request.answers()).forEach(_ -> wholes.add(new Collected()));
        UsageCount usage = new UsageCount();
        ObjectNode body = head("chat.completion", id, model, request);
        ArrayNode choices = body.putArray("choices");
        answers.forEach(event -> {
            wholes.get(event.answer()).add(event.event());
            if (event.event() instanceof ChatEvent.Finished end) {
                usage.add(end.usage(), event.answer() == 0);
                body.set(ReasoningReport.FIELD, ReasoningReport.json(end.reasoning()));
            }
        });
        LogProbs logProbs = new LogProbs(model.model().tokenizer());
        for (int i = 0; i < wholes.size(); i++) {
            put(choices.addObject().put("index", i), wholes.get(i), request, logProbs);
        }
        body.set("usage", usage.json());
        echo(request, body);
        return body;
    }

    /// Adds the parameters that were in force, if they were asked for.
    static void echo(ChatCompletionRequest request, ObjectNode body) {
        if (request.echo()) {
            ChatRequest chat = request.chat();
            body.set("parameters", Reports.parameters(chat.sampling(), chat.maxTokens(), chat.stop()));
        }
    }

    private static void put(ObjectNode choice, Collected answer, ChatCompletionRequest request, LogProbs logProbs) {
        ObjectNode message = choice.putObject("message").put("role", "assistant");
        if (answer.text().isEmpty() && !answer.calls().isEmpty()) {
            message.putNull("content");
        } else {
            message.put("content", answer.text());
        }
        message.putNull("refusal");
        if (request.showThoughts() && !answer.thoughts().isEmpty()) {
            message.put("reasoning", answer.thoughts());
            message.put("reasoning_content", answer.thoughts());
        }
        if (!answer.calls().isEmpty()) {
            ArrayNode calls = message.putArray("tool_calls");
            answer.calls().forEach(call -> calls.add(Reports.call(call)));
        }
        if (request.chat().sampling().logProbs() >= 0) {
            ObjectNode object = choice.putObject("logprobs");
            logProbs.put(answer.tokens(), object.putArray("content"));
            object.putNull("refusal");
            if (request.showThoughts()) {
                logProbs.put(answer.thoughtTokens(), object.putArray("reasoning"));
            }
        } else {
            choice.putNull("logprobs");
        }
        choice.put("finish_reason", Reports.finishReason(answer.end().reason()));
    }
}
