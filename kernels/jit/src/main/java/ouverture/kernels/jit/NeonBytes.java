package ouverture.kernels.jit;

import java.util.List;
import ouverture.kernels.jit.PackedFormat.Piece;
import ouverture.kernels.jit.aarch64.VectorRegister;
import ouverture.tensor.DType;

/// Q8_0: signed bytes behind a scale in half precision.
final class NeonBytes extends NeonFormat {
    private static final int QUANTS = 0;
    private static final int SCALE = 1;

    NeonBytes(int unitColumns) {
        super(
                DType.Q8_0,
                new Sums(Strips.PART, 128),
                List.of(new Piece(Short.BYTES, unitColumns, Strips.PART / unitColumns), new Piece(0, Short.BYTES, 1)),
                unitColumns);
    }

    @Override
    boolean isSigned() {
        return true;
    }

    @Override
    void prepare(Target target) {}

    @Override
    void weights(Target target, VectorRegister to, int part, int unit, int sixteen) {
        load(target, to, QUANTS, unit, sixteen);
    }

    @Override
    void scale(Target target, VectorRegister to, int part, int group, int quad) {
        halves(target, to, SCALE, 0, quad);
    }
}
