package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

/// One piece of a softmax over positions (arXiv 1805.02867): turns scores into exponentials of their distance to
/// the largest so far.
///
/// Arguments: scores, their number, and four floats: the factor on the scores; the largest score so far; the sum
/// of the exponentials so far; and where the factor goes by which the new largest score shrinks what was summed
/// before.
record Softmax() implements Routine {
    /// Bytes of the last argument, and where its parts are.
    static final int BYTES = 16;

    static final int FACTOR = 0;
    static final int LARGEST = 4;
    static final int TOTAL = 8;
    static final int CORRECTION = 12;

    private static final int FREE = 8;
    private static final General[] ARRAYS = {RAX};

    @Override
    public String name() {
        return "softmax";
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        Vector largest = set.vector(0);
        Vector restLargest = set.vector(1).as(128);
        Vector factor = set.vector(2);
        assembler.emit(Instruction.VBROADCASTSS, largest, Memory.at(RDX, LARGEST));
        assembler.emit(Instruction.VMOVSS, restLargest, Memory.at(RDX, LARGEST));
        assembler.emit(Instruction.VBROADCASTSS, factor, Memory.at(RDX, FACTOR));
        assembler.move(RAX, RDI);
        assembler.move(R8, RSI);
        Loop.emit(assembler, set, Loop.Shape.FLOATS, R8, ARRAYS, loop -> {
            Vector score = loop.register(3);
            Vector most = loop.vector() ? largest : restLargest;
            loop.load(score, RAX);
            loop.emit(Instruction.VMULPS, score, score, loop.register(2));
            loop.store(RAX, score);
            loop.emit(Instruction.VMAXPS, most, most, score);
        });
        Lanes.maximum(assembler, largest, 3);
        assembler.emit(Instruction.VMAXPS, largest.as(128), largest.as(128), restLargest);
        correct(assembler, set);
        assembler.emit(Instruction.VBROADCASTSS, largest, largest.as(128));
        Vector sum = set.vector(1);
        Vector rest = set.vector(2).as(128);
        assembler.emit(Instruction.VPXOR, sum, sum, sum);
        assembler.emit(Instruction.VPXOR, rest, rest, rest);
        assembler.move(RAX, RDI);
        Loop.emit(assembler, set, Loop.Shape.FLOATS, RSI, ARRAYS, loop -> {
            Vector score = loop.register(3);
            Vector total = loop.vector() ? sum : rest;
            loop.load(score, RAX);
            loop.emit(Instruction.VSUBPS, score, score, loop.register(0));
            Exponential.emit(loop, 3);
            loop.store(RAX, score);
            loop.emit(Instruction.VADDPS, total, total, score);
        });
        Lanes.sum(assembler, sum, 3);
        assembler.emit(Instruction.VADDPS, rest, rest, sum.as(128));
        Vector total = set.vector(FREE).as(128);
        Vector correction = set.vector(FREE + 1).as(128);
        assembler.emit(Instruction.VMOVSS, total, Memory.at(RDX, TOTAL));
        assembler.emit(Instruction.VMOVSS, correction, Memory.at(RDX, CORRECTION));
        assembler.emit(Instruction.VFMADD231PS, rest, total, correction);
        assembler.store(Instruction.VMOVSS_STORE, Memory.at(RDX, TOTAL), rest);
        assembler.endVectors();
        assembler.leave();
    }

    /// Stores the new largest score and the correction.
    private static void correct(Assembler assembler, InstructionSet set) {
        Loop single = new Loop(assembler, set, 1, false);
        Vector largest = single.register(0);
        Vector distance = single.register(3);
        assembler.emit(Instruction.VMOVSS, distance, Memory.at(RDX, LARGEST));
        assembler.store(Instruction.VMOVSS_STORE, Memory.at(RDX, LARGEST), largest);
        assembler.emit(Instruction.VSUBPS, distance, distance, largest);
        Exponential.emit(single, 3);
        assembler.store(Instruction.VMOVSS_STORE, Memory.at(RDX, CORRECTION), distance);
    }
}
