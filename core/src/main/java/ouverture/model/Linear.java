package ouverture.model;

import org.jspecify.annotations.Nullable;
import ouverture.tensor.Tensor;

/// A linear layer: y = x W^T + b. Cost: 2 x outputs x inputs FLOP and the weight's bytes for each token.
///
/// @param weight outputs x inputs
/// @param bias one F32 for each output
public record Linear(Tensor weight, @Nullable Tensor bias) {}
