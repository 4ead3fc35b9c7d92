package ouverture.kernels.jit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;

/// A number format whose weights are multiplied as bytes. For that they are packed: in strips of [#ROWS] rows,
/// whose blocks lie side by side, each piece of a block beside the same piece of the other rows. Nothing else
/// changes, so that
/// packed weights take the bytes they have in the file.
///
/// A block has parts of [#PART] columns, and a part has chunks of four columns. A number is `scale * byte -
/// minimum` with a scale, and in some formats a minimum, for each 16 or 32 columns, and a byte of 0 to 255; or,
/// if the format's [Sums] say so, `scale * (byte - offset)`.
///
/// Implementations have no state: they write the code that reads weights.
abstract class PackedFormat {
    /// Rows of a strip.
    static final int ROWS = 16;

    /// Columns of a part, which are those of a block of rounded inputs.
    static final int PART = 32;

    /// Columns whose bytes are multiplied at once: those of a 32-bit lane.
    static final int CHUNK = 4;

    /// Vector registers for constants; the last [IntegerProducts#STRIPS] hold minimums where a format has them.
    static final int REGISTERS = 5;

    /// Equal units of a row's block that follow each other.
    ///
    /// @param offset in the file's block
    /// @param bytes of a unit: 1, 2 or 4
    /// @param count of units
    record Piece(int offset, int bytes, int count) {}

    private static final List<PackedFormat> ALL = List.of(new PackedBytes(), new PackedHalves());

    private final DType type;
    private final Sums sums;
    private final List<Piece> pieces;

    /// @param sums what products need of the inputs
    /// @param pieces of a block, all of it, in the order in which they are packed
    PackedFormat(DType type, Sums sums, List<Piece> pieces) {
        this.type = type;
        this.sums = sums;
        this.pieces = pieces;
        assert pieces.stream().mapToInt(piece -> piece.bytes * piece.count).sum() == type.blockBytes();
    }

    /// How a format is packed for an instruction set, null if it is not.
    static @Nullable PackedFormat of(DType type, InstructionSet set) {
        if (set == InstructionSet.AVX512_VNNI) {
            for (PackedFormat format : ALL) {
                if (format.type == type) {
                    return format;
                }
            }
        }
        return null;
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
        int before = 0;
        for (Piece p : pieces.subList(0, piece)) {
            before += p.bytes * p.count;
        }
        int bytes = pieces.get(piece).bytes;
        return block.plus(ROWS * (before + unit * bytes) + target.row * bytes);
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
        throw new UnsupportedOperationException(type + " has no minimums");
    }
}
