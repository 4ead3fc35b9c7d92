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

import ouverture.tensor.DType;

/// Dot products of groups of weight rows with some rows of inputs, which are floats.
///
/// Arguments: weights, inputs, outputs, number of groups, steps of a row, and a table of three strides in bytes:
/// of the weights' rows, of the inputs' rows and of the outputs' rows. Outputs of neighbouring weights lie side
/// by side.
///
/// A sum has one lane for each column modulo the vector's length, added to with one rounding, columns ascending;
/// at the end the lanes are added by halves and neighbours. The order is the same for any number of rows and
/// inputs.
///
/// @param rows of a group: 1 or [#ROWS]
/// @param inputs rows of inputs: 1 to [#inputs]
/// @param ahead whether the next group is asked of the memory meanwhile: processors foresee little of several
///     streams
record DotProducts(DType type, int rows, int inputs, boolean ahead) implements Routine {
    /// Rows of a large group.
    static final int ROWS = 4;

    /// Bytes of a line of the cache.
    static final int CACHE_LINE = 64;

    private static final General[] SAVED = {RBX, RBP, R12, R13, R14, R15};

    /// The largest number of rows of inputs: as many as the registers hold sums for.
    static int inputs(InstructionSet set) {
        return set.registers() == 32 ? 6 : 3;
    }

    @Override
    public String name() {
        return "dot products of " + rows + " rows of " + type + " with " + inputs + (ahead ? ", reading ahead" : "");
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        new Emitter(assembler, set, this).emit();
    }

    private static final class Emitter {
        private final Assembler assembler;
        private final InstructionSet set;
        private final int rows;
        private final boolean ahead;
        private final int inputs;
        private final WeightReader reader;

        /// Behind the sums: the inputs of a step, if they are kept in registers, then a vector of weights.
        private final int free;

        private final boolean keepsInputs;

        Emitter(Assembler assembler, InstructionSet set, DotProducts routine) {
            this.assembler = assembler;
            this.set = set;
            rows = routine.rows;
            ahead = routine.ahead && rows == ROWS;
            inputs = routine.inputs;
            free = rows * inputs;
            keepsInputs = routine.type.blockElements() == 1;
            reader = WeightReader.of(routine.type, assembler, set, free + 1);
        }

        void emit() {
            for (General register : SAVED) {
                assembler.push(register);
            }
            assembler.load(R10, Memory.at(R9, 0));
            assembler.load(RBP, Memory.at(R9, 8));
            assembler.load(R9, Memory.at(R9, 16));
            assembler.addressOfFourth(RBX, RSI, RBP);
            reader.prepare();
            Assembler.Label group = assembler.here();
            assembler.move(R13, RDI);
            assembler.addressOfFourth(RAX, RDI, R10);
            if (ahead) {
                assembler.address(R15, Memory.at(RDI, R10, rows, 0));
            }
            assembler.move(R11, RSI);
            assembler.move(R12, RBX);
            for (int i = 0; i < rows * inputs; i++) {
                assembler.emit(Instruction.VPXOR, set.vector(i), set.vector(i), set.vector(i));
            }
            assembler.move(R14, R8);
            Assembler.Label step = assembler.here();
            step();
            assembler.subtract(R14, 1);
            assembler.jumpIfNotZero(step);
            finish();
            assembler.add(RDX, 4 * rows);
            assembler.address(RDI, Memory.at(RDI, R10, rows, 0));
            assembler.subtract(RCX, 1);
            assembler.jumpIfNotZero(group);
            for (int i = SAVED.length - 1; i >= 0; i--) {
                assembler.pop(SAVED[i]);
            }
            assembler.endVectors();
            assembler.leave();
        }

        private void step() {
            if (keepsInputs) {
                for (int t = 0; t < inputs; t++) {
                    assembler.emit(Instruction.VMOVUPS, set.vector(free + t), input(t));
                }
            }
            Vector weights = set.vector(keepsInputs ? free + inputs : free);
            for (int r = 0; r < rows; r++) {
                Memory at = Memory.row(R13, RAX, R10, r);
                if (ahead) {
                    Memory next = r == 3 ? Memory.at(RAX, R10, rows, 0) : Memory.row(R15, RAX, R10, r);
                    for (int line = 0; line < reader.bytes(); line += CACHE_LINE) {
                        assembler.prefetch(next.plus(line));
                    }
                }
                reader.begin(at);
                for (int part = 0; part < reader.parts(); part++) {
                    reader.read(weights, at, part);
                    for (int t = 0; t < inputs; t++) {
                        Operand input = keepsInputs ? set.vector(free + t) : input(t).plus(part * set.bytes());
                        assembler.emit(Instruction.VFMADD231PS, sum(r, t), weights, input);
                    }
                }
            }
            assembler.add(R13, reader.bytes());
            if (ahead) {
                assembler.add(R15, reader.bytes());
            }
            assembler.add(RAX, reader.bytes());
            assembler.add(R11, 4 * reader.columns());
            assembler.add(R12, 4 * reader.columns());
        }

        private Vector sum(int row, int input) {
            return set.vector(input * rows + row);
        }

        private Memory input(int t) {
            return Memory.row(R11, R12, RBP, t);
        }

        /// Adds the lanes of each sum, and stores.
        private void finish() {
            assembler.move(RAX, RDX);
            for (int t = 0; t < inputs; t++) {
                for (int r = 0; r < rows; r++) {
                    Vector low = set.vector(r).as(256);
                    Vector sum = sum(r, t).as(256);
                    if (set.bits() == 512) {
                        Vector high = set.vector(free).as(256);
                        assembler.store(Instruction.VEXTRACTF64X4, high, sum(r, t), 1);
                        assembler.emit(Instruction.VADDPS, low, sum, high);
                    } else if (t > 0) {
                        assembler.emit(Instruction.VMOVUPS, low, sum);
                    }
                }
                addLanes();
                assembler.add(RAX, R9);
            }
        }

        /// Adds the eight lanes of the first registers and stores them at RAX.
        private void addLanes() {
            Vector a = set.vector(0).as(256);
            Vector last = set.vector(rows - 1).as(256);
            if (rows == 4) {
                Vector c = set.vector(2).as(256);
                assembler.emit(Instruction.VHADDPS, a, a, set.vector(1).as(256));
                assembler.emit(Instruction.VHADDPS, c, c, last);
                assembler.emit(Instruction.VHADDPS, a, a, c);
            } else {
                assembler.emit(Instruction.VHADDPS, a, a, a);
                assembler.emit(Instruction.VHADDPS, a, a, a);
            }
            Vector high = set.vector(rows == 4 ? 1 : free).as(128);
            assembler.store(Instruction.VEXTRACTF128, high, a, 1);
            assembler.emit(Instruction.VADDPS, a.as(128), a.as(128), high);
            assembler.store(
                    rows == 4 ? Instruction.VMOVUPS_STORE : Instruction.VMOVSS_STORE, Memory.at(RAX, 0), a.as(128));
        }
    }
}
