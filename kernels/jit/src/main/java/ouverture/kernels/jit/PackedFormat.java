package ouverture.kernels.jit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;

/// A number format whose weights are multiplied as bytes. For that they are packed: each piece of a row's block
/// lies beside the same piece of the other rows of the strip. Nothing else changes, so that packed weights take
/// the bytes that they take in the file.
abstract class PackedFormat extends Strips {
    /// Equal units of a row's block that follow each other.
    ///
    /// @param offset in the file's block
    /// @param bytes of a unit: 1, 2 or 4
    /// @param count of units
    record Piece(int offset, int bytes, int count) {}

    private final DType type;
    private final List<Piece> pieces;

    /// @param sums what products need of the inputs
    /// @param pieces of a block, all of it, in the order in which they are packed
    PackedFormat(DType type, Sums sums, List<Piece> pieces) {
        super(sums);
        this.type = type;
        this.pieces = pieces;
        assert pieces.stream().mapToInt(piece -> piece.bytes * piece.count).sum() == type.blockBytes();
    }

    /// How a format is packed for an instruction set, null if it is not.
    static @Nullable PackedFormat of(DType type, InstructionSet set) {
        if (set == InstructionSet.AVX512_VNNI) {
            for (PackedFormat format : PackedFormats.ALL) {
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

    final List<Piece> pieces() {
        return pieces;
    }

    @Override
    final String name() {
        return type.name();
    }

    @Override
    final int blockBytes() {
        return ROWS * type.blockBytes();
    }

    @Override
    final int parts() {
        return type.blockElements() / PART;
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
        return block.plus(ROWS * (before + unit * bytes) + target.row() * bytes);
    }

    /// Reads the lower or the upper halves of bytes. The target's constant 0 must have the lower bits of all.
    static void nibbles(Target target, Vector to, Memory from, boolean upper) {
        Bits.read(target, to, from, upper ? -4 : 0, target.constant(0));
    }
}
