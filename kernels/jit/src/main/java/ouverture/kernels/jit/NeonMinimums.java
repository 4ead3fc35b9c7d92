package ouverture.kernels.jit;

import java.util.List;
import java.util.stream.Stream;
import ouverture.kernels.jit.PackedFormat.Piece;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.VectorRegister;
import ouverture.tensor.DType;

/// Q4_K and Q5_K: eight parts, each with a scale and a minimum of 6 bits, which are multiplied with one of the
/// block in half precision. Numbers have 4 bits in the halves of bytes, of two parts in turn; in Q5_K bit i of
/// another byte is the fifth of part i.
final class NeonMinimums extends NeonFormat {
    private static final int QUANTS = 0;
    private static final int SCALES = 1;
    private static final int HALVES = 2;
    private static final int FIFTH_BITS = 3;

    /// Bytes with scales: the lower 6 bits of the first four are the first four scales, of the next the first
    /// four minimums; the last have the lower 4 bits of the other scales and minimums, and above those of the
    /// first eight are the upper 2 of them.
    private static final int SCALE_BYTES = 12;

    private static final int PARTS = 8;

    NeonMinimums(DType type, int unitColumns) {
        super(type, new Sums(Strips.PART, 0), pieces(type, unitColumns), unitColumns);
    }

    private static List<Piece> pieces(DType type, int unitColumns) {
        int fifthBits = type == DType.Q5_K ? Strips.PART : 0;
        int header = 2 * Short.BYTES + SCALE_BYTES;
        List<Piece> pieces = List.of(
                new Piece(header + fifthBits, unitColumns, PARTS * Strips.PART / 2 / unitColumns),
                new Piece(2 * Short.BYTES, Byte.BYTES, SCALE_BYTES),
                new Piece(0, Short.BYTES, 2));
        return fifthBits == 0
                ? pieces
                : Stream.concat(pieces.stream(), Stream.of(new Piece(header, unitColumns, Strips.PART / unitColumns)))
                        .toList();
    }

    @Override
    void prepare(Target target) {
        target.encoder().fillBytes(target.constant(0), 0x0f);
        target.encoder().fillBytes(target.constant(1), 0x10);
        target.encoder().fillBytes(target.constant(2), 0x3f);
    }

    @Override
    void weights(Target target, VectorRegister to, int part, int unit, int sixteen) {
        load(target, to, QUANTS, part / 2 * (Strips.PART / unitColumns()) + unit, sixteen);
        if (part % 2 == 0) {
            target.emit(Operation.AND_16B, to, to, target.constant(0));
        } else {
            target.emit(Operation.USHR_16B, to, to, 4);
        }
        if (type() == DType.Q5_K) {
            load(target, target.free(), FIFTH_BITS, unit, sixteen);
            shiftBytes(target, target.free(), 4 - part);
            target.emit(Operation.AND_16B, target.free(), target.free(), target.constant(1));
            target.emit(Operation.ORR_16B, to, to, target.free());
        }
    }

    @Override
    void scale(Target target, VectorRegister to, int part, int group, int quad) {
        if (part < 4) {
            sixBits(target, to, part, quad);
        } else {
            fourBits(target, to, part + 4, part - 4, quad);
            target.emit(Operation.AND_16B, to, to, target.constant(0));
            target.emit(Operation.ORR_16B, to, to, target.free());
        }
        multiply(target, to, 0, quad);
    }

    @Override
    void minimum(Target target, VectorRegister to, int part, int group, int quad) {
        if (part < 4) {
            sixBits(target, to, part + 4, quad);
        } else {
            fourBits(target, to, part + 4, part, quad);
            target.emit(Operation.USHR_16B, to, to, 4);
            target.emit(Operation.ORR_16B, to, to, target.free());
        }
        multiply(target, to, 1, quad);
    }

    private void sixBits(Target target, VectorRegister to, int index, int quad) {
        bytes(target, to, SCALES, index, quad);
        target.emit(Operation.AND_16B, to, to, target.constant(2));
    }

    /// Loads a byte with 4 bits, and the upper 2 that belong to them.
    private void fourBits(Target target, VectorRegister to, int index, int upper, int quad) {
        bytes(target, to, SCALES, index, quad);
        bytes(target, target.free(), SCALES, upper, quad);
        target.emit(Operation.USHR_16B, target.free(), target.free(), 6);
        target.emit(Operation.SHL_16B, target.free(), target.free(), 4);
    }

    /// Numbers of 6 bits times a number in half precision.
    private void multiply(Target target, VectorRegister to, int half, int quad) {
        widen(target, to, false);
        target.encoder().emit(Operation.SCVTF_4S, to, to);
        halves(target, target.free(), HALVES, half, quad);
        target.emit(Operation.FMUL_4S, to, to, target.free());
    }
}
