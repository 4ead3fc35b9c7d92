package ouverture.kernels.jit;

import java.util.List;
import java.util.stream.IntStream;
import ouverture.kernels.jit.PackedFormat.Piece;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.VectorRegister;
import ouverture.tensor.DType;

/// Q4_0, IQ4_NL and MXFP4: numbers 0 to 15 in the halves of bytes, number i of a part in the lower half of byte
/// i and number i + 16 in the upper; before them a scale, in half precision or as an exponent. The numbers have
/// 8 added, or are indices of levels.
final class NeonHalves extends NeonFormat {
    private static final int QUANTS = 0;
    private static final int SCALE = 1;
    private static final int BYTES = Strips.PART / 2;

    /// Of IQ4_NL.
    private static final byte[] UNEVEN = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /// Of MXFP4, doubled (E2M1 of the OCP Microscaling Formats 1.0).
    private static final byte[] E2M1_DOUBLED = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    /// Bit 0 of a float's exponent.
    private static final int EXPONENT = 23;

    private final int units;

    NeonHalves(DType type, int unitColumns) {
        super(
                type,
                new Sums(Strips.PART, 8),
                List.of(
                        new Piece(scaleBytes(type), unitColumns, BYTES / unitColumns),
                        new Piece(0, scaleBytes(type), 1)),
                unitColumns);
        units = BYTES / unitColumns;
    }

    private static int scaleBytes(DType type) {
        return type == DType.MXFP4 ? Byte.BYTES : Short.BYTES;
    }

    @Override
    boolean isSigned() {
        return type() != DType.Q4_0;
    }

    @Override
    void prepare(Target target) {
        target.encoder().fillBytes(target.constant(0), 15);
        if (isSigned()) {
            target.encoder().loadConstant(target.constant(1), type() == DType.MXFP4 ? E2M1_DOUBLED : UNEVEN);
        }
        if (type() == DType.MXFP4) {
            byte[] ones = new byte[16];
            IntStream.range(0, QUAD).forEach(lane -> ones[Integer.BYTES * lane] = 1);
            target.encoder().loadConstant(target.constant(2), ones);
        }
    }

    @Override
    void weights(Target target, VectorRegister to, int part, int unit, int sixteen) {
        load(target, to, QUANTS, unit % units, sixteen);
        if (unit < units) {
            target.emit(Operation.AND_16B, to, to, target.constant(0));
        } else {
            target.emit(Operation.USHR_16B, to, to, 4);
        }
        if (isSigned()) {
            target.emit(Operation.TBL_16B, to, target.constant(1), to);
        }
    }

    @Override
    void scale(Target target, VectorRegister to, int part, int group, int quad) {
        if (type() == DType.MXFP4) {
            exponent(target, to, quad);
        } else {
            halves(target, to, SCALE, 0, quad);
        }
    }

    /// Half of 2^(exponent - 127), as the levels are doubled; the two smallest are no normal floats.
    private void exponent(Target target, VectorRegister to, int quad) {
        VectorRegister ones = target.constant(2);
        bytes(target, to, SCALE, 0, quad);
        widen(target, to, false);
        target.emit(Operation.SUB_4S, target.free(), to, ones);
        target.emit(Operation.SHL_4S, target.free(), target.free(), EXPONENT);
        target.emit(Operation.ADD_4S, to, to, ones);
        target.emit(Operation.SHL_4S, to, to, EXPONENT - 2);
        target.emit(Operation.SMAX_4S, to, to, target.free());
    }
}
