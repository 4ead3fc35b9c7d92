package ouverture.kernels.jit;

import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// How the heads of one side of a cache are read.
///
/// @param type as the cache has them
/// @param size numbers of a head
/// @param step columns that machine code reads at once; 0 if it cannot read heads where they lie
/// @param columns of a head once it is decoded: whole vectors
record HeadFormat(DType type, int size, int step, int columns) {
    static HeadFormat of(DType type, int size, InstructionSet set) {
        // Longer blocks have more sums than there are registers.
        boolean readable = WeightReader.supports(type) && type.blockElements() <= DType.Q8_0.blockElements();
        int step = readable ? WeightReader.columns(type, set) : 0;
        return new HeadFormat(
                type, size, step > 0 && size % step == 0 ? step : 0, Math.ceilDiv(size, set.lanes()) * set.lanes());
    }

    boolean fits(Tensor slots, int headSize) {
        return type == slots.type() && size == headSize;
    }

    /// Whether machine code reads heads where they lie.
    boolean inPlace() {
        return step > 0;
    }

    /// Whether, besides, each of their numbers stands for itself.
    boolean plain() {
        return inPlace() && type.blockElements() == 1;
    }

    /// Bytes of a decoded head.
    long decodedBytes() {
        return (long) Float.BYTES * columns;
    }
}
