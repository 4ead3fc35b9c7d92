package ouverture.kernels.jit;

import java.util.List;
import java.util.stream.Stream;
import ouverture.tensor.DType;

/// Q4_K: 256 numbers of 4 bits, in 32 bytes those of one part in the lower halves and of the next in the upper;
/// before them 12 bytes with 6-bit scales and minimums of the eight parts, and before those a scale of each in
/// half precision.
class PackedQ4K extends PackedFormat {
    private static final int SCALE_OF_SCALES = 0;
    private static final int SCALE_OF_MINIMUMS = 1;
    private static final int SCALES = 2;
    private static final int QUANTS = 3;
    private static final int UNITS = PART / CHUNK;

    PackedQ4K() {
        this(DType.Q4_K, 15, List.of());
    }

    /// A format with more behind the scales.
    PackedQ4K(DType type, int largest, List<Piece> others) {
        super(type, new Sums(PART, 0), largest, pieces(type, others));
    }

    private static List<Piece> pieces(DType type, List<Piece> others) {
        int quants = type.blockElements() / 2;
        List<Piece> pieces = List.of(
                new Piece(0, 2, 1),
                new Piece(2, 2, 1),
                new Piece(4, 4, 3),
                new Piece(type.blockBytes() - quants, 4, quants / CHUNK));
        return Stream.concat(pieces.stream(), others.stream()).toList();
    }

    @Override
    void prepare(Target target) {
        target.broadcast(0, 0x0f0f0f0f);
    }

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        nibbles(target, to, unit(target, block, QUANTS, part / 2 * UNITS + chunk), part % 2 == 1);
    }

    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        sixBits(target, to, block, part, 0, free);
        Bits.multiply(target, to, unit(target, block, SCALE_OF_SCALES, 0), free);
    }

    @Override
    void minimum(Target target, Vector to, Memory block, int part, int group, Vector free) {
        sixBits(target, to, block, part, 1, free);
        Bits.multiply(target, to, unit(target, block, SCALE_OF_MINIMUMS, 0), free);
    }

    /// The scale or minimum of a part, of words with four bytes for four parts: of the first four parts they are
    /// the lower six bits in the words 0 and 1, of the others the lower four bits in the halves of the bytes of
    /// word 2, and the upper two at the top of those of words 0 and 1.
    private void sixBits(Target target, Vector to, Memory block, int part, int minimum, Vector free) {
        int place = part % 4 * Byte.SIZE;
        Memory own = unit(target, block, SCALES, minimum);
        if (part < 4) {
            Bits.read(target, to, own, -place, target.all(0x3f));
        } else {
            Bits.read(target, free, own, -place - 2, target.all(0x30));
            Bits.read(target, to, unit(target, block, SCALES, 2), -place - 4 * minimum, target.all(0x0f));
            target.emit(Instruction.VPOR, to, to, free);
        }
    }
}
