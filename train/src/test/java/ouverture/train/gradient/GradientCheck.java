package ouverture.train.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import ouverture.model.Adapters;
import ouverture.model.ForwardPass;
import ouverture.model.Model;
import ouverture.model.RowAdapters;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;
import ouverture.train.gradient.TrainingBatch.Document;

/// Compares the gradients of a model's loss with central differences of the same loss in double precision.
final class GradientCheck {
    private static final double STEP = 1e-5;

    private final Model model;
    private final List<Tensor> weights;
    private final TrainingBatch batch;
    private final double balance;
    private final Adapters adapters;

    /// @param weights F32, of which the gradients are checked
    /// @param balance factor on the load-balance loss
    GradientCheck(Model model, Collection<Tensor> weights, TrainingBatch batch, double balance) {
        this(model, weights, batch, balance, Adapters.NONE);
    }

    /// @param adapters that change the model
    GradientCheck(Model model, Collection<Tensor> weights, TrainingBatch batch, double balance, Adapters adapters) {
        this.adapters = adapters;
        this.model = model;
        this.weights = List.copyOf(weights);
        this.batch = batch;
        this.balance = balance;
    }

    /// Documents of these lengths with random tokens and weights, some of them 0.
    static TrainingBatch documents(int vocabulary, Random random, int... lengths) {
        List<Document> documents = new ArrayList<>();
        for (int length : lengths) {
            int[] tokens = random.ints(length, 0, vocabulary).toArray();
            float[] weights = new float[length];
            for (int i = 0; i < length; i++) {
                weights[i] = i % 5 == 3 ? 0 : 0.5f + random.nextFloat();
            }
            documents.add(new Document(tokens, weights));
        }
        return TrainingBatch.of(documents);
    }

    /// The gradients by the weights' names, and the loss under the name `loss`.
    Map<String, float[]> gradients(Kernels kernels, boolean recomputes) {
        Map<String, float[]> gradients = new HashMap<>();
        try (Arena arena = Arena.ofShared()) {
            List<Parameter> parameters = weights.stream()
                    .map(weight -> new Parameter(
                            weight,
                            new Tensor(
                                    weight.name(),
                                    DType.F32,
                                    weight.planes(),
                                    weight.rows(),
                                    weight.columns(),
                                    arena.allocate(weight.bytes(), 64))))
                    .toList();
            Network.Options options = new Network.Options(recomputes, balance);
            try (Network network = new Network(model, kernels, parameters, options, adapters)) {
                for (int step = 0; step < 2; step++) {
                    parameters.forEach(parameter -> parameter.gradient().data().fill((byte) 0));
                    Network.Result result = network.learn(batch, 1 / batch.totalWeight(), 1);
                    gradients.put("loss", new float[] {(float) (result.loss() / result.weight())});
                }
            }
            for (Parameter parameter : parameters) {
                gradients.put(
                        parameter.value().name(), parameter.gradient().data().toArray(ValueLayout.JAVA_FLOAT));
            }
        }
        return gradients;
    }

    /// Compares every element, or where a weight has many, some of them and the sum along a random direction.
    ///
    /// @param tolerance relative to the largest element of a gradient
    void check(Map<String, float[]> gradients, double tolerance, int most) {
        try (Arena arena = Arena.ofShared()) {
            DoubleKernels kernels = new DoubleKernels(arena);
            Random random = new Random(3);
            assertThat((double) gradients.get("loss")[0])
                    .as("loss")
                    .isCloseTo(loss(kernels) - balance * kernels.balance(), Percentage.withPercentage(1e-4));
            for (Tensor weight : weights) {
                float[] gradient = gradients.get(weight.name());
                double[] values = kernels.weight(weight);
                double largest = 0;
                for (float element : gradient) {
                    largest = Math.max(largest, Math.abs(element));
                }
                assertThat(largest)
                        .as("gradient of " + weight.name())
                        .isPositive()
                        .isFinite();
                for (int i = 0; i < Math.min(most, values.length); i++) {
                    int element = values.length <= most ? i : random.nextInt(values.length);
                    double[] direction = new double[values.length];
                    direction[element] = 1;
                    compare(kernels, weight, gradient, direction, largest * tolerance);
                }
                double[] direction = new double[values.length];
                double norm = 0;
                for (int i = 0; i < direction.length; i++) {
                    direction[i] = gradient[i] * (0.5 + random.nextDouble());
                    norm += direction[i] * direction[i];
                }
                for (int i = 0; i < direction.length; i++) {
                    direction[i] /= Math.sqrt(norm);
                }
                compare(kernels, weight, gradient, direction, Math.sqrt(norm) * tolerance);
            }
        }
    }

    private void compare(DoubleKernels kernels, Tensor weight, float[] gradient, double[] direction, double tolerance) {
        double[] values = kernels.weight(weight);
        double[] before = values.clone();
        double expected = 0;
        double actual = 0;
        for (int sign = -1; sign <= 1; sign += 2) {
            for (int i = 0; i < values.length; i++) {
                values[i] = before[i] + sign * STEP * direction[i];
            }
            expected += sign * loss(kernels) / (2 * STEP);
        }
        System.arraycopy(before, 0, values, 0, values.length);
        for (int i = 0; i < values.length; i++) {
            actual += gradient[i] * direction[i];
        }
        assertThat(actual).as("gradient of " + weight.name()).isCloseTo(expected, Offset.offset(tolerance));
    }

    private double loss(DoubleKernels kernels) {
        try (Arena arena = Arena.ofConfined()) {
            KvCache cache = KvCache.allocate(
                    arena, DType.F32, batch.cacheBlocks(), TrainingBatch.CACHE_BLOCK, model.cacheShapes());
            RowAdapters ofRows = RowAdapters.of(
                            batch.batch(), Collections.nCopies(batch.batch().tables().length, adapters))
                    .orElse(null);
            Tensor logits = model.forward(new ForwardPass(kernels, batch.batch(), cache, kernels, null, ofRows));
            DoubleKernels.View view = kernels.view(logits);
            double loss = 0;
            for (int r = 0; r < batch.targets().length; r++) {
                double sum = 0;
                for (int v = 0; v < logits.columns(); v++) {
                    sum += Math.exp(view.at(r * logits.columns() + v));
                }
                double own = view.at(r * logits.columns() + batch.targets()[r]);
                loss += batch.weights()[r] * (Math.log(sum) - own);
            }
            return loss / batch.totalWeight() + balance * kernels.balance();
        }
    }
}
