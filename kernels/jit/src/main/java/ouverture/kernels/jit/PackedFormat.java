package ouverture.kernels.jit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;

/// A number format that x86-64 multiplies as bytes. A part has chunks of four columns.
///
/// Implementations have no state: they write the code that reads weights.
abstract class PackedFormat extends PackedLayout {
    /// Columns whose bytes are multiplied at once: those of a 32-bit lane.
    static final int CHUNK = 4;

    /// Vector registers for constants; the last [IntegerProducts#STRIPS] hold minimums where a format has them.
    static final int REGISTERS = 5;

    private static final List<PackedFormat> ALL = List.of(new PackedBytes(), new PackedHalves());

    PackedFormat(DType type, Sums sums, List<Piece> pieces) {
        super(type, sums, pieces);
    }

    /// How a format is packed for an instruction set, null if it is not.
    static @Nullable PackedFormat of(DType type, InstructionSet set) {
        if (set == InstructionSet.AVX512_VNNI) {
            for (PackedFormat format : ALL) {
                if (format.type() == type) {
                    return format;
                }
            }
        }
        return null;
    }

    @Override
    int inputs() {
        return IntegerProducts.INPUTS;
    }

    /// A single row of inputs is multiplied as fast as weights can be read; one after another they are read the
    /// fastest.
    @Override
    int strips(int inputs) {
        return inputs == 1 ? 1 : IntegerProducts.STRIPS;
    }

    @Override
    MachineCode packing() {
        return new Packing(this);
    }

    @Override
    MachineCode rounding() {
        return new Quantisation(sums());
    }

    @Override
    MachineCode products(int strips, int inputs) {
        return new IntegerProducts(this, strips, inputs);
    }

    @Override
    MachineCode addition() {
        return new Elementwise.Sum();
    }

    /// What the code is written for: as many rows of a strip as a vector has lanes.
    ///
    /// @param constants number of the first of [#REGISTERS] vector registers that the format may use
    /// @param row the first of the rows
    record Target(Assembler assembler, InstructionSet set, int constants, int row) {
        Vector constant(int index) {
            assert index < REGISTERS;
            return set.vector(constants + index);
        }

        /// Loads a constant with the same 32 bits in each lane.
        void broadcast(int index, int bits) {
            assembler.emit(Instruction.VPBROADCASTD, constant(index), assembler.constant(bits));
        }

        void emit(Instruction instruction, Vector to, Vector a, Operand b) {
            assembler.emit(instruction, to, a, b);
        }

        void emit(Instruction instruction, Vector to, Operand from) {
            assembler.emit(instruction, to, from);
        }
    }

    /// Where the target's rows of a unit lie.
    ///
    /// @param piece index in the list of pieces
    /// @param unit index in the piece
    final Memory unit(Target target, Memory block, int piece, int unit) {
        return block.plus(offset(piece, unit) + target.row * pieces().get(piece).bytes());
    }

    /// Loads constants; once, before the first block.
    abstract void prepare(Target target);

    /// Reads the bytes of four columns of each row.
    ///
    /// @param block where the block is
    /// @param part of the block
    /// @param chunk of the part
    /// @param free a register that the code may use
    abstract void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free);

    /// Reads the scale of each row as a float.
    ///
    /// @param group 0, or for scales of 16 columns the half of the part
    abstract void scale(Target target, Vector to, Memory block, int part, int group, Vector free);

    /// Reads the minimum of each row as a float; only where [Sums#asFloats].
    void minimum(Target target, Vector to, Memory block, int part, int group, Vector free) {
        throw new UnsupportedOperationException(type() + " has no minimums");
    }
}
