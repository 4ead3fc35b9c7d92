package ouverture.kernels.jit;

/// What a vector instruction can read or write.
sealed interface Operand permits Vector, Memory {}
