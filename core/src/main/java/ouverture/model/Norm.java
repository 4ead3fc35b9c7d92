package ouverture.model;

import org.jspecify.annotations.Nullable;
import ouverture.tensor.Tensor;

/// A normalisation: LayerNorm where there is a bias, RMSNorm otherwise.
///
/// @param weight one F32 for each column
/// @param bias one F32 for each column
/// @param epsilon added to the variance or mean square
public record Norm(Tensor weight, @Nullable Tensor bias, float epsilon) {}
