package ouverture.server.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import ouverture.ChatEvent;
import ouverture.CompletionRequest;
import ouverture.CompletionRequest.Prompt;
import ouverture.generate.TokenProbability;
import ouverture.server.answer.Answers;
import ouverture.server.answer.Backend;
import ouverture.server.answer.LogProbs;
import ouverture.server.api.Call;
import ouverture.server.api.Endpoint;
import ouverture.server.api.EventStream;
import ouverture.server.key.Scope;
import ouverture.server.model.Models;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/completions`: texts are continued, without the chat template.
final class Completions {
    private final Backend backend;

    Completions(Backend backend) {
        this.backend = backend;
    }

    Endpoint<CompletionFields> endpoint(OpenAi api) {
        return Endpoint.post(
                "/v1/completions",
                api,
                Scope.INFERENCE,
                "Continues texts, without the chat template.",
                CompletionFields.TYPE,
                (request, call) -> answer(request, call, api));
    }

    private void answer(CompletionFields asked, Call call, OpenAi api) {
        Models.Lease model = backend.model(asked.model(), call);
        boolean draws = asked.echo() && asked.completion().sampling().seed().isEmpty();
        CompletionFields request =
                draws ? asked.withSeed(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE)) : asked;
        call.account().asks("text_completion", model.name(), request.user(), request.streaming().stream());
        List<Answers.Start> starts = IntStream.range(0, request.prompts().size() * request.answers())
                .<Answers.Start>mapToObj(i -> () -> model.model().complete(request.completion(i)))
                .toList();
        try (Answers answers = new Answers(call, backend, model, request.answers(), starts)) {
            if (request.streaming().stream()) {
                stream(request, model, call, api, answers);
            } else {
                call.json(whole(request, model, call.id(), answers));
            }
        }
    }

    private static ObjectNode head(String id, Models.Lease model) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", "cmpl-" + id)
                .put("object", "text_completion")
                .put("created", System.currentTimeMillis() / 1000)
                .put("model", model.name());
    }

    /// One answer as it grows.
    private static final class Growing {
        private final StringBuilder text = new StringBuilder();
        private final List<TokenProbability> tokens = new ArrayList<>();
        private String finishReason = "";
        private int sent;
        private int sentCharacters;

        private Growing(String prompt) {
            text.append(prompt);
        }

        private void add(ChatEvent event) {
            switch (event) {
                case ChatEvent.Text(String piece, var probabilities) -> {
                    text.append(piece);
                    tokens.addAll(probabilities);
                }
                case ChatEvent.Finished end -> finishReason = Reports.finishReason(end.reason());
                // Without a chat template nothing is read as a thought or a call.
                case ChatEvent.Thinking _, ChatEvent.ToolCall _ -> {}
            }
        }
    }

    private static List<Growing> growing(CompletionFields request, Models.Lease model) {
        return IntStream.range(0, request.prompts().size() * request.answers())
                .mapToObj(i -> new Growing(
                        request.withPrompt() ? text(request.prompts().get(i / request.answers()), model) : ""))
                .toList();
    }

    private static String text(Prompt prompt, Models.Lease model) {
        return switch (prompt) {
            case Prompt.Text(String text) -> text;
            case Prompt.Tokens(List<Integer> ids) ->
                model.model()
                        .tokenizer()
                        .map(tokenizer -> tokenizer.decode(
                                ids.stream().mapToInt(Integer::intValue).toArray()))
                        .orElse("");
        };
    }

    private static ObjectNode whole(CompletionFields request, Models.Lease model, String id, Answers answers) {
        List<Growing> texts = growing(request, model);
        UsageCount usage = new UsageCount();
        answers.forEach(event -> {
            texts.get(event.answer()).add(event.event());
            if (event.event() instanceof ChatEvent.Finished end) {
                usage.add(end.usage(), event.answer() % request.answers() == 0);
            }
        });
        ObjectNode body = head(id, model);
        ArrayNode choices = body.putArray("choices");
        for (int i = 0; i < texts.size(); i++) {
            choices.add(choice(i, texts.get(i), request, model));
        }
        body.set("usage", usage.json());
        echo(request, body);
        return body;
    }

    private static void stream(CompletionFields request, Models.Lease model, Call call, OpenAi api, Answers answers) {
        List<Growing> texts = growing(request, model);
        UsageCount usage = new UsageCount();
        EventStream events = call.stream(
                EventStream.SERVER_SENT_EVENTS, (stream, error) -> stream.data(api.error(error, call.id())));
        answers.forEach(event -> {
            Growing text = texts.get(event.answer());
            text.add(event.event());
            ObjectNode chunk = head(call.id(), model);
            chunk.putArray("choices").add(choice(event.answer(), text, request, model));
            if (request.streaming().usage()) {
                chunk.putNull("usage");
            }
            if (event.event() instanceof ChatEvent.Finished end) {
                usage.add(end.usage(), event.answer() % request.answers() == 0);
                echo(request, chunk);
            }
            events.data(chunk);
        });
        if (request.streaming().usage()) {
            ObjectNode last = head(call.id(), model);
            last.putArray("choices");
            last.set("usage", usage.json());
            events.data(last);
        }
        events.data("[DONE]");
    }

    private static void echo(CompletionFields request, ObjectNode body) {
        if (request.echo()) {
            CompletionRequest completion = request.completion();
            body.set(
                    "parameters", Reports.parameters(completion.sampling(), completion.maxTokens(), completion.stop()));
        }
    }

    /// What has not been sent yet of an answer.
    private static ObjectNode choice(int index, Growing answer, CompletionFields request, Models.Lease model) {
        ObjectNode choice = JsonNodeFactory.instance
                .objectNode()
                .put("index", index)
                .put("text", answer.text.substring(answer.sentCharacters));
        if (request.completion().sampling().logProbs() >= 0) {
            putLogProbs(
                    choice.putObject("logprobs"),
                    answer,
                    new LogProbs(model.model().tokenizer()));
        } else {
            choice.putNull("logprobs");
        }
        answer.sentCharacters = answer.text.length();
        answer.sent = answer.tokens.size();
        if (answer.finishReason.isEmpty()) {
            choice.putNull("finish_reason");
        } else {
            choice.put("finish_reason", answer.finishReason);
        }
        return choice;
    }

    private static void putLogProbs(ObjectNode object, Growing answer, LogProbs logProbs) {
        ArrayNode tokens = object.putArray("tokens");
        ArrayNode values = object.putArray("token_logprobs");
        ArrayNode top = object.putArray("top_logprobs");
        ArrayNode offsets = object.putArray("text_offset");
        int offset = answer.sentCharacters;
        for (TokenProbability token : answer.tokens.subList(answer.sent, answer.tokens.size())) {
            tokens.add(logProbs.text(token));
            values.add(LogProbs.value(token));
            ObjectNode alternatives = top.addObject();
            token.alternatives().forEach(each -> alternatives.put(logProbs.text(each), LogProbs.value(each)));
            offsets.add(offset);
            offset += logProbs.text(token).length();
        }
    }
}
