package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import ouverture.tensor.Attention;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// The machine code for attention of one shape, by what it reads and how much at once.
final class AttentionRoutines {
    final Format key;
    final Format value;
    final MemorySegment[] singleScores;

    /// Code that asks for what comes next: who is the first to read some keys or values uses it.
    final MemorySegment[] firstScores;

    final MemorySegment[] scores;
    final MemorySegment[] firstSums;
    final MemorySegment[] sums;
    final MemorySegment softmax;
    final MemorySegment scaled;
    final MemorySegment scaledMore;
    final MemorySegment capped;
    final int keySteps;
    final int valuePieces;

    AttentionRoutines(CodeCache code, PagedAttention.Operands operands) {
        InstructionSet set = code.set();
        Attention attention = operands.attention();
        key = Format.of(operands.cache().keys().type(), attention.keySize(), set);
        value = Format.of(operands.cache().values().type(), attention.valueSize(), set);
        singleScores = new MemorySegment[DotProducts.inputs(set)];
        firstScores = new MemorySegment[singleScores.length];
        scores = new MemorySegment[singleScores.length];
        for (int i = 0; i < scores.length; i++) {
            singleScores[i] = code.get(new DotProducts(key.type, 1, i + 1, false, 0));
            firstScores[i] = code.get(new DotProducts(key.type, DotProducts.ROWS, i + 1, false, key.lines()));
            scores[i] = code.get(new DotProducts(key.type, DotProducts.ROWS, i + 1, false, 0));
        }
        int steps = WeightedSum.steps(value.type, set, value.columns);
        sums = new MemorySegment[WeightedSum.sums(set)];
        firstSums = new MemorySegment[sums.length];
        for (int i = 0; i < sums.length; i++) {
            firstSums[i] = code.get(new WeightedSum(value.type, steps, i + 1, true));
            sums[i] = code.get(new WeightedSum(value.type, steps, i + 1, false));
        }
        softmax = code.get(new Softmax());
        scaled = code.get(new Elementwise.Scaled(false));
        scaledMore = code.get(new Elementwise.Scaled(true));
        capped = code.get(new Elementwise.Capped());
        keySteps = key.columns / WeightReader.columns(key.type, set);
        valuePieces = value.columns / (steps * WeightReader.columns(value.type, set));
    }

    /// Whether these routines serve such a call.
    boolean fit(PagedAttention.Operands operands) {
        Attention attention = operands.attention();
        return key.fits(operands.cache().keys(), attention.keySize())
                && value.fits(operands.cache().values(), attention.valueSize());
    }

    /// How the heads of one side of the cache are read.
    ///
    /// @param stored as the cache has them
    /// @param size numbers of a head
    /// @param type as the routines read them: as stored, or F32 if heads are not whole steps of it
    /// @param columns of a head as the routines read it
    record Format(DType stored, int size, DType type, int columns) {
        static Format of(DType stored, int size, InstructionSet set) {
            // Longer blocks have more sums than there are registers.
            boolean readable = WeightReader.supports(stored) && stored.blockElements() <= DType.Q8_0.blockElements();
            int step = readable ? WeightReader.columns(stored, set) : 0;
            if (step > 0 && size % step == 0) {
                return new Format(stored, size, stored, size);
            }
            return new Format(stored, size, DType.F32, Math.ceilDiv(size, set.lanes()) * set.lanes());
        }

        boolean fits(Tensor slots, int headSize) {
            return stored == slots.type() && size == headSize;
        }

        boolean decoded() {
            return type != stored || columns != size;
        }

        /// Lines of the cache that a head takes.
        int lines() {
            return (int) Math.ceilDiv(type.bytes(columns), DotProducts.CACHE_LINE);
        }

        long decodedBytes() {
            return decoded() ? HeadGroup.CHUNK * 4L * columns : 0;
        }

        /// Bytes from one position to the next.
        long rowBytes(Tensor slots) {
            return decoded() ? 4L * columns : slots.rowBytes();
        }
    }
}
