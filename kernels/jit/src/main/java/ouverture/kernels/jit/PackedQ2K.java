package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// Q2_K: 256 numbers of 2 bits, of 128 in 32 bytes those of the first part the lowest; before them a byte for
/// each 16 with a 4-bit scale and, above it, minimum, and behind them a scale of each in half precision.
final class PackedQ2K extends PackedFormat {
    private static final int QUANTS = 0;
    private static final int SCALES = 1;
    private static final int SCALE_OF_SCALES = 2;
    private static final int SCALE_OF_MINIMUMS = 3;
    private static final int UNITS = PART / CHUNK;

    PackedQ2K() {
        super(
                DType.Q2_K,
                new Sums(PART / 2, 0),
                3,
                List.of(new Piece(16, 4, 2 * UNITS), new Piece(0, 1, 16), new Piece(80, 2, 1), new Piece(82, 2, 1)));
    }

    @Override
    void prepare(Target target) {
        target.broadcast(0, 0x03030303);
    }

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        pairs(target, to, unit(target, block, QUANTS, part / 4 * UNITS + chunk), part);
    }

    /// Reads two bits of each byte. The target's constant 0 must have the lowest two of all.
    static void pairs(Target target, Vector to, Memory from, int part) {
        Bits.read(target, to, from, -2 * (part % 4), target.constant(0));
    }

    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        target.emit(Instruction.VPMOVZXBD, to, unit(target, block, SCALES, 2 * part + group));
        target.emit(Instruction.VPAND, to, to, target.all(0x0f));
        Bits.multiply(target, to, unit(target, block, SCALE_OF_SCALES, 0), free);
    }

    @Override
    void minimum(Target target, Vector to, Memory block, int part, int group, Vector free) {
        target.emit(Instruction.VPMOVZXBD, to, unit(target, block, SCALES, 2 * part + group));
        Bits.shift(target, to, to, -4);
        Bits.multiply(target, to, unit(target, block, SCALE_OF_MINIMUMS, 0), free);
    }
}
