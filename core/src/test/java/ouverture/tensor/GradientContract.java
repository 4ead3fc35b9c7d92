package ouverture.tensor;

import static ouverture.tensor.Numbers.assertSameBits;
import static ouverture.tensor.Numbers.random;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Numbers.Range;

/// What every kernel set promises of the products that lead back from a product to its operands.
abstract class GradientContract {
    private final GuardedMemory memory = new GuardedMemory();
    private final Random random = new Random(4);

    abstract Kernels kernels(KernelsOptions options);

    @AfterEach
    void checkMemory() {
        memory.check();
        memory.close();
    }

    @FunctionalInterface
    private interface Addition {
        void to(Kernels kernels, Tensor sum);
    }

    private Tensor floats(int rows, int columns) {
        return memory.floats(rows, columns, random(rows * columns, Range.ORDINARY, random));
    }

    private Tensor sum(Kernels kernels, Tensor before, Addition addition) {
        try (kernels) {
            Tensor sum = memory.copy(before);
            addition.to(kernels, sum);
            return sum;
        }
    }

    /// Compares with the reference, and the bits with those of other thread counts.
    ///
    /// @param depth terms of each sum, whose sizes are about 1
    private Tensor check(Tensor before, int depth, Addition addition) {
        Tensor expected = sum(new ScalarKernels(new KernelsOptions(1, Activations.F32)), before, addition);
        Tensor actual = sum(kernels(new KernelsOptions(1, Activations.Q8)), before, addition);
        Numbers.assertClose(actual, expected, 1e-5, 1e-6 * (8 + depth / 4.0));
        for (int threads = 2; threads <= 3; threads++) {
            Tensor other = sum(kernels(new KernelsOptions(threads, Activations.Q8)), before, addition);
            assertSameBits(other, actual, threads + " threads");
        }
        return actual;
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,1",
        "2,3,5",
        "7,16,32",
        "12,31,33",
        "13,64,64",
        "37,257,100",
        "200,300,96",
        "400,17,290",
        "5,1030,31"
    })
    void gradientOfTheInput(int rows, int outputs, int inputs) {
        Tensor weight = floats(outputs, inputs);
        Tensor towards = floats(rows, outputs);
        Tensor before = floats(rows, inputs);
        Tensor sum = check(before, outputs, (kernels, to) -> kernels.matmulInputGradient(to, towards, weight));
        Tensor last = sum(
                kernels(new KernelsOptions(1, Activations.F32)),
                memory.copy(before.rows(rows - 1, 1)),
                (kernels, to) -> kernels.matmulInputGradient(to, memory.copy(towards.rows(rows - 1, 1)), weight));
        assertSameBits(last, sum.rows(rows - 1, 1), "a row alone");
    }

    @ParameterizedTest
    @MethodSource("ouverture.tensor.MatmulContract#encoded")
    void gradientOfTheInputOfEveryFormat(DType type) {
        for (int blocks : new int[] {1, 3}) {
            int inputs = blocks * (type.blockElements() == 1 ? 33 : type.blockElements());
            Tensor weight = memory.encoded(type, 270, inputs, random(270 * inputs, Range.ORDINARY, random));
            Tensor towards = floats(15, 270);
            check(floats(15, inputs), 270, (kernels, to) -> kernels.matmulInputGradient(to, towards, weight));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,1",
        "2,3,5",
        "7,16,32",
        "300,31,33",
        "13,64,64",
        "257,40,100",
        "600,200,96",
        "17,400,290",
        "1,13,32"
    })
    void gradientOfTheWeight(int rows, int outputs, int inputs) {
        Tensor x = floats(rows, inputs);
        Tensor towards = floats(rows, outputs);
        check(floats(outputs, inputs), rows, (kernels, to) -> kernels.matmulWeightGradient(to, towards, x));
    }
}
