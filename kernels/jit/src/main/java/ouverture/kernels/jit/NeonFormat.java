package ouverture.kernels.jit;

import java.util.List;
import ouverture.kernels.jit.aarch64.Encoder;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.Register;
import ouverture.kernels.jit.aarch64.VectorRegister;
import ouverture.tensor.DType;

/// A number format whose packed weights are multiplied as bytes on AArch64.
///
/// Implementations have no state: they write the code that reads weights.
abstract class NeonFormat {
    static final int ROWS = 16;
    static final int PART = 32;

    /// Rows whose floats fill a register.
    static final int QUAD = 4;

    record Piece(int offset, int bytes, int count) {}

    private final DType type;
    private final Sums sums;
    private final List<Piece> pieces;

    NeonFormat(DType type, Sums sums, List<Piece> pieces) {
        this.type = type;
        this.sums = sums;
        this.pieces = pieces;
    }

    final DType type() {
        return type;
    }

    final Sums sums() {
        return sums;
    }

    final List<Piece> pieces() {
        return pieces;
    }

    /// Bytes of a block of all rows of a strip.
    final int blockBytes() {
        return ROWS * type.blockBytes();
    }

    /// Parts of a block.
    final int parts() {
        return type.blockElements() / PART;
    }

    /// Where a piece's unit of the first row lies in a block.
    final int offset(int piece, int unit) {
        int before = 0;
        for (Piece p : pieces.subList(0, piece)) {
            before += p.bytes * p.count;
        }
        return ROWS * (before + unit * pieces.get(piece).bytes);
    }

    /// What the code is written for.
    ///
    /// @param block where the block's address is
    /// @param free a register that the code may use
    /// @param constants registers that hold what [#prepare] puts there
    record Target(Encoder encoder, Register block, VectorRegister free, List<VectorRegister> constants) {
        void emit(Operation operation, VectorRegister to, VectorRegister a, VectorRegister b) {
            encoder.emit(operation, to, a, b);
        }
    }

    /// Columns of the units that weights are packed in.
    abstract int unitColumns();

    /// Whether bytes are what they stand for, so that sums of inputs need not correct the product.
    boolean isSigned() {
        return sums.asFloats();
    }

    /// Loads constants; once, before the first block.
    abstract void prepare(Target target);

    /// Reads 16 bytes: a unit of columns of neighbouring rows.
    ///
    /// @param unit of the part
    /// @param sixteen which 16 bytes of the unit's rows
    abstract void weights(Target target, VectorRegister to, int part, int unit, int sixteen);

    /// Reads the scales of four rows as floats.
    ///
    /// @param group 0, or for scales of 16 columns the half of the part
    abstract void scale(Target target, VectorRegister to, int part, int group, int quad);

    /// Reads the minimums of four rows as floats; only where [Sums#asFloats].
    void minimum(Target target, VectorRegister to, int part, int group, int quad) {
        throw new UnsupportedOperationException(type + " has no minimums");
    }
}
