package ouverture.train.gradient;

import java.util.List;
import ouverture.tensor.Activation;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// An activation, in place.
///
/// @param kept memory for a copy of what it overwrites
record Activated(Tensor result, Tensor kept, Activation activation) implements Operation {
    @Override
    public void run(Kernels kernels) {
        Rows.copy(result, kept);
        kernels.activate(result, activation);
    }

    @Override
    public void back(BackwardPass pass) {
        Tensor gradient = pass.gradient(result);
        Slope slope = Slope.of(activation);
        pass.rows().each(result.rows(), 16 * result.columns(), (from, to) -> {
            float[] input = new float[result.columns()];
            float[] values = new float[result.columns()];
            float[] slopes = new float[result.columns()];
            float[] output = new float[result.columns()];
            for (int r = from; r < to; r++) {
                Rows.read(kept, r, input);
                slope.compute(input, values, slopes);
                Rows.read(gradient, r, output);
                for (int c = 0; c < input.length; c++) {
                    output[c] *= slopes[c];
                }
                Rows.write(gradient, r, output);
            }
        });
    }

    @Override
    public List<Tensor> needed() {
        return List.of(kept);
    }
}
