package ouverture.train.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.KernelSets;
import ouverture.error.UnsupportedModelException;
import ouverture.model.ForwardPass;
import ouverture.model.GatedMlp;
import ouverture.model.Linear;
import ouverture.model.Mixture;
import ouverture.model.Model;
import ouverture.model.Norm;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;

/// Every operation between an embedding and an output matrix, each element of each gradient against its central
/// difference; the embedding's gradient shows what the operation sends back to its input.
class OperationGradientsTest {
    private static final int VOCABULARY = 7;
    private static final int WIDTH = 6;

    private final Arena arena = Arena.ofShared();
    private final List<Tensor> weights = new ArrayList<>();
    private final Random random = new Random(11);

    @AfterEach
    void close() {
        arena.close();
    }

    private Tensor weight(int planes, int rows, int columns, double spread) {
        float[] values = new float[planes * rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * spread);
        }
        Tensor weight = DoubleKernels.floats(arena, "weight" + weights.size(), planes, rows, columns, values);
        weights.add(weight);
        return weight;
    }

    private Tensor weight(int rows, int columns) {
        return weight(1, rows, columns, 0.7);
    }

    private Linear linear(int outputs, int inputs) {
        return new Linear(weight(outputs, inputs), weight(1, outputs));
    }

    private record Small(BiFunction<ForwardPass, Tensor, Tensor> body, Linear table, Linear output, Attention attention)
            implements Model {
        @Override
        public List<KvCache.Shape> cacheShapes() {
            return List.of(attention.cacheShape());
        }

        @Override
        public int contextLength() {
            return 1000;
        }

        @Override
        public Tensor forward(ForwardPass pass) {
            Tensor x = pass.embed(table);
            pass.layer(0);
            return pass.linear(pass.outputRows(body.apply(pass, x)), output);
        }
    }

    private static final Attention PLAIN = Attention.grouped(1, 1, 2);

    /// Checks a network of one operation.
    ///
    /// @param width of its result
    private void check(int width, Attention attention, int[] lengths, BiFunction<ForwardPass, Tensor, Tensor> body) {
        Linear table = new Linear(weight(1, VOCABULARY, WIDTH, 1.5), null);
        Model model = new Small(body, table, linear(VOCABULARY, width), attention);
        TrainingBatch batch = GradientCheck.documents(VOCABULARY, random, lengths);
        GradientCheck check = new GradientCheck(model, weights, batch, 0.4);
        for (String name : List.of("scalar", KernelSets.AUTO)) {
            try (Kernels kernels = KernelSets.choose(name).create(new KernelsOptions(2, Activations.F32))) {
                Map<String, float[]> gradients = check.gradients(kernels, false);
                check.check(gradients, 1e-4, name.equals("scalar") ? 200 : 0);
            }
        }
    }

    private void check(int width, BiFunction<ForwardPass, Tensor, Tensor> body) {
        check(width, PLAIN, new int[] {6, 3}, body);
    }

    @Test
    void product() {
        Linear linear = linear(5, WIDTH);
        check(5, (pass, x) -> pass.linear(x, linear));
    }

    @Test
    void sumOfTwoProductsOfOneInput() {
        Linear first = linear(5, WIDTH);
        Linear second = new Linear(weight(5, WIDTH), null);
        check(5, (pass, x) -> pass.add(pass.linear(x, first), pass.scale(pass.linear(x, second), 0.5f)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void normalisation(boolean centred) {
        Norm norm = new Norm(weight(1, WIDTH), centred ? weight(1, WIDTH) : null, 1e-3f);
        check(WIDTH, (pass, x) -> pass.add(x, pass.norm(x, norm)));
    }

    @Test
    void normalisationOfHeadsInPlace() {
        Linear linear = linear(WIDTH, WIDTH);
        Norm norm = new Norm(weight(1, 3), null, 1e-3f);
        check(WIDTH, (pass, x) -> pass.normHeads(pass.normHeads(pass.linear(x, linear), 3, norm), 2, 0.01f));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rotation(boolean interleaved) {
        Rope plain = Rope.plain(4, 10);
        Rope rope = new Rope(plain.inverseFrequencies(), 1.3f, interleaved);
        check(WIDTH, (pass, x) -> pass.rope(x, WIDTH, rope));
    }

    static Stream<Attention> attentions() {
        Attention grouped = Attention.grouped(4, 2, 3);
        return Stream.of(PLAIN, grouped, grouped.windowed(4), grouped.windowed(150), new Attention(2, 1, 2, 5, 0.9f));
    }

    @ParameterizedTest
    @MethodSource("attentions")
    void attention(Attention plain) {
        for (boolean sinks : new boolean[] {false, true}) {
            Attention attention = sinks ? plain.withSinks(weight(1, plain.heads())) : plain;
            Linear query = linear(attention.heads() * attention.keySize(), WIDTH);
            // without bias: what is the same for all positions has no gradient where no sink stands against it
            Linear key = new Linear(weight(attention.kvHeads() * attention.keySize(), WIDTH), null);
            Linear value = linear(attention.kvHeads() * attention.valueSize(), WIDTH);
            check(
                    attention.heads() * attention.valueSize(),
                    attention,
                    new int[] {9, 2, 6},
                    (pass, x) -> pass.attention(
                            0, pass.linear(x, query), pass.linear(x, key), pass.linear(x, value), attention));
            weights.clear();
        }
    }

    /// Longer than what is led back at once.
    @ParameterizedTest
    @ValueSource(ints = {0, 20, 140})
    void attentionOfLongDocuments(int window) {
        Attention attention = Attention.grouped(2, 1, 3).windowed(window).withSinks(weight(1, 2));
        Linear query = linear(6, WIDTH);
        Linear key = linear(3, WIDTH);
        Linear value = linear(3, WIDTH);
        check(
                6,
                attention,
                new int[] {290, 40},
                (pass, x) -> pass.attention(
                        0, pass.linear(x, query), pass.linear(x, key), pass.linear(x, value), attention));
    }

    @ParameterizedTest
    @EnumSource
    void activation(Activation activation) {
        Linear up = new Linear(weight(1, 8, WIDTH, 3), null);
        Linear down = linear(4, 8);
        check(4, (pass, x) -> pass.mlp(x, up, activation, down));
    }

    /// With inputs on both sides of the bounds.
    @ParameterizedTest
    @EnumSource
    void gate(Activation activation) {
        Linear gate = new Linear(weight(1, 8, WIDTH, 2), null);
        Linear up = new Linear(weight(1, 8, WIDTH, 2), null);
        Linear down = linear(4, 8);
        check(4, (pass, x) -> pass.gatedMlp(x, new GatedMlp(gate, up, down, activation)));
    }

    static Stream<Routing> routings() {
        return Stream.of(Routing.softmaxOfChosen(2), Routing.softmax(2, true), Routing.softmax(3, false));
    }

    @ParameterizedTest
    @MethodSource("routings")
    void mixture(Routing routing) {
        Linear router = linear(4, WIDTH);
        Linear gate = new Linear(weight(4, 5, WIDTH, 0.7), weight(4, 5));
        Linear up = new Linear(weight(4, 5, WIDTH, 0.7), weight(4, 5));
        Linear down = new Linear(weight(4, WIDTH, 5, 0.7), weight(4, WIDTH));
        GatedMlp experts = new GatedMlp(gate, up, down, Activation.SWIGLU_CLAMPED);
        Mixture mixture = new Mixture(router, routing, experts, null);
        check(WIDTH, (pass, x) -> pass.mixture(x, mixture));
    }

    @Test
    void mixtureWithFusedGatesAndSharedNetwork() {
        GatedMlp experts = new GatedMlp(
                new Linear(weight(3, 10, WIDTH, 0.7), null),
                null,
                new Linear(weight(3, WIDTH, 5, 0.7), null),
                Activation.SILU);
        GatedMlp shared = new GatedMlp(linear(10, WIDTH), null, linear(WIDTH, 5), Activation.SILU);
        Mixture mixture = new Mixture(linear(3, WIDTH), Routing.softmaxOfChosen(2), experts, shared);
        check(WIDTH, (pass, x) -> pass.mixture(x, mixture));
    }

    @Test
    void columnsAndPositions() {
        Tensor positions = weight(20, WIDTH);
        check(7, (pass, x) -> {
            Tensor y = pass.add(x, pass.embedPositions(positions));
            return pass.join(List.of(pass.columns(y, 2, 3), pass.columns(y, 3, 1, 2)));
        });
    }

    @Test
    void whatHasNoGradientIsRefused() {
        assertThatThrownBy(() -> check(WIDTH, (pass, x) -> pass.softcap(x, 3)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("a soft cap");
    }

    @Test
    void whatAGradientNeedsMustNotBeOverwritten() {
        Linear linear = linear(WIDTH, WIDTH);
        assertThatThrownBy(() -> check(WIDTH, (pass, x) -> {
                    Tensor y = pass.scale(x, 2);
                    Tensor z = pass.linear(y, linear);
                    return pass.add(pass.scale(y, 3), z);
                }))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("overwrites");
    }

    @Test
    void documentsOfOneTokenToLearnAreEnough() {
        Linear linear = linear(WIDTH, WIDTH);
        check(WIDTH, PLAIN, new int[] {2}, (pass, x) -> pass.linear(x, linear));
        assertThat(weights).isNotEmpty();
    }
}
