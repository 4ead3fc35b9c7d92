package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R10;
import static ouverture.kernels.jit.General.R11;
import static ouverture.kernels.jit.General.R12;
import static ouverture.kernels.jit.General.R13;
import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.R9;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RBP;
import static ouverture.kernels.jit.General.RBX;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

import ouverture.tensor.DType;

/// Adds weighted rows to sums: `sum[i] += factor[i][p] * row[p]`, one row after another.
///
/// Arguments: rows, factors, sums, number of rows, pieces of a row, and a table of three strides in bytes: of the
/// rows, from the factors of one sum to those of the next, and of the sums; a fourth number says how many bytes
/// ahead of a row later ones are asked for.
///
/// @param steps of the format's reader that are a piece, whose sums stay in registers
/// @param sums rows of sums: 1 to [#sums]
/// @param ahead whether the memory is asked for later rows meanwhile
record WeightedSum(DType type, int steps, int sums, boolean ahead) implements Routine {
    private static final General[] SAVED = {RBX, RBP, R12, R13};

    /// Vectors of a piece, at most.
    private static final int VECTORS = 4;

    /// The largest number of rows of sums.
    static int sums(InstructionSet set) {
        return set.registers() == 32 ? 4 : 2;
    }

    /// The most steps for a piece that rows of `columns` columns are made of.
    static int steps(DType type, InstructionSet set, int columns) {
        int step = WeightReader.columns(type, set);
        int most = Math.max(1, VECTORS * set.lanes() / step);
        return columns % (most * step) == 0 ? most : 1;
    }

    @Override
    public String name() {
        return "weighted sum of " + steps + " steps of " + type + " for " + sums + (ahead ? ", reading ahead" : "");
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        new Emitter(assembler, set, this).emit();
    }

    private static final class Emitter {
        private final Assembler assembler;
        private final InstructionSet set;
        private final int steps;
        private final int sums;
        private final boolean ahead;
        private final int vectors;
        private final Vector value;
        private final WeightReader reader;

        Emitter(Assembler assembler, InstructionSet set, WeightedSum routine) {
            this.assembler = assembler;
            this.set = set;
            steps = routine.steps;
            sums = routine.sums;
            ahead = routine.ahead;
            vectors = steps * WeightReader.columns(routine.type, set) / set.lanes();
            int free = vectors * sums + sums;
            value = set.vector(free);
            reader = WeightReader.of(routine.type, assembler, set, free + 1);
        }

        void emit() {
            for (General register : SAVED) {
                assembler.push(register);
            }
            assembler.load(R10, Memory.at(R9, 0));
            assembler.load(RBP, Memory.at(R9, 8));
            assembler.load(R13, Memory.at(R9, 24));
            assembler.load(R9, Memory.at(R9, 16));
            reader.prepare();
            Assembler.Label piece = assembler.here();
            moveSums(true);
            assembler.move(RAX, RDI);
            assembler.move(R11, RSI);
            assembler.addressOfFourth(RBX, RSI, RBP);
            assembler.move(R12, RCX);
            Assembler.Label row = assembler.here();
            addRow();
            assembler.add(RAX, R10);
            assembler.add(R11, Float.BYTES);
            assembler.add(RBX, Float.BYTES);
            assembler.subtract(R12, 1);
            assembler.jumpIfNotZero(row);
            moveSums(false);
            assembler.add(RDI, steps * reader.bytes());
            assembler.add(RDX, vectors * set.bytes());
            assembler.subtract(R8, 1);
            assembler.jumpIfNotZero(piece);
            for (int i = SAVED.length - 1; i >= 0; i--) {
                assembler.pop(SAVED[i]);
            }
            assembler.endVectors();
            assembler.leave();
        }

        private Vector sum(int i, int vector) {
            return set.vector(i * vectors + vector);
        }

        /// Between memory and registers.
        private void moveSums(boolean in) {
            assembler.addressOfFourth(R12, RDX, R9);
            for (int i = 0; i < sums; i++) {
                for (int vector = 0; vector < vectors; vector++) {
                    Memory memory = Memory.row(RDX, R12, R9, i).plus(vector * set.bytes());
                    if (in) {
                        assembler.emit(Instruction.VMOVUPS, sum(i, vector), memory);
                    } else {
                        assembler.store(Instruction.VMOVUPS_STORE, memory, sum(i, vector));
                    }
                }
            }
        }

        private void addRow() {
            int factors = vectors * sums;
            for (int line = 0; ahead && line < steps * reader.bytes(); line += DotProducts.CACHE_LINE) {
                assembler.prefetch(Memory.at(RAX, R13, 1, line));
            }
            for (int i = 0; i < sums; i++) {
                assembler.emit(Instruction.VBROADCASTSS, set.vector(factors + i), Memory.row(R11, RBX, RBP, i));
            }
            for (int vector = 0; vector < vectors; vector++) {
                int part = vector % reader.parts();
                Memory step = Memory.at(RAX, vector / reader.parts() * reader.bytes());
                if (part == 0) {
                    reader.begin(step);
                }
                reader.read(value, step, part);
                for (int i = 0; i < sums; i++) {
                    assembler.emit(Instruction.VFMADD231PS, sum(i, vector), value, set.vector(factors + i));
                }
            }
        }
    }
}
