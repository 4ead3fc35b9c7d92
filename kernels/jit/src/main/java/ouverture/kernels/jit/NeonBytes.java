package ouverture.kernels.jit;

import java.util.List;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.VectorRegister;
import ouverture.tensor.DType;

/// Q8_0: signed bytes behind a scale in half precision.
final class NeonBytes extends NeonFormat {
    private static final int QUANTS = 0;
    private static final int SCALE = 1;

    private final int unitColumns;

    NeonBytes(int unitColumns) {
        super(
                DType.Q8_0,
                new Sums(PART, 128),
                List.of(new Piece(Short.BYTES, unitColumns, PART / unitColumns), new Piece(0, Short.BYTES, 1)));
        this.unitColumns = unitColumns;
    }

    @Override
    int unitColumns() {
        return unitColumns;
    }

    @Override
    boolean isSigned() {
        return true;
    }

    @Override
    void prepare(Target target) {}

    @Override
    void weights(Target target, VectorRegister to, int part, int unit, int sixteen) {
        target.encoder().load(to, target.block(), offset(QUANTS, unit) + 16 * sixteen);
    }

    @Override
    void scale(Target target, VectorRegister to, int part, int group, int quad) {
        target.encoder().loadHalf(to, target.block(), offset(SCALE, 0) + QUAD * Short.BYTES * quad);
        target.encoder().emit(Operation.FCVTL_4S, to, to);
    }
}
