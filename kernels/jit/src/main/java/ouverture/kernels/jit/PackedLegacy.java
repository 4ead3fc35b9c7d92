package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// Q4_1, Q5_0 and Q5_1. Behind the scale Q4_1 and Q5_1 have a number in half precision that is added to all;
/// behind that Q5_0 and Q5_1 have a word with the fifth bit of each number.
final class PackedLegacy extends PackedNibbles {
    /// Moves bit i of the lowest four to bit 4 of byte i.
    private static final int SPREAD = 0x02040810;

    private final boolean hasFifthBits;

    PackedLegacy(DType type) {
        super(type, type == DType.Q5_0 ? 16 : 0, type == DType.Q4_1 ? 15 : 31, header(type), null);
        hasFifthBits = type != DType.Q4_1;
    }

    private static List<Piece> header(DType type) {
        Piece scale = new Piece(0, 2, 1);
        Piece minimum = new Piece(2, 2, 1);
        return switch (type) {
            case Q4_1 -> List.of(scale, minimum);
            case Q5_0 -> List.of(scale, new Piece(2, 4, 1));
            default -> List.of(scale, minimum, new Piece(4, 4, 1));
        };
    }

    @Override
    void prepare(Target target) {
        super.prepare(target);
        if (hasFifthBits) {
            target.broadcast(1, SPREAD);
            target.broadcast(2, 0x10101010);
        }
    }

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        super.weights(target, to, block, part, chunk, free);
        if (hasFifthBits) {
            Memory word = unit(target, block, pieces().size() - 1, 0);
            Bits.read(target, free, word, -CHUNK * chunk, target.all(0x0f));
            target.emit(Instruction.VPMULLD, free, free, target.constant(1));
            Bits.insert(target, to, free, target.constant(2), free);
        }
    }

    /// What is added is a minimum that is subtracted, with the other sign.
    @Override
    void minimum(Target target, Vector to, Memory block, int part, int group, Vector free) {
        target.emit(Instruction.VCVTPH2PS, to, unit(target, block, SCALE + 1, 0));
        target.emit(Instruction.VPXOR, to, to, target.all(Integer.MIN_VALUE));
    }
}
