package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R10;
import static ouverture.kernels.jit.General.R11;
import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.R9;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

import ouverture.tensor.DType;

/// Writes rows of weights as floats.
///
/// Arguments: weights, floats, number of rows, steps of a row, bytes from one row of weights to the next, and
/// bytes from one row of floats to the next.
record Decoding(DType type) implements Routine {
    @Override
    public String name() {
        return "decoding of " + type;
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        WeightReader reader = WeightReader.of(type, assembler, set, 1);
        reader.prepare();
        Assembler.Label row = assembler.here();
        assembler.move(RAX, RDI);
        assembler.move(R10, RSI);
        assembler.move(R11, RCX);
        Assembler.Label step = assembler.here();
        Memory from = Memory.at(RAX, 0);
        reader.begin(from);
        for (int part = 0; part < reader.parts(); part++) {
            reader.read(set.vector(0), from, part);
            assembler.store(Instruction.VMOVUPS_STORE, Memory.at(R10, part * set.bytes()), set.vector(0));
        }
        assembler.add(RAX, reader.bytes());
        assembler.add(R10, 4 * reader.columns());
        assembler.subtract(R11, 1);
        assembler.jumpIfNotZero(step);
        assembler.add(RDI, R8);
        assembler.add(RSI, R9);
        assembler.subtract(RDX, 1);
        assembler.jumpIfNotZero(row);
        assembler.endVectors();
        assembler.leave();
    }
}
