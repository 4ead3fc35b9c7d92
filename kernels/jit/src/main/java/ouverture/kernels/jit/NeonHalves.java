package ouverture.kernels.jit;

import java.util.List;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.VectorRegister;
import ouverture.tensor.DType;

/// Q4_0: numbers 0 to 15 in the halves of bytes, number i of a part in the lower half of byte i and number i + 16
/// in the upper, with 8 added; before them a scale in half precision.
final class NeonHalves extends NeonFormat {
    private static final int QUANTS = 0;
    private static final int SCALE = 1;
    private static final int BYTES = PART / 2;

    private final int unitColumns;

    NeonHalves(int unitColumns) {
        super(
                DType.Q4_0,
                new Sums(PART, 8),
                List.of(new Piece(Short.BYTES, unitColumns, BYTES / unitColumns), new Piece(0, Short.BYTES, 1)));
        this.unitColumns = unitColumns;
    }

    @Override
    int unitColumns() {
        return unitColumns;
    }

    @Override
    void prepare(Target target) {
        target.encoder().fillBytes(target.constants().getFirst(), 15);
    }

    @Override
    void weights(Target target, VectorRegister to, int part, int unit, int sixteen) {
        int units = BYTES / unitColumns;
        target.encoder().load(to, target.block(), offset(QUANTS, unit % units) + 16 * sixteen);
        if (unit < units) {
            target.encoder().emit(Operation.AND_16B, to, to, target.constants().getFirst());
        } else {
            target.encoder().emit(Operation.USHR_16B, to, to, 4);
        }
    }

    @Override
    void scale(Target target, VectorRegister to, int part, int group, int quad) {
        target.encoder().loadHalf(to, target.block(), offset(SCALE, 0) + QUAD * Short.BYTES * quad);
        target.encoder().emit(Operation.FCVTL_4S, to, to);
    }
}
