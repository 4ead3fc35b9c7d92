package ouverture.kernels.jit;

import java.util.List;
import ouverture.kernels.jit.PackedFormat.Piece;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.VectorRegister;
import ouverture.tensor.DType;

/// Q6_K: numbers of 6 bits with 32 added, each 16 with a scale of 8 bits, which is multiplied with one of the
/// block in half precision. The lower 4 bits are in halves of bytes: of the parts 0 and 1 in the lower, 2 and 3
/// in the upper, then the same for 4 to 7; the upper 2 bits are in quarters of bytes, of four parts in turn.
final class NeonSixes extends NeonFormat {
    private static final int FOUR_BITS = 0;
    private static final int TWO_BITS = 1;
    private static final int SCALES = 2;
    private static final int SCALE = 3;

    private static final int BYTES = 128;

    /// Parts that share bytes.
    private static final int HALF = 4;

    NeonSixes(int unitColumns) {
        super(
                DType.Q6_K,
                new Sums(Strips.PART / 2, 32),
                List.of(
                        new Piece(0, unitColumns, BYTES / unitColumns),
                        new Piece(BYTES, unitColumns, BYTES / 2 / unitColumns),
                        new Piece(BYTES + BYTES / 2, Byte.BYTES, 16),
                        new Piece(BYTES + BYTES / 2 + 16, Short.BYTES, 1)),
                unitColumns);
    }

    @Override
    void prepare(Target target) {
        target.encoder().fillBytes(target.constant(0), 0x0f);
        target.encoder().fillBytes(target.constant(1), 0x30);
    }

    @Override
    void weights(Target target, VectorRegister to, int part, int unit, int sixteen) {
        int units = Strips.PART / unitColumns();
        int quarter = part % HALF;
        load(target, to, FOUR_BITS, (part / HALF * 2 + part % 2) * units + unit, sixteen);
        if (quarter < 2) {
            target.emit(Operation.AND_16B, to, to, target.constant(0));
        } else {
            target.emit(Operation.USHR_16B, to, to, 4);
        }
        load(target, target.free(), TWO_BITS, part / HALF * units + unit, sixteen);
        shiftBytes(target, target.free(), 4 - 2 * quarter);
        target.emit(Operation.AND_16B, target.free(), target.free(), target.constant(1));
        target.emit(Operation.ORR_16B, to, to, target.free());
    }

    @Override
    void scale(Target target, VectorRegister to, int part, int group, int quad) {
        bytes(target, to, SCALES, 2 * part + group, quad);
        widen(target, to, true);
        target.encoder().emit(Operation.SCVTF_4S, to, to);
        halves(target, target.free(), SCALE, 0, quad);
        target.emit(Operation.FMUL_4S, to, to, target.free());
    }
}
