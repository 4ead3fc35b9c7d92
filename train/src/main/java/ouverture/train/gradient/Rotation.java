package ouverture.train.gradient;

import java.util.Arrays;
import java.util.List;
import ouverture.tensor.Kernels;
import ouverture.tensor.Rope;
import ouverture.tensor.Tensor;

/// Rotary positions, in place: a gradient is rotated the other way.
record Rotation(Tensor result, int headSize, int[] positions, Rope rope) implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.rope(result, headSize, positions, rope);
    }

    @Override
    public void back(BackwardPass pass) {
        int[] negated = Arrays.stream(positions).map(position -> -position).toArray();
        pass.kernels().rope(pass.gradient(result), headSize, negated, rope);
    }

    @Override
    public List<Tensor> needed() {
        return List.of();
    }
}
