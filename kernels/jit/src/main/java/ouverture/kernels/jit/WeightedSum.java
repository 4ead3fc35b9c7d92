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

/// Adds weighted rows to sums: `sum[i] += factor[i][p] * row[p]`, one row after another, with one rounding each.
///
/// Arguments: rows, factors, sums, number of rows, pieces of a row, and a table of three strides in bytes: of the
/// rows, from the factors of one sum to those of the next, and of the sums; a fourth number says how many bytes
/// ahead of a row later ones are asked for.
///
/// @param steps of the format's reader that are a piece, whose sums stay in registers
/// @param sums rows of sums: 1 to [#sums]
/// @param start what the sums begin with
/// @param ahead whether the memory is asked for later rows meanwhile
record WeightedSum(DType type, int steps, int sums, Start start, boolean ahead) implements Routine {
    private static final General[] SAVED = {RBX, RBP, R12, R13};

    /// The most rows of sums: more have no addresses.
    private static final int SUMS = 6;

    /// What the sums begin with.
    enum Start {
        ZERO,
        /// What is there.
        STORED
    }

    /// The largest number of rows of sums for a piece of `steps` steps.
    static int sums(DType type, InstructionSet set, int steps) {
        int vectors = steps * WeightReader.columns(type, set) / set.lanes();
        int readers = type.blockElements() == 1 ? 0 : WeightReader.REGISTERS;
        return Math.min(SUMS, (set.registers() - readers - 1) / vectors - 1);
    }

    /// The most steps for a piece that rows of `columns` columns are made of, while enough registers are left.
    static int steps(DType type, InstructionSet set, int columns) {
        int step = WeightReader.columns(type, set);
        int vectors = set.registers() / 8;
        int most = Math.max(1, vectors * set.lanes() / step);
        while (columns % (most * step) != 0) {
            most--;
        }
        return most;
    }

    @Override
    public String name() {
        return "weighted sum of " + steps + " steps of " + type + " for " + sums + " from " + start
                + (ahead ? ", reading ahead" : "");
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
        private final Start start;
        private final int vectors;
        private final Vector factor;
        private final WeightReader reader;

        Emitter(Assembler assembler, InstructionSet set, WeightedSum routine) {
            this.assembler = assembler;
            this.set = set;
            steps = routine.steps;
            sums = routine.sums;
            ahead = routine.ahead;
            start = routine.start;
            vectors = steps * WeightReader.columns(routine.type, set) / set.lanes();
            int free = vectors * (sums + 1);
            factor = set.vector(free);
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
            begin();
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
            store();
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

        private Vector value(int vector) {
            return set.vector(sums * vectors + vector);
        }

        private void begin() {
            assembler.addressOfFourth(R12, RDX, R9);
            for (int i = 0; i < sums; i++) {
                for (int vector = 0; vector < vectors; vector++) {
                    Vector sum = sum(i, vector);
                    switch (start) {
                        case ZERO -> assembler.emit(Instruction.VPXOR, sum, sum, sum);
                        case STORED -> assembler.emit(Instruction.VMOVUPS, sum, place(i, vector));
                    }
                }
            }
        }

        private void store() {
            assembler.addressOfFourth(R12, RDX, R9);
            for (int i = 0; i < sums; i++) {
                for (int vector = 0; vector < vectors; vector++) {
                    assembler.store(Instruction.VMOVUPS_STORE, place(i, vector), sum(i, vector));
                }
            }
        }

        private Memory place(int i, int vector) {
            return Memory.row(RDX, R12, R9, i).plus(vector * set.bytes());
        }

        private void addRow() {
            for (int line = 0; ahead && line < steps * reader.bytes(); line += DotProducts.CACHE_LINE) {
                assembler.prefetch(Memory.at(RAX, R13, 1, line));
            }
            for (int vector = 0; vector < vectors; vector++) {
                int part = vector % reader.parts();
                Memory step = Memory.at(RAX, vector / reader.parts() * reader.bytes());
                if (part == 0) {
                    reader.begin(step);
                }
                reader.read(value(vector), step, part);
            }
            for (int i = 0; i < sums; i++) {
                assembler.emit(Instruction.VBROADCASTSS, factor, Memory.row(R11, RBX, RBP, i));
                for (int vector = 0; vector < vectors; vector++) {
                    assembler.emit(Instruction.VFMADD231PS, sum(i, vector), value(vector), factor);
                }
            }
        }
    }
}
