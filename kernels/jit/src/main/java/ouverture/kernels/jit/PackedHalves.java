package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// Q4_0: numbers 0 to 15 in the halves of bytes, number i of a part in the lower half of byte i and number i +
/// 16 in the
/// upper, with 8 added; before them a scale in half precision.
final class PackedHalves extends PackedFormat {
    private static final int QUANTS = 0;
    private static final int SCALE = 1;
    private static final int BYTES = PART / 2;
    private static final int UNITS = BYTES / CHUNK;

    PackedHalves() {
        super(
                DType.Q4_0,
                new Sums(PART, 8),
                List.of(new Piece(Short.BYTES, Integer.BYTES, UNITS), new Piece(0, Short.BYTES, 1)));
    }

    @Override
    void prepare(Target target) {
        target.broadcast(0, 0x0f0f0f0f);
    }

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        Operand bytes = unit(target, block, QUANTS, chunk % UNITS);
        if (chunk >= UNITS) {
            target.emit(Instruction.VMOVUPS, to, bytes);
            target.assembler().emit(Instruction.VPSRLW, to, to, 4);
            bytes = to;
        }
        target.emit(Instruction.VPAND, to, target.constant(0), bytes);
    }

    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        target.emit(Instruction.VCVTPH2PS, to, unit(target, block, SCALE, 0));
    }
}
