package ouverture.server.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ouverture.ChatRequest;
import ouverture.CompletionRequest.Prompt;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.generate.SamplingParameters;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Call;
import ouverture.server.model.Models;
import ouverture.text.Tokenizer;

/// How well documents answer a query.
///
/// @param scores one for each document, from 0 to 1, more for better ones
/// @param method by which they were found
/// @param tokens that were read
public record Relevance(List<Double> scores, Method method, int tokens) {
    /// How a score is found.
    public enum Method {
        /// The model is asked whether the document answers the query, and the score is its probability of `yes`
        /// against `no`: the way of Qwen3-Reranker (arXiv 2506.05176), in the words that it was trained with.
        YES_NO,
        /// The cosine of both texts' vectors; 0 where they point away from each other.
        EMBEDDING
    }

    /// What is asked.
    ///
    /// @param instruction what counts as an answer
    public record Question(String query, List<String> documents, String instruction) {
        public Question {
            documents = List.copyOf(documents);
        }
    }

    private static final String TASK =
            "Judge whether the Document meets the requirements based on the Query and the Instruct provided. Note that"
                    + " the answer can only be \"yes\" or \"no\".";

    /// The method that suits a model: models that hold conversations can be asked.
    public static Method method(Models.Lease lease) {
        return lease.model().info().hasChatTemplate() ? Method.YES_NO : Method.EMBEDDING;
    }

    /// Finds the scores.
    ///
    /// @throws ApiException if the model cannot say yes and no in one token each
    /// @throws ouverture.error.OuvertureException if the engine cannot take a document
    public static Relevance of(Question question, Method method, Models.Lease lease, Backend backend, Call call) {
        return switch (method) {
            case YES_NO -> asked(question, lease, backend, call);
            case EMBEDDING -> compared(question, lease, backend, call);
        };
    }

    private static Relevance asked(Question question, Models.Lease lease, Backend backend, Call call) {
        Tokenizer tokenizer = TextVectors.tokenizer(lease);
        int yes = token("yes", tokenizer, lease);
        int no = token("no", tokenizer, lease);
        List<int[]> prompts = question.documents.stream()
                .map(document -> lease.model().promptIds(chat(question, document)))
                .toList();
        List<Double> scores = InTurn.compute(lease, call, () -> {
            List<Double> found = new ArrayList<>();
            for (int[] prompt : prompts) {
                call.checkCancelled();
                float[] logits = lease.model().nextLogits(prompt);
                found.add(1 / (1 + Math.exp((double) logits[no] - logits[yes])));
            }
            return found;
        });
        int tokens = prompts.stream().mapToInt(ids -> ids.length).sum();
        TextVectors.note(tokens, backend, call);
        return new Relevance(scores, Method.YES_NO, tokens);
    }

    private static ChatRequest chat(Question question, String document) {
        String user =
                "<Instruct>: " + question.instruction + "\n<Query>: " + question.query + "\n<Document>: " + document;
        return new ChatRequest(
                List.of(Message.system(TASK), Message.user(user)),
                SamplingParameters.GREEDY,
                1,
                List.of(),
                List.of(),
                Reasoning.OFF,
                Map.of());
    }

    private static int token(String word, Tokenizer tokenizer, Models.Lease lease) {
        int[] ids = tokenizer.encode(word, false, false);
        if (ids.length != 1) {
            throw new ApiException(new ApiError(
                    ApiError.Kind.INVALID,
                    lease.name() + " has no token for \"" + word
                            + "\" and cannot be asked; say `method` \"embedding\".",
                    "method"));
        }
        return ids[0];
    }

    private static Relevance compared(Question question, Models.Lease lease, Backend backend, Call call) {
        List<Prompt> texts = new ArrayList<>();
        texts.add(new Prompt.Text(question.query));
        question.documents.forEach(document -> texts.add(new Prompt.Text(document)));
        TextVectors found = TextVectors.of(texts, TextVectors.Settings.DEFAULT, lease, backend, call);
        float[] query = found.vectors().getFirst();
        List<Double> scores = found.vectors().stream()
                .skip(1)
                .map(vector -> Math.clamp(TextVectors.product(query, vector), 0, 1))
                .toList();
        return new Relevance(scores, Method.EMBEDDING, found.tokens());
    }
}
