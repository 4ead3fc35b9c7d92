package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R10;
import static ouverture.kernels.jit.General.R11;
import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.R9;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RBP;
import static ouverture.kernels.jit.General.RBX;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

/// Rotates the pairs of every head of a row, in place.
///
/// Arguments: row, cosines, sines, numbers of each of these tables, number of heads, bytes of a head.
///
/// @param interleaved whether neighbours pair up: then the tables have two numbers for each pair, the first sine
///     negated; otherwise one, and the partner is as far away as the tables are long
record Rotated(boolean interleaved) implements Routine {
    private static final int SWAP_NEIGHBOURS = 0xb1;

    @Override
    public String name() {
        return interleaved ? "rotation of neighbours" : "rotation of halves";
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        assembler.push(RBX);
        assembler.push(RBP);
        Assembler.Label head = assembler.here();
        assembler.move(RAX, RDI);
        assembler.address(R10, Memory.at(RDI, RCX, Float.BYTES, 0));
        assembler.move(RBX, RSI);
        assembler.move(RBP, RDX);
        assembler.move(R11, RCX);
        Loop.Shape shape = interleaved ? Loop.Shape.PAIRS : Loop.Shape.FLOATS;
        General[] arrays = {RAX, R10, RBX, RBP};
        Loop.emit(assembler, set, shape, R11, arrays, interleaved ? Rotated::neighbours : Rotated::halves);
        assembler.add(RDI, R9);
        assembler.subtract(R8, 1);
        assembler.jumpIfNotZero(head);
        assembler.pop(RBP);
        assembler.pop(RBX);
        assembler.endVectors();
        assembler.leave();
    }

    private static void neighbours(Loop loop) {
        Vector x = loop.register(0);
        Vector swapped = loop.register(1);
        Vector factor = loop.register(2);
        loop.load(x, RAX);
        loop.assembler().emit(Instruction.VPERMILPS, swapped, x, SWAP_NEIGHBOURS);
        loop.load(factor, RBX);
        loop.emit(Instruction.VMULPS, x, x, factor);
        loop.load(factor, RBP);
        loop.emit(Instruction.VFMADD231PS, x, swapped, factor);
        loop.store(RAX, x);
    }

    private static void halves(Loop loop) {
        Vector first = loop.register(0);
        Vector second = loop.register(1);
        Vector cosine = loop.register(2);
        Vector sine = loop.register(3);
        Vector result = loop.register(4);
        loop.load(first, RAX);
        loop.load(second, R10);
        loop.load(cosine, RBX);
        loop.load(sine, RBP);
        loop.emit(Instruction.VMULPS, result, first, cosine);
        loop.emit(Instruction.VFNMADD231PS, result, second, sine);
        loop.store(RAX, result);
        loop.emit(Instruction.VMULPS, second, second, cosine);
        loop.emit(Instruction.VFMADD231PS, second, first, sine);
        loop.store(R10, second);
    }
}
