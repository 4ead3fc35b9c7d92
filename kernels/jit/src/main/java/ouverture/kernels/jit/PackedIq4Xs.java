package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// IQ4_XS: 256 numbers as IQ4_NL has them, and a 6-bit scale with 32 added for each part: before the numbers the
/// lower four bits of all in a word, before that the upper two in half a word, and first a scale of the scales
/// in half precision.
final class PackedIq4Xs extends PackedNibbles {
    private static final int UPPER = 2;
    private static final int LOWER = 3;

    PackedIq4Xs() {
        super(
                DType.IQ4_XS,
                128,
                241,
                List.of(new Piece(0, 2, 1), new Piece(2, 2, 1), new Piece(4, 4, 1)),
                LevelReader.UNEVEN);
    }

    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        Bits.shift(target, to, unit(target, block, LOWER, 0), -4 * part);
        target.emit(Instruction.VPMOVZXWD, free, unit(target, block, UPPER, 0));
        Bits.shift(target, free, free, 4 - 2 * part);
        Bits.signedSixBits(target, to, free);
        Bits.multiply(target, to, unit(target, block, SCALE, 0), free);
    }
}
