package ouverture.train.gradient;

import java.util.List;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// x *= factor, and so its gradient.
record Scaled(Tensor result, float factor) implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.scale(result, factor);
    }

    @Override
    public void back(BackwardPass pass) {
        pass.kernels().scale(pass.gradient(result), factor);
    }

    @Override
    public List<Tensor> needed() {
        return List.of();
    }
}
