package ouverture.server.answer;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import ouverture.ChatEvent.Usage;
import ouverture.CompletionRequest.Prompt;
import ouverture.Pooling;
import ouverture.generate.FinishReason;
import ouverture.server.api.ApiError;
import ouverture.server.api.ApiException;
import ouverture.server.api.Call;
import ouverture.server.model.Models;
import ouverture.text.Tokenizer;

/// Vectors that stand for texts.
///
/// @param vectors one for each text, of length 1
/// @param tokens of all texts
public record TextVectors(List<float[]> vectors, int tokens) {
    /// How vectors are made.
    ///
    /// @param pooling empty for the model's own
    /// @param dimensions that vectors have, 0 for as many as the model is wide
    /// @param truncates whether texts that are too long are cut
    public record Settings(Optional<Pooling> pooling, int dimensions, boolean truncates) {
        /// The model's own.
        public static final Settings DEFAULT = new Settings(Optional.empty(), 0, false);
    }

    /// Computes them.
    ///
    /// @throws ApiException if a text needs a tokenizer and there is none, or vectors are not that long
    /// @throws ouverture.error.OuvertureException if the engine cannot take them
    public static TextVectors of(
            List<Prompt> texts, Settings settings, Models.Lease lease, Backend backend, Call call) {
        int room = settings.truncates ? lease.model().info().cachePositions() : Integer.MAX_VALUE;
        List<int[]> prompts = texts.stream()
                .map(text -> ids(text, lease))
                .map(ids -> ids.length > room ? Arrays.copyOf(ids, room) : ids)
                .toList();
        Pooling pooling = settings.pooling.orElseGet(() -> lease.model().pooling());
        List<float[]> vectors = InTurn.compute(lease, call, () -> lease.model().embed(prompts, pooling));
        int tokens = prompts.stream().mapToInt(ids -> ids.length).sum();
        note(tokens, backend, call);
        return new TextVectors(
                settings.dimensions == 0
                        ? vectors
                        : vectors.stream()
                                .map(vector -> shortened(vector, settings.dimensions))
                                .toList(),
                tokens);
    }

    /// Takes note of tokens that were read without an answer.
    static void note(int tokens, Backend backend, Call call) {
        Usage usage = new Usage(tokens, 0, 0, 0, 0, 0, Duration.ZERO, Duration.ZERO);
        call.account().answered(FinishReason.STOP, usage, true);
        backend.metrics().answer(call.account().operation(), call.account().model(), usage, null, true);
    }

    private static int[] ids(Prompt text, Models.Lease lease) {
        return switch (text) {
            case Prompt.Text(String written) -> tokenizer(lease).encode(written, true, false);
            case Prompt.Tokens(List<Integer> ids) ->
                ids.stream().mapToInt(Integer::intValue).toArray();
        };
    }

    /// The tokenizer of a model.
    ///
    /// @throws ApiException if it has none
    static Tokenizer tokenizer(Models.Lease lease) {
        return lease.model()
                .tokenizer()
                .orElseThrow(() -> new ApiException(
                        new ApiError(ApiError.Kind.INVALID, lease.name() + " has no tokenizer.", "model")));
    }

    /// The beginning of a vector, brought to length 1: models that were trained for it keep their meaning there
    /// (Matryoshka representation learning, NeurIPS 2022).
    private static float[] shortened(float[] vector, int dimensions) {
        if (dimensions > vector.length) {
            throw new ApiException(new ApiError(
                    ApiError.Kind.INVALID,
                    "`dimensions` is " + dimensions + " and the model's vectors have " + vector.length
                            + "; ask for less.",
                    "dimensions"));
        }
        float[] beginning = Arrays.copyOf(vector, dimensions);
        double length = Math.sqrt(product(beginning, beginning));
        for (int i = 0; i < dimensions; i++) {
            beginning[i] = length == 0 ? 0 : (float) (beginning[i] / length);
        }
        return beginning;
    }

    /// The product of two vectors: of vectors of length 1, their cosine.
    static double product(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (double) one[i] * other[i];
        }
        return sum;
    }
}
