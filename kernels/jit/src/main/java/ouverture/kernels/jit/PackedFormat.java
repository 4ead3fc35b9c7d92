package ouverture.kernels.jit;

import java.util.List;
import ouverture.tensor.DType;

/// A number format whose weights are multiplied as bytes. For that they are packed: each piece of a row's block
/// lies beside the same piece of the other rows of the strip. Nothing else changes, so that packed weights take
/// the bytes that they take in the file.
abstract class PackedFormat extends Strips implements PackedLayout {
    /// Equal units of a row's block that follow each other.
    ///
    /// @param offset in the file's block
    /// @param bytes of a unit: 1, 2, 4 or 8
    /// @param count of units
    record Piece(int offset, int bytes, int count) {
        /// Where the first row's unit lies in a block of a strip.
        ///
        /// @param piece index in the list of pieces
        /// @param unit index in the piece
        static int place(List<Piece> pieces, int piece, int unit) {
            int before = 0;
            for (Piece p : pieces.subList(0, piece)) {
                before += p.bytes * p.count;
            }
            return ROWS * (before + unit * pieces.get(piece).bytes);
        }
    }

    private final DType type;
    private final List<Piece> pieces;

    /// @param sums what products need of the inputs
    /// @param largest byte of a weight
    /// @param pieces of a block, all of it, in the order in which they are packed
    PackedFormat(DType type, Sums sums, int largest, List<Piece> pieces) {
        super(sums, largest);
        this.type = type;
        this.pieces = pieces;
        assert pieces.stream().mapToInt(piece -> piece.bytes * piece.count).sum() == type.blockBytes();
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
        return ROWS * type.blockBytes();
    }

    @Override
    public final int parts() {
        return type.blockElements() / PART;
    }

    @Override
    public final ExpandedStrips expanded() {
        return new ExpandedStrips(sums(), largest());
    }

    @Override
    public final MachineCode packing() {
        return new Packing(this);
    }

    @Override
    public final MachineCode expansion() {
        return new Expansion(this);
    }

    @Override
    public final MachineCode rounding() {
        return new Quantisation(sums());
    }

    @Override
    public final MachineCode addition() {
        return new Elementwise.Sum();
    }

    @Override
    public final int inputs(InstructionSet set) {
        return set.registers() == 32 ? IntegerProducts.INPUTS : 2;
    }

    /// From memory one strip after another is read the fastest.
    @Override
    public final int strips(InstructionSet set) {
        return 1;
    }

    @Override
    final boolean readsAhead() {
        return true;
    }

    /// Where the target's rows of a unit lie.
    ///
    /// @param piece index in the list of pieces
    /// @param unit index in the piece
    final Memory unit(Target target, Memory block, int piece, int unit) {
        return block.plus(Piece.place(pieces, piece, unit) + target.row() * pieces.get(piece).bytes);
    }

    /// Reads the lower or the upper halves of bytes. The target's constant 0 must have the lower bits of all.
    static void nibbles(Target target, Vector to, Memory from, boolean upper) {
        Bits.read(target, to, from, upper ? -4 : 0, target.constant(0));
    }
}
