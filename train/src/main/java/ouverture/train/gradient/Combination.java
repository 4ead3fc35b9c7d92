package ouverture.train.gradient;

import java.util.List;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// Weighted sums of neighbouring rows ([Kernels#combine]): dx = weight dy, and a weight's gradient is dy x.
record Combination(Tensor result, Tensor x, Tensor weights) implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.combine(result, x, weights);
    }

    @Override
    public void back(BackwardPass pass) {
        int active = weights.columns();
        Tensor towards = pass.gradient(result);
        Tensor inputGradient = pass.gradient(x);
        Tensor weightGradient = pass.gradient(weights);
        pass.rows().each(result.rows(), active * x.columns(), (from, to) -> {
            float[] output = new float[x.columns()];
            float[] input = new float[x.columns()];
            float[] sum = new float[x.columns()];
            float[] factors = new float[active];
            float[] factorGradients = new float[active];
            for (int r = from; r < to; r++) {
                Rows.read(towards, r, output);
                Rows.read(weights, r, factors);
                Rows.read(weightGradient, r, factorGradients);
                for (int i = 0; i < active; i++) {
                    Rows.read(x, r * active + i, input);
                    Rows.read(inputGradient, r * active + i, sum);
                    double dot = 0;
                    for (int c = 0; c < input.length; c++) {
                        sum[c] += factors[i] * output[c];
                        dot += (double) input[c] * output[c];
                    }
                    factorGradients[i] += (float) dot;
                    Rows.write(inputGradient, r * active + i, sum);
                }
                Rows.write(weightGradient, r, factorGradients);
            }
        });
    }

    @Override
    public List<Tensor> needed() {
        return List.of(x, weights);
    }
}
