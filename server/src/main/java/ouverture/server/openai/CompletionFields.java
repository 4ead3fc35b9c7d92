package ouverture.server.openai;

import java.util.List;
import java.util.Optional;
import ouverture.CompletionRequest;
import ouverture.CompletionRequest.Prompt;
import ouverture.generate.SamplingParameters;
import ouverture.server.field.Field;
import ouverture.server.field.JsonTypes;
import ouverture.server.field.ObjectType;
import ouverture.server.field.Values;

/// What a client asks of `/v1/completions`.
///
/// @param prompts what is continued
/// @param completion of the first prompt and answer
/// @param answers how many of each prompt
/// @param withPrompt whether an answer begins with its prompt
/// @param echo whether the answer says which parameters were in force
/// @param user whom the client names, or empty
record CompletionFields(
        String model,
        List<Prompt> prompts,
        CompletionRequest completion,
        int answers,
        StreamFields streaming,
        boolean withPrompt,
        boolean echo,
        String user) {
    private static final int MOST_PROMPTS = 64;
    private static final int OPENAI_TOKENS = 16;

    private static final Field<List<Prompt>> PROMPT = Field.required(
            "prompt",
            Prompts.upTo(MOST_PROMPTS),
            "what is continued, without the chat template; control tokens in a text are plain text");
    private static final Field<Integer> MAX_TOKENS = Field.of(
            "max_tokens",
            JsonTypes.integer(1, Integer.MAX_VALUE),
            OPENAI_TOKENS,
            "tokens of the answer at most; so few without it because OpenAI does it so");
    private static final Field<Optional<Integer>> LOGPROBS = Field.optional(
            "logprobs",
            JsonTypes.integer(0, 20),
            "adds each token's log-probability and so many of the most likely ones");
    private static final Field<Boolean> ECHO =
            SamplingFields.flag("echo", "begins the answer with its prompt; not together with `logprobs`");
    private static final Field<Optional<Integer>> BEST_OF = Field.optional(
            "best_of", JsonTypes.integer(1, Integer.MAX_VALUE), "must be as large as `n`: all answers are sent");

    /// How it is read.
    static final ObjectType<CompletionFields> TYPE =
            new ObjectType<>("a completion request", fields(), CompletionFields::of);

    private static List<Field<?>> fields() {
        return SamplingFields.and(
                List.of(
                        ChatCompletionRequest.MODEL,
                        PROMPT,
                        StreamFields.STREAM,
                        StreamFields.OPTIONS,
                        ChatCompletionRequest.N,
                        MAX_TOKENS),
                List.of(
                        LOGPROBS,
                        ECHO,
                        BEST_OF,
                        ResponseFormat.ALL.getFirst(),
                        ResponseFormat.ALL.getLast(),
                        ChatCompletionRequest.ECHO,
                        ChatCompletionRequest.USER,
                        Field.refused("suffix", "models here are not asked to fill in a middle")));
    }

    private static CompletionFields of(Values values) {
        Optional<Integer> logProbs = values.get(LOGPROBS);
        if (values.get(ECHO) && logProbs.isPresent()) {
            throw values.refuse(ECHO, "does not go with `logprobs`: tokens of prompts have none here.");
        }
        int answers = values.get(ChatCompletionRequest.N);
        if (values.get(BEST_OF).orElse(answers) != answers) {
            throw values.refuse(BEST_OF, "must be as large as `n`, which is " + answers + ": all answers are sent.");
        }
        SamplingParameters sampling = SamplingFields.parameters(values, logProbs.orElse(-1));
        List<Prompt> prompts = values.get(PROMPT);
        return new CompletionFields(
                values.get(ChatCompletionRequest.MODEL),
                prompts,
                new CompletionRequest(
                        prompts.getFirst(),
                        sampling,
                        values.get(MAX_TOKENS),
                        values.get(SamplingFields.STOP),
                        Optional.empty(),
                        ResponseFormat.of(values)),
                answers,
                StreamFields.of(values),
                values.get(ECHO),
                values.get(ChatCompletionRequest.ECHO),
                values.get(ChatCompletionRequest.USER).orElse(""));
    }

    /// What is asked for one of the answers.
    ///
    /// @param answer number among all answers, those of the first prompt first
    CompletionRequest completion(int answer) {
        return new CompletionRequest(
                prompts.get(answer / answers),
                SamplingFields.of(completion.sampling(), answer % answers),
                completion.maxTokens(),
                completion.stop(),
                completion.adapters(),
                completion.constraint());
    }

    /// The request with a seed of its own where it has none, so that it can be told.
    CompletionFields withSeed(long seed) {
        return new CompletionFields(
                model,
                prompts,
                completion.withSampling(completion.sampling().withSeed(seed)),
                answers,
                streaming,
                withPrompt,
                echo,
                user);
    }
}
