package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R10;
import static ouverture.kernels.jit.General.R11;
import static ouverture.kernels.jit.General.R12;
import static ouverture.kernels.jit.General.R13;
import static ouverture.kernels.jit.General.R14;
import static ouverture.kernels.jit.General.R15;
import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.R9;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RBP;
import static ouverture.kernels.jit.General.RBX;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

/// Adds products of matrices to groups of rows of a result that is two vectors wide:
/// `out[m] += sum over k of left(m, k) * right[k]`. A sum begins at zero, k ascending, each term added with one
/// rounding, and is added to what was there at the end: the same for any number of rows.
///
/// Arguments: left, right (rows that follow each other), out, number of groups, k's, and a table of three
/// strides in bytes: from one m to the next in left, from one k to the next in left, and from one row of out to
/// the next. None of the numbers may be 0.
///
/// @param rows of a group: 1, or a multiple of 3 up to [#rows]
record TileProducts(int rows) implements Routine {
    /// Vectors side by side.
    static final int VECTORS = 2;

    /// Rows of left that have an address in a register: others are found from these.
    private static final General[] BASES = {RAX, RBX, RBP, R12};

    private static final int ROWS_OF_BASE = 3;

    private static final General[] SAVED = {RBX, RBP, R12, R13, R14, R15};

    /// Rows of a large group: as many as the registers hold sums for.
    static int rows(InstructionSet set) {
        return set.registers() == 32 ? 12 : 6;
    }

    @Override
    public String name() {
        return "products of tiles of " + rows + " rows";
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        for (General register : SAVED) {
            assembler.push(register);
        }
        assembler.load(R10, Memory.at(R9, 0));
        assembler.load(R11, Memory.at(R9, 8));
        assembler.load(R9, Memory.at(R9, 16));
        Assembler.Label group = assembler.here();
        emitAddresses(assembler);
        assembler.move(R13, RSI);
        for (int i = 0; i < rows * VECTORS; i++) {
            assembler.emit(Instruction.VPXOR, set.vector(i), set.vector(i), set.vector(i));
        }
        assembler.move(R14, R8);
        Assembler.Label step = assembler.here();
        emitStep(assembler, set);
        assembler.subtract(R14, 1);
        assembler.jumpIfNotZero(step);
        emitEnd(assembler, set);
        assembler.subtract(RCX, 1);
        assembler.jumpIfNotZero(group);
        for (int i = SAVED.length - 1; i >= 0; i--) {
            assembler.pop(SAVED[i]);
        }
        assembler.endVectors();
        assembler.leave();
    }

    private int bases() {
        return Math.ceilDiv(rows, ROWS_OF_BASE);
    }

    /// Sets the bases, and left to the next group.
    private void emitAddresses(Assembler assembler) {
        for (int i = 0; i < bases(); i++) {
            assembler.move(BASES[i], RDI);
            if (rows == 1) {
                assembler.add(RDI, R10);
            } else {
                assembler.addressOfFourth(RDI, RDI, R10);
            }
        }
    }

    private void emitStep(Assembler assembler, InstructionSet set) {
        int free = rows * VECTORS;
        for (int v = 0; v < VECTORS; v++) {
            assembler.emit(Instruction.VMOVUPS, set.vector(free + v), Memory.at(R13, v * set.bytes()));
        }
        Vector factor = set.vector(free + VECTORS);
        for (int row = 0; row < rows; row++) {
            General base = BASES[row / ROWS_OF_BASE];
            int more = row % ROWS_OF_BASE;
            assembler.emit(
                    Instruction.VBROADCASTSS, factor, more == 0 ? Memory.at(base, 0) : Memory.at(base, R10, more, 0));
            for (int v = 0; v < VECTORS; v++) {
                assembler.emit(Instruction.VFMADD231PS, set.vector(row * VECTORS + v), factor, set.vector(free + v));
            }
        }
        for (int i = 0; i < bases(); i++) {
            assembler.add(BASES[i], R11);
        }
        assembler.add(R13, VECTORS * set.bytes());
    }

    /// Adds the sums to out, and moves on to its next group.
    private void emitEnd(Assembler assembler, InstructionSet set) {
        for (int row = 0; row < rows; row++) {
            for (int v = 0; v < VECTORS; v++) {
                Vector sum = set.vector(row * VECTORS + v);
                Memory at = Memory.at(RDX, v * set.bytes());
                assembler.emit(Instruction.VADDPS, sum, sum, at);
                assembler.store(Instruction.VMOVUPS_STORE, at, sum);
            }
            assembler.add(RDX, R9);
        }
    }

    /// Copies the first two vectors of rows to where they follow each other.
    ///
    /// Arguments: from, to, number of rows, at least 1, and bytes from one row to the next.
    record Packing() implements Routine {
        @Override
        public String name() {
            return "packing of tiles";
        }

        @Override
        public void emit(Assembler assembler, InstructionSet set) {
            Assembler.Label row = assembler.here();
            for (int v = 0; v < VECTORS; v++) {
                assembler.emit(Instruction.VMOVUPS, set.vector(v), Memory.at(RDI, v * set.bytes()));
            }
            for (int v = 0; v < VECTORS; v++) {
                assembler.store(Instruction.VMOVUPS_STORE, Memory.at(RSI, v * set.bytes()), set.vector(v));
            }
            assembler.add(RDI, RCX);
            assembler.add(RSI, VECTORS * set.bytes());
            assembler.subtract(RDX, 1);
            assembler.jumpIfNotZero(row);
            assembler.endVectors();
            assembler.leave();
        }
    }
}
