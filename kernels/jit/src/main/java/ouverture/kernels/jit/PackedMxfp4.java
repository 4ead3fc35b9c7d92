package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// MXFP4: 4-bit floats (E2M1 of the OCP Microscaling Formats 1.0), behind the exponent of their scale.
final class PackedMxfp4 extends PackedNibbles {
    /// The floats, doubled.
    private static final int[] LEVELS = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private static final int LARGEST = 12;

    /// Bit 0 of a float's exponent.
    private static final int EXPONENT = 23;

    PackedMxfp4() {
        super(DType.MXFP4, LARGEST, 2 * LARGEST, List.of(new Piece(0, 1, 1)), LEVELS);
    }

    /// Half of 2^(exponent - 127), as the levels are doubled; the two smallest are no normal floats.
    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        Assembler assembler = target.assembler();
        target.emit(Instruction.VPMOVZXBD, to, unit(target, block, SCALE, 0));
        target.emit(Instruction.VPADDD, free, to, target.all(1));
        assembler.emit(Instruction.VPSLLD, free, free, EXPONENT - 2);
        target.emit(Instruction.VPSUBD, to, to, target.all(1));
        assembler.emit(Instruction.VPSLLD, to, to, EXPONENT);
        target.emit(Instruction.VPMAXSD, to, to, free);
    }
}
