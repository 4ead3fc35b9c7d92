package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static ouverture.tensor.Numbers.assertClose;
import static ouverture.tensor.Numbers.assertSameBits;
import static ouverture.tensor.Numbers.random;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Numbers.Range;

/// What every kernel set promises of weights of several planes: a matrix for each head, and mixtures of experts.
abstract class PlanesContract {
    private final GuardedMemory memory = new GuardedMemory();
    private final Random random = new Random(5);

    abstract Kernels kernels(KernelsOptions options);

    @AfterEach
    void checkMemory() {
        memory.check();
        memory.close();
    }

    private Tensor floats(int rows, int columns) {
        return memory.floats(rows, columns, random(rows * columns, Range.ORDINARY, random));
    }

    private Tensor planes(DType type, int planes, int outputs, int inputs) {
        int count = planes * outputs * inputs;
        Tensor rows = memory.encoded(type, planes * outputs, inputs, random(count, Range.ORDINARY, random));
        return new Tensor("planes", type, planes, outputs, inputs, rows.data());
    }

    private Tensor integers(int rows, int columns, int... values) {
        Tensor tensor = memory.unset(DType.I32, rows, columns);
        MemorySegment.copy(values, 0, tensor.data(), ValueLayout.JAVA_INT, 0, values.length);
        return tensor;
    }

    @FunctionalInterface
    private interface Operation {
        void apply(Kernels kernels, Tensor out);
    }

    /// The result for 1 to 3 threads, which must be the same bits, and the reference's.
    private Tensor check(int rows, int columns, Activations activations, double tolerance, Operation operation) {
        Tensor expected = memory.unset(DType.F32, rows, columns);
        try (Kernels reference = new ScalarKernels(new KernelsOptions(1, activations))) {
            operation.apply(reference, expected);
        }
        Tensor first = expected;
        for (int threads = 1; threads <= 3; threads++) {
            Tensor actual = memory.unset(DType.F32, rows, columns);
            try (Kernels kernels = kernels(new KernelsOptions(threads, activations))) {
                operation.apply(kernels, actual);
            }
            if (threads == 1) {
                assertClose(actual, expected, 1e-5, tolerance);
                first = actual;
            } else {
                assertSameBits(actual, first, threads + " threads");
            }
        }
        return first;
    }

    @ParameterizedTest
    @CsvSource({
        "F32,4,1,16,8,F32",
        "F32,3,7,10,33,F32",
        "F16,2,5,64,70,F32",
        "Q8_0,16,3,128,64,F32",
        "Q8_0,16,3,128,64,Q8",
        "Q4_K,2,9,256,5,F32",
        "Q4_K,2,9,512,21,Q8",
        "Q4_0,3,40,96,16,Q8"
    })
    void multipliesEachHeadByItsMatrix(
            DType type, int heads, int rows, int inputs, int outputs, Activations activations) {
        Tensor weight = planes(type, heads, outputs, inputs);
        Tensor x = floats(rows, heads * inputs);
        Operation operation = (kernels, out) -> kernels.matmulPerHead(out, x, weight);
        Tensor all = check(rows, heads * outputs, activations, 1e-4, operation);
        Tensor last = memory.copy(x.rows(rows - 1, 1));
        Operation one = (kernels, out) -> kernels.matmulPerHead(out, last, weight);
        assertSameBits(check(1, heads * outputs, activations, 1e-4, one), all.rows(rows - 1, 1), "a row alone");
    }

    @ParameterizedTest
    @CsvSource({
        "F32,8,2,1,16,9,F32",
        "F32,8,3,5,1,1,F32",
        "F32,5,3,33,7,20,F32",
        "MXFP4,32,4,6,96,40,F32",
        "Q8_0,64,6,9,64,33,F32",
        "Q8_0,64,6,9,64,33,Q8",
        "Q4_0,3,1,40,32,5,F32",
        "MXFP4,32,4,6,96,40,Q8",
        "Q6_K,3,2,40,256,17,Q8"
    })
    void multipliesByTheChosenExperts(
            DType type, int experts, int active, int rows, int inputs, int outputs, Activations activations) {
        Tensor weight = planes(type, experts, outputs, inputs);
        Tensor bias = floats(experts, outputs);
        int[] choice = IntStream.range(0, rows)
                .flatMap(_ -> random.ints(0, experts).distinct().limit(active))
                .toArray();
        Tensor chosen = integers(rows, active, choice);
        for (Tensor x : new Tensor[] {floats(rows, inputs), floats(rows * active, inputs)}) {
            for (@Nullable Tensor offsets : new Tensor[] {bias, null}) {
                Operation operation = (kernels, out) -> kernels.matmulExperts(out, x, weight, offsets, chosen);
                Tensor all = check(rows * active, outputs, activations, 1e-4, operation);
                int each = x.rows() / rows;
                Tensor last = memory.copy(x.rows((rows - 1) * each, each));
                Tensor choiceOfLast = memory.copy(chosen.rows(rows - 1, 1));
                Operation one = (kernels, out) -> kernels.matmulExperts(out, last, weight, offsets, choiceOfLast);
                assertSameBits(
                        check(active, outputs, activations, 1e-4, one),
                        all.rows((rows - 1) * active, active),
                        "a row alone");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "2,1,40", "4,7,2880", "6,33,17", "8,3,4098"})
    void combinesByWeight(int active, int rows, int columns) {
        Tensor x = floats(rows * active, columns);
        Tensor weights = floats(rows, active);
        check(rows, columns, Activations.F32, 1e-5, (kernels, out) -> kernels.combine(out, x, weights));
    }

    @ParameterizedTest
    @CsvSource({"SOFTMAX,2,8,1,1", "SOFTMAX_OF_CHOSEN,4,32,1,1", "SIGMOID,8,64,8,4", "SIGMOID,6,24,1,1"})
    void routesAsTheReferenceDoes(Routing.Score score, int active, int experts, int groups, int activeGroups) {
        Tensor bias = floats(1, experts);
        Routing routing = new Routing(
                active, score, score == Routing.Score.SIGMOID, 2.5f, groups > 1 ? bias : null, groups, activeGroups);
        Tensor logits = floats(13, experts);
        Tensor expectedChoice = memory.unset(DType.I32, 13, active);
        Tensor expectedWeights = memory.unset(DType.F32, 13, active);
        Tensor choice = memory.unset(DType.I32, 13, active);
        Tensor weights = memory.unset(DType.F32, 13, active);
        try (Kernels reference = new ScalarKernels(new KernelsOptions(1, Activations.F32));
                Kernels kernels = kernels(new KernelsOptions(2, Activations.F32))) {
            reference.route(expectedChoice, expectedWeights, logits, routing);
            kernels.route(choice, weights, logits, routing);
        }
        assertThat(choice.data().mismatch(expectedChoice.data())).isEqualTo(-1);
        assertClose(weights, expectedWeights, 1e-6, 1e-12);
    }
}
