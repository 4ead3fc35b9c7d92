package ouverture.kernels.jit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.DType;

/// Formats of blocks of 32 numbers of 4 bits: number i in the lower half of byte i and number i + 16 in the upper; before
/// them a scale. What a number of bits means is the number itself, or what a list says.
class PackedNibbles extends PackedFormat {
    static final int SCALE = 1;

    private static final int QUANTS = 0;
    private static final int UNITS = PART / 2 / CHUNK;
    private static final int VECTOR_BYTES = 64;

    private final int @Nullable [] levels;

    /// @param offset number that is added to what the numbers stand for, so that none is negative
    /// @param scaleBytes bytes of a scale
    /// @param levels what each of the 16 numbers stands for, without the offset; null for the number itself
    PackedNibbles(DType type, int offset, int scaleBytes, int @Nullable [] levels) {
        super(
                type,
                new Sums(PART, offset),
                List.of(new Piece(scaleBytes, Integer.BYTES, UNITS), new Piece(0, scaleBytes, 1)));
        this.levels = levels;
    }

    @Override
    void prepare(Target target) {
        target.broadcast(0, 0x0f0f0f0f);
        if (levels != null) {
            int[] words = new int[VECTOR_BYTES / Integer.BYTES];
            for (int i = 0; i < VECTOR_BYTES; i++) {
                int level = levels[i % levels.length] + sums().offset();
                words[i / Integer.BYTES] |= level << i % Integer.BYTES * Byte.SIZE;
            }
            target.emit(Instruction.VMOVUPS, target.constant(1), target.assembler().constant(words));
        }
    }

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        nibbles(target, to, unit(target, block, QUANTS, chunk % UNITS), chunk >= UNITS);
        if (levels != null) {
            target.emit(Instruction.VPSHUFB, to, target.constant(1), to);
        }
    }

    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        target.emit(Instruction.VCVTPH2PS, to, unit(target, block, SCALE, 0));
    }
}
