package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// Q8_0: signed bytes behind a scale in half precision. Where they must not be signed the upper bit is turned
/// over, which adds 128.
final class PackedBytes extends PackedFormat {
    private static final int QUANTS = 0;
    private static final int SCALE = 1;

    PackedBytes() {
        super(
                DType.Q8_0,
                new Sums(PART, 128),
                255,
                List.of(new Piece(Short.BYTES, Integer.BYTES, PART / CHUNK), new Piece(0, Short.BYTES, 1)));
    }

    @Override
    void prepare(Target target) {
        if (!isSigned(target.set())) {
            target.broadcast(0, 0x80808080);
        }
    }

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        Memory bytes = unit(target, block, QUANTS, chunk);
        if (isSigned(target.set())) {
            target.emit(Instruction.VMOVUPS, to, bytes);
        } else {
            target.emit(Instruction.VPXOR, to, target.constant(0), bytes);
        }
    }

    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        target.emit(Instruction.VCVTPH2PS, to, unit(target, block, SCALE, 0));
    }
}
