package ouverture.train.gradient;

import ouverture.tensor.Tensor;

/// A tensor that is trained.
///
/// @param value F32 in writable memory; the name is that of the model file
/// @param gradient of the same shape
public record Parameter(Tensor value, Tensor gradient) {}
