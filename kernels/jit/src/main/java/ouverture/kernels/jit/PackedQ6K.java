package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// Q6_K: 256 numbers of 6 bits with 32 added, and behind them a signed byte of scale for each 16 and a scale of
/// the scales in half precision. Of 128 numbers the lower four bits are in 64 bytes, those of two parts in the
/// lower halves and of the next two in the upper; the upper two bits in 32 bytes, those of the first part the
/// lowest.
final class PackedQ6K extends PackedFormat {
    private static final int LOWER = 0;
    private static final int UPPER = 1;
    private static final int SCALES = 2;
    private static final int SCALE_OF_SCALES = 3;
    private static final int UNITS = PART / CHUNK;

    PackedQ6K() {
        super(
                DType.Q6_K,
                new Sums(PART / 2, 32),
                63,
                List.of(
                        new Piece(0, 4, 4 * UNITS),
                        new Piece(128, 4, 2 * UNITS),
                        new Piece(192, 1, 16),
                        new Piece(208, 2, 1)));
    }

    @Override
    void prepare(Target target) {
        target.broadcast(0, 0x0f0f0f0f);
        target.broadcast(1, 0x30303030);
    }

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        int half = part / 4;
        int quarter = part % 4;
        nibbles(target, to, unit(target, block, LOWER, (2 * half + part % 2) * UNITS + chunk), quarter >= 2);
        Memory upper = unit(target, block, UPPER, half * UNITS + chunk);
        Bits.insert(target, to, upper, 4 - 2 * quarter, target.constant(1), free);
    }

    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        target.emit(Instruction.VPMOVSXBD, to, unit(target, block, SCALES, 2 * part + group));
        Bits.multiply(target, to, unit(target, block, SCALE_OF_SCALES, 0), free);
    }
}
