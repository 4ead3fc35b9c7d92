package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R10;
import static ouverture.kernels.jit.General.R11;
import static ouverture.kernels.jit.General.R12;
import static ouverture.kernels.jit.General.R13;
import static ouverture.kernels.jit.General.R14;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RBP;
import static ouverture.kernels.jit.General.RBX;

/// Where the code of [IntegerProducts] has its operands: some strips, each in as many vectors as its rows fill,
/// times some rows of inputs.
///
/// Vector registers are, in this order: a result and a sum for each vector and row of inputs, one or two that are
/// free, one for the weights of each vector, the format's constants, and if there are so many one for the
/// minimums of each vector.
///
/// @param vectors of weights: those of all strips
/// @param inputs rows of inputs
record ProductTile(Assembler assembler, InstructionSet set, Strips format, int vectors, int inputs) {
    /// Where the rows of inputs are read.
    private static final General[] ROWS = {RBX, RBP, R11, R12, R13, R14};

    static ProductTile of(Assembler assembler, InstructionSet set, IntegerProducts routine) {
        int vectors = routine.strips() * Strips.ROWS / set.lanes();
        return new ProductTile(assembler, set, routine.weights(), vectors, routine.inputs());
    }

    /// Where row `input` of the inputs is read.
    static General row(int input) {
        return ROWS[input];
    }

    Vector result(int vector, int input) {
        return set.vector(input * vectors + vector);
    }

    Vector sum(int vector, int input) {
        return set.vector((inputs + input) * vectors + vector);
    }

    Vector free() {
        return set.vector(2 * inputs * vectors);
    }

    /// The other free register, where [#all] takes the first; else the first.
    Vector otherFree() {
        return set.vector(firstWeights() - 1);
    }

    private int firstWeights() {
        return 2 * inputs * vectors + (set.bits() == 512 ? 1 : 2);
    }

    Vector weights(int vector) {
        return set.vector(firstWeights() + vector);
    }

    /// Whether minimums have registers of their own: those are read together with the scales, which is faster.
    boolean hasMinimumRegisters() {
        return format.sums().asFloats() && set.registers() == 32;
    }

    /// The minimums of a vector; without registers of their own they take those of the weights.
    Vector minimum(int vector) {
        return hasMinimumRegisters() ? set.vector(firstConstant() + Strips.REGISTERS + vector) : weights(vector);
    }

    /// What the format's code for the weights of a vector is written for.
    Strips.Target target(int vector) {
        return new Strips.Target(assembler, set, firstConstant(), vector * set.lanes() % Strips.ROWS);
    }

    private int firstConstant() {
        return firstWeights() + vectors;
    }

    /// The block of a vector's strip.
    Memory block(int vector) {
        int strip = vector * set.lanes() / Strips.ROWS;
        return strip == 0 ? Memory.at(RAX, 0) : Memory.at(RAX, R10, strip, 0);
    }

    /// Four columns of a row of inputs.
    ///
    /// @param chunk of the part
    Memory columns(int input, int part, int chunk) {
        return input(input, part, chunk * Strips.CHUNK);
    }

    /// The scale of a part of a row of inputs.
    Memory scale(int input, int part) {
        return input(input, part, Quantisation.SCALE);
    }

    /// The sum of a group of columns of a row of inputs.
    Memory sumOfInput(int input, int part, int group) {
        return input(input, part, Quantisation.SUMS + group * Float.BYTES);
    }

    /// Byte `offset` of the record of a part.
    private Memory input(int input, int part, int offset) {
        return Memory.at(row(input), part * Quantisation.recordBytes(format.sums()) + offset);
    }

    /// A number for all lanes: as it lies in memory where instructions take that, else in register `to`.
    Operand all(Memory number, Vector to) {
        if (set.bits() == 512) {
            return number.all();
        }
        assembler.emit(Instruction.VBROADCASTSS, to, number);
        return to;
    }
}
