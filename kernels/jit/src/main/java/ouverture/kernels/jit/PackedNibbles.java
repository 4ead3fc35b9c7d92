package ouverture.kernels.jit;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;

/// Formats of 4-bit numbers that end with them: of each 32 number i in the lower half of byte i and number i +
/// 16 in the upper. What a number of bits means is the number itself, or what a list says. A block of 32 begins
/// with a scale.
class PackedNibbles extends PackedFormat {
    static final int SCALE = 1;

    private static final int QUANTS = 0;
    private static final int UNITS = PART / 2 / CHUNK;
    private static final int VECTOR_BYTES = 64;

    private final int @Nullable [] levels;

    /// @param offset number that is added to what the numbers stand for, so that none is negative; 0 if the
    ///     format has minimums
    /// @param largest number that they stand for, with the offset
    /// @param header the pieces before the numbers, the scale first
    /// @param levels what each of the 16 numbers stands for, without the offset; null for the number itself
    PackedNibbles(DType type, int offset, int largest, List<Piece> header, int @Nullable [] levels) {
        super(type, new Sums(PART, offset), largest, pieces(type, header));
        this.levels = levels;
    }

    private static List<Piece> pieces(DType type, List<Piece> header) {
        int bytes = type.blockElements() / 2;
        Piece quants = new Piece(type.blockBytes() - bytes, CHUNK, bytes / CHUNK);
        return Stream.concat(Stream.of(quants), header.stream()).toList();
    }

    @Override
    void prepare(Target target) {
        target.broadcast(0, 0x0f0f0f0f);
        if (levels != null) {
            int offset = isSigned(target.set()) ? 0 : sums().offset();
            int[] words = new int[VECTOR_BYTES / Integer.BYTES];
            for (int i = 0; i < VECTOR_BYTES; i++) {
                int level = levels[i % levels.length] + offset;
                words[i / Integer.BYTES] |= (level & 0xff) << i % Integer.BYTES * Byte.SIZE;
            }
            target.emit(
                    Instruction.VMOVUPS, target.constant(1), target.assembler().constant(words));
        }
    }

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        nibbles(target, to, unit(target, block, QUANTS, part * UNITS + chunk % UNITS), chunk >= UNITS);
        if (levels != null) {
            target.emit(Instruction.VPSHUFB, to, target.constant(1), to);
        }
    }

    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        target.emit(Instruction.VCVTPH2PS, to, unit(target, block, SCALE, 0));
    }
}
