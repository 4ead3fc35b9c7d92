package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import ouverture.tensor.Attention;
import ouverture.tensor.DType;

/// The machine code for attention of one shape, by what it reads and how much at once.
final class AttentionRoutines {
    final HeadFormat key;
    final HeadFormat value;
    final QuerySums sums;
    final int lanes;
    final MemorySegment keyDecoding;
    final MemorySegment valueDecoding;

    /// Of keys in the cache; it asks the memory for what comes next.
    final MemorySegment transposition;

    /// Of decoded keys.
    final MemorySegment decodedTransposition;

    final WeightedSums scores;
    final WeightedSums cachedValues;
    final WeightedSums decodedValues;
    final MemorySegment softmax;
    final MemorySegment merging;
    final MemorySegment scaled;
    final MemorySegment capped;

    AttentionRoutines(CodeCache code, PagedAttention.Operands operands) {
        InstructionSet set = code.set();
        Attention attention = operands.attention();
        key = HeadFormat.of(operands.cache().keys().type(), attention.keySize(), set);
        value = HeadFormat.of(operands.cache().values().type(), attention.valueSize(), set);
        sums = new QuerySums(value.columns());
        lanes = set.lanes();
        keyDecoding = code.get(new Decoding(key.inPlace() ? key.type() : DType.F32));
        valueDecoding = code.get(new Decoding(value.inPlace() ? value.type() : DType.F32));
        decodedTransposition = code.get(new Transposition(DType.F32, false));
        transposition = key.plain() ? code.get(new Transposition(key.type(), true)) : decodedTransposition;
        scores = WeightedSums.of(code, DType.F32, Transposition.ROWS, WeightedSum.Start.ZERO, false);
        decodedValues = WeightedSums.of(code, DType.F32, value.columns(), WeightedSum.Start.STORED, false);
        cachedValues = value.inPlace()
                ? WeightedSums.of(code, value.type(), value.columns(), WeightedSum.Start.STORED, true)
                : decodedValues;
        softmax = code.get(new Softmax(sums));
        merging = code.get(new Merging(sums));
        scaled = code.get(new Elementwise.Scaled(false));
        capped = code.get(new Elementwise.Capped());
    }

    /// Whether these routines serve such a call.
    boolean fit(PagedAttention.Operands operands) {
        Attention attention = operands.attention();
        return key.fits(operands.cache().keys(), attention.keySize())
                && value.fits(operands.cache().values(), attention.valueSize());
    }
}
