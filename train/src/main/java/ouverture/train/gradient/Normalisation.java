package ouverture.train.gradient;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// LayerNorm, or RMSNorm: with h = (x - mean) / deviation and g = weight dy,
/// dx = (g - mean(g) - h mean(g h)) / deviation; RMSNorm subtracts no means of x and g. Works in place too.
///
/// @param kept memory for a copy of x, which may be overwritten later: it is the residual stream, as a rule
/// @param centred whether the mean is subtracted
record Normalisation(
        Tensor result,
        Tensor x,
        Tensor kept,
        boolean centred,
        @Nullable Tensor weight,
        @Nullable Tensor bias,
        float epsilon)
        implements Operation {
    @Override
    public void run(Kernels kernels) {
        Rows.copy(x, kept);
        if (centred) {
            kernels.layerNorm(result, x, Objects.requireNonNull(weight), Objects.requireNonNull(bias), epsilon);
        } else {
            kernels.rmsNorm(result, x, weight, epsilon);
        }
    }

    @Override
    public void back(BackwardPass pass) {
        Tensor towards = pass.gradient(result);
        Tensor biasGradient = bias == null ? null : pass.parameter(bias);
        if (biasGradient != null) {
            pass.rows().sumRows(biasGradient, towards);
        }
        Tensor weightGradient = weight == null ? null : pass.parameter(weight);
        if (weightGradient != null) {
            addWeightGradient(pass, weightGradient, towards);
        }
        addInputGradient(pass, towards);
    }

    private void addWeightGradient(BackwardPass pass, Tensor weightGradient, Tensor towards) {
        pass.rows().sum(weightGradient, x.rows(), () -> {
            float[] normal = new float[x.columns()];
            float[] output = new float[x.columns()];
            return (sums, r) -> {
                normal(r, normal);
                Rows.read(towards, r, output);
                for (int c = 0; c < normal.length; c++) {
                    sums[c] += (double) normal[c] * output[c];
                }
            };
        });
    }

    private void addInputGradient(BackwardPass pass, Tensor towards) {
        boolean inPlace = result.data().address() == x.data().address();
        Tensor inputGradient = pass.gradient(x);
        float[] factors = weight == null ? null : Rows.vector(weight);
        pass.rows().each(x.rows(), 4 * x.columns(), (from, to) -> {
            float[] normal = new float[x.columns()];
            float[] output = new float[x.columns()];
            float[] sum = new float[x.columns()];
            for (int r = from; r < to; r++) {
                double inverse = normal(r, normal);
                Rows.read(towards, r, output);
                if (inPlace) {
                    Rows.zero(sum);
                } else {
                    Rows.read(inputGradient, r, sum);
                }
                double mean = 0;
                double dot = 0;
                for (int c = 0; c < output.length; c++) {
                    output[c] *= factors == null ? 1 : factors[c];
                    mean += output[c];
                    dot += (double) output[c] * normal[c];
                }
                float shift = centred ? (float) (mean / output.length) : 0;
                float slope = (float) (dot / output.length);
                for (int c = 0; c < output.length; c++) {
                    sum[c] += (output[c] - shift - normal[c] * slope) * (float) inverse;
                }
                Rows.write(inputGradient, r, sum);
            }
        });
    }

    /// Writes h of a row and returns 1 / deviation.
    private double normal(int row, float[] normal) {
        Rows.read(kept, row, normal);
        double mean = 0;
        for (int c = 0; centred && c < normal.length; c++) {
            mean += normal[c];
        }
        mean /= normal.length;
        double squares = 0;
        for (float value : normal) {
            squares += (value - mean) * (value - mean);
        }
        double inverse = 1 / Math.sqrt(squares / normal.length + epsilon);
        for (int c = 0; c < normal.length; c++) {
            normal[c] = (float) ((normal[c] - mean) * inverse);
        }
        return inverse;
    }

    @Override
    public List<Tensor> needed() {
        return List.of(kept);
    }
}
