package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import ouverture.error.PromptTooLongException;
import ouverture.error.RequestException;
import ouverture.file.ModelFile;
import ouverture.generate.SamplingParameters;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.Tensor;

/// Embeddings against the logits, which are compared with other engines elsewhere: logits are the products of the
/// hidden state with the rows of the unembedding.
class EmbeddingTest {
    private static final EngineOptions OPTIONS = EngineOptions.DEFAULT
            .withKernels("scalar")
            .withThreads(1)
            .withCache(EngineOptions.CacheFormat.F32)
            .withSequences(2)
            .withBatchTokens(4);
    private static final int[] IDS = {1, 7, 3, 5, 11, 2, 9};

    @TestFactory
    Stream<DynamicTest> vectorsGiveTheLogitsOfEveryFamily() {
        return Shared.folder("conformance/models").stream()
                .flatMap(EmbeddingTest::models)
                .map(model -> DynamicTest.dynamicTest(model.getFileName().toString(), () -> check(model)));
    }

    private static Stream<Path> models(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".gguf")).sorted().toList().stream();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void check(Path model) {
        try (Engine engine = Engine.open(model, OPTIONS);
                ModelFile file = ModelFile.open(model)) {
            double[][] logits = Arrays.stream(engine.logits(IDS, true))
                    .map(row -> uncapped(row, file.metadata().number("final_logit_softcapping", 0)))
                    .toArray(double[][]::new);
            int[] beginning = Arrays.copyOf(IDS, 5);
            List<float[]> last = engine.embed(List.of(IDS, beginning, IDS), Pooling.LAST);
            assertThat(cosine(products(file, last.getFirst()), logits[6])).isCloseTo(1, within(1e-6));
            assertThat(cosine(products(file, last.get(1)), logits[4])).isCloseTo(1, within(1e-6));
            assertThat(last.get(2)).isEqualTo(last.getFirst());
            double[] mean = IntStream.range(0, logits[0].length)
                    .mapToDouble(i ->
                            Arrays.stream(logits).mapToDouble(row -> row[i]).sum())
                    .toArray();
            float[] vector = engine.embed(List.of(IDS), Pooling.MEAN).getFirst();
            assertThat(cosine(products(file, vector), mean)).isCloseTo(1, within(1e-6));
            assertThat(IntStream.range(0, vector.length)
                            .mapToDouble(i -> (double) vector[i] * vector[i])
                            .sum())
                    .isCloseTo(1, within(1e-6));
        }
    }

    private static double[] uncapped(float[] row, float cap) {
        return IntStream.range(0, row.length)
                .mapToDouble(i -> cap == 0 ? row[i] : 0.5 * Math.log((1 + row[i] / cap) / (1 - row[i] / cap)))
                .toArray();
    }

    private static double[] products(ModelFile file, float[] state) {
        Tensor weight =
                file.tensors().getOrDefault("output.weight", file.tensors().get("token_embd.weight"));
        float[] row = new float[weight.columns()];
        double[] products = new double[weight.rows()];
        for (int r = 0; r < products.length; r++) {
            BlockCodec.of(weight.type()).decode(weight.data(), r * weight.rowBytes(), row, 0, row.length);
            for (int i = 0; i < row.length; i++) {
                products[r] += (double) row[i] * state[i];
            }
        }
        return products;
    }

    private static double cosine(double[] one, double[] other) {
        return product(one, other) / Math.sqrt(product(one, one) * product(other, other));
    }

    private static double product(double[] one, double[] other) {
        return IntStream.range(0, one.length)
                .mapToDouble(i -> one[i] * other[i])
                .sum();
    }

    private static Path stories() {
        return Shared.path("models/stories260K/stories260K.gguf");
    }

    @Test
    void answersBesideThemStayAsTheyAre() {
        CompletionRequest story = CompletionRequest.of("Once upon a time")
                .withSampling(SamplingParameters.GREEDY)
                .withMaxTokens(40);
        try (Engine engine = Engine.open(stories(), OPTIONS.withSequences(3).withBatchTokens(8))) {
            String alone = engine.complete(story).text();
            float[] vector = engine.embed(List.of(IDS), Pooling.MEAN).getFirst();
            try (Generation answer = engine.complete(story)) {
                for (int i = 0; i < 5; i++) {
                    assertThat(engine.embed(List.of(IDS, IDS), Pooling.MEAN)).containsExactly(vector, vector);
                }
                assertThat(answer.text()).isEqualTo(alone);
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (Engine engine = Engine.open(stories(), OPTIONS)) {
            assertThatThrownBy(() -> engine.embed(List.of(IDS, new int[600]), Pooling.MEAN))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessageContaining("600 tokens and the context holds 128");
            assertThatThrownBy(() -> engine.embed(List.of(new int[] {512}), Pooling.MEAN))
                    .isInstanceOf(RequestException.class)
                    .hasMessageContaining("has token 512");
            assertThatThrownBy(() -> engine.embed(List.of(new int[0]), Pooling.MEAN))
                    .isInstanceOf(RequestException.class);
        }
    }

    @Test
    void theFileSaysHowStatesArePooled() {
        assertThat(Pooling.of(3)).isEqualTo(Pooling.LAST);
        assertThat(Pooling.of(1)).isEqualTo(Pooling.MEAN);
        try (Engine engine = Engine.open(stories(), OPTIONS)) {
            assertThat(engine.pooling()).isEqualTo(Pooling.MEAN);
        }
    }
}
