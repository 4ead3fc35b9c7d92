package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

/// Adds some queries' sums of a segment to those of the segments before.
///
/// Arguments: [QuerySums] of the segments before, those of the segment, bytes from one of these to the next, and
/// the number of queries.
record Merging(QuerySums sums) implements Routine {
    private static final int KEPT = 0;
    private static final int ADDED = 1;
    private static final int LARGEST = 2;
    private static final int FREE = 3;

    @Override
    public String name() {
        return "merging of " + sums.columns() + " columns";
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        Exponential exponential = Exponential.prepared(assembler, set, FREE + Exponential.REGISTERS);
        Assembler.Label query = assembler.here();
        findFactors(assembler, set, exponential);
        addTotal(assembler, set);
        for (int column = 0; column < sums.columns(); column += set.lanes()) {
            addVector(assembler, set, Float.BYTES * column);
        }
        assembler.add(RDI, sums.bytes());
        assembler.add(RSI, RDX);
        assembler.subtract(RCX, 1);
        assembler.jumpIfNotZero(query);
        assembler.endVectors();
        assembler.leave();
    }

    /// Finds the factors for both sums, and stores the larger of their largest scores.
    private void findFactors(Assembler assembler, InstructionSet set, Exponential exponential) {
        Vector largest = set.vector(LARGEST);
        Vector distance = set.vector(FREE);
        assembler.emit(Instruction.VBROADCASTSS, distance, Memory.at(RDI, sums.largest()));
        assembler.emit(Instruction.VBROADCASTSS, largest, Memory.at(RSI, sums.largest()));
        assembler.emit(Instruction.VMAXPS, largest, distance, largest);
        assembler.store(Instruction.VMOVSS_STORE, Memory.at(RDI, sums.largest()), largest.as(128));
        assembler.emit(Instruction.VSUBPS, distance, distance, largest);
        exponential.emit(FREE);
        assembler.emit(Instruction.VMOVUPS, set.vector(KEPT), distance);
        assembler.emit(Instruction.VBROADCASTSS, distance, Memory.at(RSI, sums.largest()));
        assembler.emit(Instruction.VSUBPS, distance, distance, largest);
        exponential.emit(FREE);
        assembler.emit(Instruction.VMOVUPS, set.vector(ADDED), distance);
    }

    private void addTotal(Assembler assembler, InstructionSet set) {
        Vector kept = set.vector(FREE).as(128);
        Vector added = set.vector(FREE + 1).as(128);
        assembler.emit(Instruction.VMOVSS, kept, Memory.at(RDI, sums.total()));
        assembler.emit(Instruction.VMOVSS, added, Memory.at(RSI, sums.total()));
        assembler.emit(Instruction.VMULPS, kept, kept, set.vector(KEPT).as(128));
        assembler.emit(Instruction.VFMADD231PS, kept, added, set.vector(ADDED).as(128));
        assembler.store(Instruction.VMOVSS_STORE, Memory.at(RDI, sums.total()), kept);
    }

    private static void addVector(Assembler assembler, InstructionSet set, int at) {
        Vector sum = set.vector(FREE);
        assembler.emit(Instruction.VMULPS, sum, set.vector(KEPT), Memory.at(RDI, at));
        assembler.emit(Instruction.VFMADD231PS, sum, set.vector(ADDED), Memory.at(RSI, at));
        assembler.store(Instruction.VMOVUPS_STORE, Memory.at(RDI, at), sum);
    }
}
