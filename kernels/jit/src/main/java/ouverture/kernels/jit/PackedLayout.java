package ouverture.kernels.jit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;

/// A number format whose weights are multiplied as bytes. For that they are packed: in strips of [#ROWS] rows,
/// whose blocks lie side by side, each piece of a block beside the same piece of the other rows. Nothing else
/// changes, so that packed weights take the bytes they have in the file.
///
/// A block has parts of [#PART] columns. A number is `scale * byte - minimum` with a scale, and in some formats a
/// minimum, for each 16 or 32 columns, and a byte of 0 to 255; or, if the format's [Sums] say so, `scale * (byte -
/// offset)`.
abstract class PackedLayout {
    /// Rows of a strip.
    static final int ROWS = 16;

    /// Columns of a part, which are those of a block of rounded inputs.
    static final int PART = 32;

    /// Equal units of a row's block that follow each other.
    ///
    /// @param offset in the file's block
    /// @param bytes of a unit: 1, 2, 4 or 8
    /// @param count of units
    record Piece(int offset, int bytes, int count) {}

    private final DType type;
    private final Sums sums;
    private final List<Piece> pieces;

    /// @param sums what products need of the inputs
    /// @param pieces of a block, all of it, in the order in which they are packed
    PackedLayout(DType type, Sums sums, List<Piece> pieces) {
        this.type = type;
        this.sums = sums;
        this.pieces = pieces;
        assert pieces.stream().mapToInt(piece -> piece.bytes * piece.count).sum() == type.blockBytes();
    }

    /// How a format is packed for an instruction set, null if it is not.
    static @Nullable PackedLayout of(DType type, InstructionSet set) {
        return set.isArm() ? NeonFormat.of(type, set) : PackedFormat.of(type, set);
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

    /// Where the first row's unit lies in a block of a strip.
    ///
    /// @param piece index in the list of pieces
    /// @param unit index in the piece
    final int offset(int piece, int unit) {
        int before = 0;
        for (Piece p : pieces.subList(0, piece)) {
            before += p.bytes * p.count;
        }
        return ROWS * (before + unit * pieces.get(piece).bytes);
    }

    /// Rows of inputs that products multiply at once, at most.
    abstract int inputs();

    /// Strips that products multiply at once.
    ///
    /// @param inputs rows of inputs
    abstract int strips(int inputs);

    /// Packs a strip: [Packing].
    abstract MachineCode packing();

    /// Rounds inputs: [Quantisation].
    abstract MachineCode rounding();

    /// Multiplies: [IntegerProducts].
    abstract MachineCode products(int strips, int inputs);

    /// Adds floats to floats: [Elementwise.Sum].
    abstract MachineCode addition();
}
