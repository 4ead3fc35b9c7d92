package ouverture.kernels.jit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.kernels.jit.aarch64.Encoder;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.Register;
import ouverture.kernels.jit.aarch64.VectorRegister;
import ouverture.tensor.DType;

/// A number format whose packed weights are multiplied as bytes on AArch64.
///
/// Implementations have no state: they write the code that reads weights.
abstract class NeonFormat extends PackedLayout {
    /// Rows whose floats fill a register.
    static final int QUAD = 4;

    /// Columns of the units that weights are packed in: what products of 2 x 8 by 8 x 2 bytes take, and what those of
    /// four bytes do.
    static final int WIDE_UNIT = 8;

    static final int NARROW_UNIT = 4;

    private static final List<NeonFormat> NARROW = all(NARROW_UNIT);
    private static final List<NeonFormat> WIDE = all(WIDE_UNIT);

    private final int unitColumns;

    /// @param unitColumns columns of the units that weights are packed in
    NeonFormat(DType type, Sums sums, List<Piece> pieces, int unitColumns) {
        super(type, sums, pieces);
        this.unitColumns = unitColumns;
    }

    private static List<NeonFormat> all(int unitColumns) {
        return List.of(
                new NeonBytes(unitColumns),
                new NeonHalves(DType.Q4_0, unitColumns),
                new NeonHalves(DType.IQ4_NL, unitColumns),
                new NeonHalves(DType.MXFP4, unitColumns),
                new NeonMinimums(DType.Q4_K, unitColumns),
                new NeonMinimums(DType.Q5_K, unitColumns),
                new NeonSixes(unitColumns));
    }

    /// How a format is packed for an instruction set, null if it is not.
    static @Nullable NeonFormat of(DType type, InstructionSet set) {
        for (NeonFormat format : set == InstructionSet.NEON_MATRIX ? WIDE : NARROW) {
            if (format.type() == type) {
                return format;
            }
        }
        return null;
    }

    @Override
    int inputs() {
        return NeonProducts.INPUTS;
    }

    @Override
    int strips(int inputs) {
        return 1;
    }

    @Override
    MachineCode packing() {
        return new NeonPacking(this);
    }

    @Override
    MachineCode rounding() {
        return new NeonQuantisation(sums());
    }

    @Override
    MachineCode products(int strips, int inputs) {
        return new NeonProducts(this, inputs);
    }

    @Override
    MachineCode addition() {
        return new NeonSum();
    }

    /// What the code is written for.
    ///
    /// @param block where the block's address is
    /// @param free a register that the code may use
    /// @param constants registers that hold what [#prepare] puts there
    record Target(Encoder encoder, Register block, VectorRegister free, List<VectorRegister> constants) {
        VectorRegister constant(int index) {
            return constants.get(index);
        }

        void emit(Operation operation, VectorRegister to, VectorRegister a, VectorRegister b) {
            encoder.emit(operation, to, a, b);
        }

        void emit(Operation operation, VectorRegister to, VectorRegister from, int number) {
            encoder.emit(operation, to, from, number);
        }
    }

    /// Columns of the units that weights are packed in.
    final int unitColumns() {
        return unitColumns;
    }

    /// Loads 16 bytes of a unit.
    final void load(Target target, VectorRegister to, int piece, int unit, int sixteen) {
        target.encoder.load(to, target.block, offset(piece, unit) + 16 * sixteen);
    }

    /// Loads the bytes of four rows.
    final void bytes(Target target, VectorRegister to, int piece, int unit, int quad) {
        target.encoder.loadQuarter(to, target.block, offset(piece, unit) + QUAD * quad);
    }

    /// Loads numbers of four rows in half precision as floats.
    final void halves(Target target, VectorRegister to, int piece, int unit, int quad) {
        target.encoder.loadHalf(to, target.block, offset(piece, unit) + QUAD * Short.BYTES * quad);
        target.encoder.emit(Operation.FCVTL_4S, to, to);
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

    /// Whether bytes are what they stand for, so that sums of inputs need not correct the product.
    boolean isSigned() {
        return sums().asFloats();
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
        throw new UnsupportedOperationException(type() + " has no minimums");
    }
}
