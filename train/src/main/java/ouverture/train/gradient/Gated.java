package ouverture.train.gradient;

import java.util.List;
import ouverture.tensor.Activation;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// f(gate) up, or gpt-oss's f(gate) (up + 1) with bounds; in place of the gate or not.
///
/// @param kept memory for a copy of the gate
record Gated(Tensor result, Tensor gate, Tensor kept, Tensor up, Activation activation) implements Operation {
    @Override
    public void run(Kernels kernels) {
        Rows.copy(gate, kept);
        kernels.gate(result, gate, up, activation);
    }

    @Override
    public void back(BackwardPass pass) {
        boolean inPlace = result.data().address() == gate.data().address();
        boolean clamped = activation == Activation.SWIGLU_CLAMPED;
        float bound = clamped ? Activation.CLAMP : Float.POSITIVE_INFINITY;
        float offset = clamped ? 1 : 0;
        Slope slope = Slope.of(activation);
        Tensor towards = pass.gradient(result);
        Tensor gateGradient = pass.gradient(gate);
        Tensor upGradient = pass.gradient(up);
        pass.rows().each(result.rows(), 8 * result.columns(), (from, to) -> {
            float[] inputs = new float[gate.columns()];
            float[] factors = new float[gate.columns()];
            float[] output = new float[gate.columns()];
            float[] values = new float[gate.columns()];
            float[] slopes = new float[gate.columns()];
            float[] gateSum = new float[gate.columns()];
            float[] upSum = new float[gate.columns()];
            for (int r = from; r < to; r++) {
                Rows.read(kept, r, inputs);
                slope.compute(inputs, values, slopes);
                Rows.read(up, r, factors);
                Rows.read(towards, r, output);
                Rows.read(upGradient, r, upSum);
                if (inPlace) {
                    Rows.zero(gateSum);
                } else {
                    Rows.read(gateGradient, r, gateSum);
                }
                for (int c = 0; c < output.length; c++) {
                    float factor = Math.max(-bound, Math.min(bound, factors[c]));
                    gateSum[c] += output[c] * (factor + offset) * slopes[c];
                    upSum[c] += factor == factors[c] ? output[c] * values[c] : 0;
                }
                Rows.write(gateGradient, r, gateSum);
                Rows.write(upGradient, r, upSum);
            }
        });
    }

    @Override
    public List<Tensor> needed() {
        return List.of(kept, up);
    }
}
