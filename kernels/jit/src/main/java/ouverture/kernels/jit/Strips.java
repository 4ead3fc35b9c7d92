package ouverture.kernels.jit;

import java.util.Arrays;
import ouverture.tensor.Tensor;

/// Weights as products with bytes read them: strips of [#ROWS] rows, whose blocks of columns follow each other.
///
/// A block has parts of [#PART] columns, and a part has chunks of four columns. A number is `scale * byte -
/// minimum` with a scale, and in some formats a minimum, for each 16 or 32 columns, and a byte of 0 to 255; or,
/// if the [Sums] say so, `scale * (byte - offset)`.
///
/// Implementations have no state: they write the code that reads weights.
abstract class Strips implements StripLayout {
    /// Rows of a strip.
    static final int ROWS = 16;

    /// Columns of a part, which are those of a block of rounded inputs.
    static final int PART = 32;

    /// Columns whose bytes are multiplied at once: those of a 32-bit lane.
    static final int CHUNK = 4;

    /// Vector registers for constants.
    static final int REGISTERS = 3;

    /// How far ahead weights are asked of the memory: two pages, of which the processor foresees the rest of one
    /// only.
    private static final int AHEAD = 8192;

    private static final int CACHE_LINE = 64;

    private final Sums sums;
    private final int largest;

    /// @param sums what products need of the inputs
    /// @param largest byte of a weight
    Strips(Sums sums, int largest) {
        this.sums = sums;
        this.largest = largest;
    }

    /// Strips of a plane of weights.
    static int count(Tensor weight) {
        return Math.ceilDiv(weight.rows(), ROWS);
    }

    @Override
    public final Sums sums() {
        return sums;
    }

    @Override
    public final MachineCode products(int strips, int inputs) {
        return new IntegerProducts(this, strips, inputs);
    }

    /// The largest byte that a weight may be, as long as it is not signed.
    final int largest() {
        return largest;
    }

    /// Whether in an instruction set the bytes of weights are signed numbers without the offset: see [GroupSums].
    final boolean isSigned(InstructionSet set) {
        return largest > Byte.MAX_VALUE && !set.addsProductsOfBytes();
    }

    /// What is read; of one name is what the same code reads.
    abstract String name();

    /// Whether they come from memory, which is asked for them before they are read.
    abstract boolean readsAhead();

    /// Asks the memory for as many lines as a part has, which will be read later.
    final void prefetch(Assembler assembler, Memory block, int part) {
        int lines = blockBytes() / CACHE_LINE;
        int end = lines * (part + 1) / parts();
        for (int line = lines * part / parts(); line < end; line++) {
            assembler.prefetch(block.plus(AHEAD + line * CACHE_LINE));
        }
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

        /// A constant in memory with the same 32 bits in each lane.
        Memory all(int bits) {
            if (set.bits() == 512) {
                return assembler.constant(bits).all();
            }
            int[] words = new int[set.lanes()];
            Arrays.fill(words, bits);
            return assembler.constant(words);
        }

        void emit(Instruction instruction, Vector to, Vector a, Operand b) {
            assembler.emit(instruction, to, a, b);
        }

        void emit(Instruction instruction, Vector to, Operand from) {
            assembler.emit(instruction, to, from);
        }
    }

    /// Loads constants; once, before the first block.
    abstract void prepare(Target target);

    /// Reads the bytes of four columns of each row, signed if they are so ([#isSigned]).
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
        throw new UnsupportedOperationException(name() + " has no minimums");
    }
}
