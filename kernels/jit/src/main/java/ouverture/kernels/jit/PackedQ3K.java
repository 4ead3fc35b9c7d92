package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// Q3_K: 256 numbers of 3 bits with 4 added: their lower two as those of [PackedQ2K], behind 32 bytes with the
/// upper one of all, that of the first part the lowest. Then 12 bytes with 6-bit scales with 32 added of each 16
/// numbers: of the first eight the lower four bits in the lower halves of the first eight bytes, of the others
/// in the upper ones; the upper two bits in the last four bytes, those of the first four scales the lowest. Last
/// a scale of the scales in half precision.
final class PackedQ3K extends PackedFormat {
    private static final int LOWER = 0;
    private static final int UPPER = 1;
    private static final int SCALES = 2;
    private static final int SCALE_OF_SCALES = 3;
    private static final int UNITS = PART / CHUNK;
    private static final int LOWER_SCALES = 8;
    private static final int UPPER_SCALES = 4;

    PackedQ3K() {
        super(
                DType.Q3_K,
                new Sums(PART / 2, 4),
                7,
                List.of(
                        new Piece(32, 4, 2 * UNITS),
                        new Piece(0, 4, UNITS),
                        new Piece(96, 1, LOWER_SCALES + UPPER_SCALES),
                        new Piece(108, 2, 1)));
    }

    @Override
    void prepare(Target target) {
        target.broadcast(0, 0x03030303);
        target.broadcast(1, 0x04040404);
    }

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        PackedQ2K.pairs(target, to, unit(target, block, LOWER, part / 4 * UNITS + chunk), part);
        Bits.insert(target, to, unit(target, block, UPPER, chunk), 2 - part, target.constant(1), free);
    }

    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        int index = 2 * part + group;
        target.emit(Instruction.VPMOVZXBD, to, unit(target, block, SCALES, index % LOWER_SCALES));
        target.emit(Instruction.VPMOVZXBD, free, unit(target, block, SCALES, LOWER_SCALES + index % UPPER_SCALES));
        Bits.shift(target, to, to, -4 * (index / LOWER_SCALES));
        Bits.shift(target, free, free, 4 - 2 * (index / UPPER_SCALES));
        Bits.signedSixBits(target, to, free);
        Bits.multiply(target, to, unit(target, block, SCALE_OF_SCALES, 0), free);
    }
}
