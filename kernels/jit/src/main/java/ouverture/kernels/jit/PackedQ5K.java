package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// Q5_K: as Q4_K, with 32 bytes behind the scales that have the fifth bit of all numbers, that of the first part
/// the lowest.
final class PackedQ5K extends PackedQ4K {
    private static final int FIFTH_BITS = 4;

    PackedQ5K() {
        super(DType.Q5_K, 31, List.of(new Piece(16, 4, PART / CHUNK)));
    }

    @Override
    void prepare(Target target) {
        super.prepare(target);
        target.broadcast(1, 0x10101010);
    }

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        super.weights(target, to, block, part, chunk, free);
        Bits.insert(target, to, unit(target, block, FIFTH_BITS, chunk), 4 - part, target.constant(1), free);
    }
}
