package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

/// One piece of some queries' softmax over positions (arXiv 1805.02867): turns scores into exponentials of their
/// distance to the largest so far, and shrinks what was summed before to match.
///
/// Arguments: scores, which of each query are [HeadGroup#SCORE_BYTES] from those of the next; how many vectors
/// of each; [QuerySums]; and the number of queries.
record Softmax(QuerySums sums) implements Routine {
    private static final int LARGEST = 0;
    private static final int CORRECTION = 1;
    private static final int TOTAL = 2;
    private static final int FREE = 3;

    @Override
    public String name() {
        return "softmax of " + sums.columns() + " columns";
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        Exponential exponential = Exponential.prepared(assembler, set, FREE + Exponential.REGISTERS);
        Assembler.Label query = assembler.here();
        findLargest(assembler, set);
        correct(assembler, set, exponential);
        weigh(assembler, set, exponential);
        addTotal(assembler, set);
        shrink(assembler, set);
        assembler.add(RDI, HeadGroup.SCORE_BYTES);
        assembler.add(RDX, sums.bytes());
        assembler.subtract(RCX, 1);
        assembler.jumpIfNotZero(query);
        assembler.endVectors();
        assembler.leave();
    }

    /// Writes code for each vector of a query's scores, at RAX.
    private static void forEachVector(Assembler assembler, InstructionSet set, Runnable body) {
        assembler.move(RAX, RDI);
        assembler.move(R8, RSI);
        Assembler.Label turn = assembler.here();
        body.run();
        assembler.add(RAX, set.bytes());
        assembler.subtract(R8, 1);
        assembler.jumpIfNotZero(turn);
    }

    private void findLargest(Assembler assembler, InstructionSet set) {
        Vector largest = set.vector(LARGEST);
        assembler.emit(Instruction.VBROADCASTSS, largest, Memory.at(RDX, sums.largest()));
        forEachVector(assembler, set, () -> {
            assembler.emit(Instruction.VMAXPS, largest, largest, Memory.at(RAX, 0));
        });
        Lanes.maximum(assembler, largest, FREE);
        assembler.emit(Instruction.VBROADCASTSS, largest, largest.as(128));
    }

    /// Stores the new largest score, and finds the factor for what was summed before.
    private void correct(Assembler assembler, InstructionSet set, Exponential exponential) {
        Vector largest = set.vector(LARGEST);
        Vector before = set.vector(FREE);
        assembler.emit(Instruction.VBROADCASTSS, before, Memory.at(RDX, sums.largest()));
        assembler.store(Instruction.VMOVSS_STORE, Memory.at(RDX, sums.largest()), largest.as(128));
        assembler.emit(Instruction.VSUBPS, before, before, largest);
        exponential.emit(FREE);
        assembler.emit(Instruction.VMOVUPS, set.vector(CORRECTION), before);
    }

    private static void weigh(Assembler assembler, InstructionSet set, Exponential exponential) {
        Vector total = set.vector(TOTAL);
        Vector score = set.vector(FREE);
        assembler.emit(Instruction.VPXOR, total, total, total);
        forEachVector(assembler, set, () -> {
            assembler.emit(Instruction.VMOVUPS, score, Memory.at(RAX, 0));
            assembler.emit(Instruction.VSUBPS, score, score, set.vector(LARGEST));
            exponential.emit(FREE);
            assembler.store(Instruction.VMOVUPS_STORE, Memory.at(RAX, 0), score);
            assembler.emit(Instruction.VADDPS, total, total, score);
        });
        Lanes.sum(assembler, total, FREE);
    }

    private void addTotal(Assembler assembler, InstructionSet set) {
        Vector total = set.vector(TOTAL).as(128);
        Vector before = set.vector(FREE).as(128);
        assembler.emit(Instruction.VMOVSS, before, Memory.at(RDX, sums.total()));
        assembler.emit(
                Instruction.VFMADD231PS, total, before, set.vector(CORRECTION).as(128));
        assembler.store(Instruction.VMOVSS_STORE, Memory.at(RDX, sums.total()), total);
    }

    private void shrink(Assembler assembler, InstructionSet set) {
        Vector sum = set.vector(FREE);
        for (int column = 0; column < sums.columns(); column += set.lanes()) {
            Memory place = Memory.at(RDX, Float.BYTES * column);
            assembler.emit(Instruction.VMULPS, sum, set.vector(CORRECTION), place);
            assembler.store(Instruction.VMOVUPS_STORE, place, sum);
        }
    }
}
