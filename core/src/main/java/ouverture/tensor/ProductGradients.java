package ouverture.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The meaning of the products that lead back from a matrix product to its operands: plain loops with double
/// accumulation, for kernel sets that have nothing faster.
final class ProductGradients {
    private ProductGradients() {}

    /// [Kernels#matmulInputGradient].
    static void ofInput(Tensor inputGradient, Tensor outputGradient, Tensor weight) {
        int columns = weight.columns();
        float[] row = new float[columns];
        double[][] sums = new double[inputGradient.rows()][columns];
        for (int o = 0; o < weight.rows(); o++) {
            BlockCodec.of(weight.type()).decode(weight.data(), o * weight.rowBytes(), row, 0, columns);
            for (int r = 0; r < sums.length; r++) {
                addScaled(sums[r], at(outputGradient, r, o), row);
            }
        }
        for (int r = 0; r < sums.length; r++) {
            add(inputGradient, r, sums[r]);
        }
    }

    /// [Kernels#matmulWeightGradient].
    static void ofWeight(Tensor weightGradient, Tensor outputGradient, Tensor x) {
        double[][] sums = new double[weightGradient.rows()][x.columns()];
        for (int r = 0; r < x.rows(); r++) {
            float[] row = x.floats(r);
            for (int o = 0; o < sums.length; o++) {
                addScaled(sums[o], at(outputGradient, r, o), row);
            }
        }
        for (int o = 0; o < sums.length; o++) {
            add(weightGradient, o, sums[o]);
        }
    }

    private static void addScaled(double[] sums, double factor, float[] row) {
        for (int i = 0; i < row.length; i++) {
            sums[i] += factor * row[i];
        }
    }

    private static float at(Tensor t, int row, int column) {
        return t.data().getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * t.columns() + column);
    }

    private static void add(Tensor to, int row, double[] sums) {
        float[] values = to.floats(row);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] + sums[i]);
        }
        MemorySegment.copy(values, 0, to.data(), ValueLayout.JAVA_FLOAT, row * to.rowBytes(), values.length);
    }
}
