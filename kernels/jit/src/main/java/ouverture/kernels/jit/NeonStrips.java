package ouverture.kernels.jit;

import java.util.List;
import ouverture.kernels.jit.aarch64.Encoder;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.Register;
import ouverture.kernels.jit.aarch64.VectorRegister;

/// [Strips] for AArch64. Weights lie in units of four or eight columns of all rows.
///
/// Implementations have no state: they write the code that reads weights.
abstract class NeonStrips implements StripLayout {
    /// Rows whose floats fill a register.
    static final int QUAD = 4;

    /// Columns of a unit: what products of 2 x 8 by 8 x 2 bytes take, and what those of four bytes do.
    static final int WIDE_UNIT = 8;

    static final int NARROW_UNIT = 4;

    /// Bytes of a register.
    static final int REGISTER = 16;

    private final Sums sums;
    private final int unitColumns;

    NeonStrips(Sums sums, int unitColumns) {
        this.sums = sums;
        this.unitColumns = unitColumns;
    }

    @Override
    public final Sums sums() {
        return sums;
    }

    final int unitColumns() {
        return unitColumns;
    }

    @Override
    public final int inputs(InstructionSet set) {
        return NeonProducts.INPUTS;
    }

    @Override
    public final int strips(InstructionSet set) {
        return 1;
    }

    @Override
    public final MachineCode products(int strips, int inputs) {
        return new NeonProducts(this, inputs);
    }

    /// What is read; of one name is what the same code reads.
    abstract String name();

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
        throw new UnsupportedOperationException(name() + " has no minimums");
    }
}
