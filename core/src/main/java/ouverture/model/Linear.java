package ouverture.model;

import org.jspecify.annotations.Nullable;
import ouverture.tensor.Tensor;

/// A linear layer: y = x W^T + b. Cost: 2 x outputs x inputs FLOP and the weight's bytes for each token.
///
/// @param weight outputs x inputs
/// @param bias one F32 for each output
public record Linear(Tensor weight, @Nullable Tensor bias) {
    /// The layer of outputs `from` to `from + count` of a fused one, on the same memory.
    public Linear outputs(int from, int count) {
        Tensor part = bias == null
                ? null
                : bias.shaped(bias.columns(), 1).rows(from, count).shaped(1, count);
        return new Linear(weight.rows(from, count), part);
    }
}
