package ouverture.train.gradient;

import java.util.List;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// x += y: both have the sum's gradient.
record Sum(Tensor result, Tensor y) implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.add(result, y);
    }

    @Override
    public void back(BackwardPass pass) {
        pass.kernels().add(pass.gradient(y), pass.gradient(result));
    }

    @Override
    public List<Tensor> needed() {
        return List.of();
    }
}
