package ouverture.kernels.jit;

import java.util.List;
import ouverture.kernels.jit.PackedFormat.Piece;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.VectorRegister;
import ouverture.tensor.DType;

/// [PackedFormat] for AArch64: units of quants have as many columns as products take at once.
abstract class NeonFormat extends NeonStrips implements PackedLayout {
    private final DType type;
    private final List<Piece> pieces;

    /// @param sums what products need of the inputs
    /// @param pieces of a block, all of it, in the order in which they are packed
    NeonFormat(DType type, Sums sums, List<Piece> pieces, int unitColumns) {
        super(sums, unitColumns);
        this.type = type;
        this.pieces = pieces;
        assert pieces.stream().mapToInt(piece -> piece.bytes() * piece.count()).sum() == type.blockBytes();
    }

    final DType type() {
        return type;
    }

    final List<Piece> pieces() {
        return pieces;
    }

    @Override
    final String name() {
        return type.name();
    }

    @Override
    public final int blockBytes() {
        return Strips.ROWS * type.blockBytes();
    }

    @Override
    public final int parts() {
        return type.blockElements() / Strips.PART;
    }

    @Override
    public final NeonExpanded expanded() {
        return new NeonExpanded(sums(), isSigned(), unitColumns());
    }

    @Override
    public final MachineCode packing() {
        return new NeonPacking(this);
    }

    @Override
    public final MachineCode expansion() {
        return new NeonExpansion(this);
    }

    @Override
    public final MachineCode rounding() {
        return new NeonQuantisation(sums());
    }

    @Override
    public final MachineCode addition() {
        return new NeonSum();
    }

    /// Loads 16 bytes of a unit.
    final void load(Target target, VectorRegister to, int piece, int unit, int sixteen) {
        target.encoder().load(to, target.block(), Piece.place(pieces, piece, unit) + REGISTER * sixteen);
    }

    /// Loads the bytes of four rows.
    final void bytes(Target target, VectorRegister to, int piece, int unit, int quad) {
        target.encoder().loadQuarter(to, target.block(), Piece.place(pieces, piece, unit) + QUAD * quad);
    }

    /// Loads numbers of four rows in half precision as floats.
    final void halves(Target target, VectorRegister to, int piece, int unit, int quad) {
        target.encoder().loadHalf(to, target.block(), Piece.place(pieces, piece, unit) + QUAD * Short.BYTES * quad);
        target.encoder().emit(Operation.FCVTL_4S, to, to);
    }

    /// Makes 32-bit integers of the four lowest bytes.
    static void widen(Target target, VectorRegister bytes, boolean signed) {
        target.emit(signed ? Operation.SSHLL_8H : Operation.USHLL_8H, bytes, bytes, 0);
        target.emit(signed ? Operation.SSHLL_4S : Operation.USHLL_4S, bytes, bytes, 0);
    }

    /// Shifts the bits of each byte to the left, or to the right if the number is below 0.
    static void shiftBytes(Target target, VectorRegister bytes, int number) {
        if (number > 0) {
            target.emit(Operation.SHL_16B, bytes, bytes, number);
        } else if (number < 0) {
            target.emit(Operation.USHR_16B, bytes, bytes, -number);
        }
    }
}
