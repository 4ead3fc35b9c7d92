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

/// Products of strips of weights with rows of inputs that [Quantisation] rounded, for AVX-512 VNNI.
///
/// Arguments: the first strip, addresses of the rows of inputs, addresses of the rows of outputs, byte of those
/// that the first strip's outputs go to, number of groups of strips, blocks of a row.
///
/// Bytes are multiplied and added up without rounding over the columns that share a scale; the sum times the
/// product of both scales is added to the result with one rounding, columns ascending. The order is the same for
/// any number of strips and inputs.
///
/// @param strips of a group: 1 to [#STRIPS]
/// @param inputs rows of inputs: 1 to [#INPUTS]
record IntegerProducts(Strips weights, int strips, int inputs) implements Routine {
    /// Strips that share what is read of the inputs, at most.
    static final int STRIPS = 2;

    /// Rows of inputs that share what is read of the weights, at most: as many as the registers hold sums for.
    static final int INPUTS = 6;

    private static final General[] SAVED = {RBX, RBP, R12, R13, R14, R15};

    /// Where the rows of inputs are read.
    private static final General[] ROWS = {RBX, RBP, R11, R12, R13, R14};

    @Override
    public String name() {
        return "products of " + strips + " strips of " + weights.name() + " with " + inputs;
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        new Emitter(assembler, set, this).emit();
    }

    private static final class Emitter {
        private final Assembler assembler;
        private final InstructionSet set;
        private final Strips format;
        private final int strips;
        private final int inputs;

        /// Behind the results and the sums: a register for the inputs, one for the weights of each strip, the
        /// format's.
        private final int free;

        private final Strips.Target target;

        Emitter(Assembler assembler, InstructionSet set, IntegerProducts routine) {
            this.assembler = assembler;
            this.set = set;
            format = routine.weights;
            strips = routine.strips;
            inputs = routine.inputs;
            free = 2 * strips * inputs;
            target = new Strips.Target(assembler, set, free + 1 + strips, 0);
        }

        void emit() {
            for (General register : SAVED) {
                assembler.push(register);
            }
            assembler.multiply(R10, R9, format.blockBytes());
            format.prepare(target);
            Assembler.Label group = assembler.here();
            assembler.move(RAX, RDI);
            for (int t = 0; t < inputs; t++) {
                assembler.load(ROWS[t], Memory.at(RSI, t * Long.BYTES));
                for (int s = 0; s < strips; s++) {
                    assembler.emit(Instruction.VPXOR, result(s, t), result(s, t), result(s, t));
                }
            }
            assembler.move(R15, R9);
            Assembler.Label block = assembler.here();
            for (int part = 0; part < format.parts(); part++) {
                for (int s = 0; format.readsAhead() && s < strips; s++) {
                    format.prefetch(assembler, block(s), part);
                }
                for (int g = 0; g < format.sums().groups(); g++) {
                    multiply(part, g);
                    scale(part, g);
                }
            }
            assembler.add(RAX, format.blockBytes());
            for (int t = 0; t < inputs; t++) {
                assembler.add(ROWS[t], format.parts() * Quantisation.recordBytes(format.sums()));
            }
            assembler.subtract(R15, 1);
            assembler.jumpIfNotZero(block);
            store();
            for (int s = 0; s < strips; s++) {
                assembler.add(RDI, R10);
            }
            assembler.add(RCX, strips * set.bytes());
            assembler.subtract(R8, 1);
            assembler.jumpIfNotZero(group);
            for (int i = SAVED.length - 1; i >= 0; i--) {
                assembler.pop(SAVED[i]);
            }
            assembler.endVectors();
            assembler.leave();
        }

        /// Adds up a group of columns. The sums begin with what the weights' bytes are too large by.
        private void multiply(int part, int group) {
            Vector both = set.vector(free);
            for (int t = 0; t < inputs; t++) {
                for (int s = 0; s < strips; s++) {
                    Vector sum = sum(s, t);
                    if (format.sums().asFloats()) {
                        assembler.emit(Instruction.VPXOR, sum, sum, sum);
                    } else {
                        assembler.emit(Instruction.VPBROADCASTD, sum, sumOfInput(t, part, group));
                    }
                }
            }
            int chunks = format.sums().columns() / Strips.CHUNK;
            for (int chunk = group * chunks; chunk < (group + 1) * chunks; chunk++) {
                for (int s = 0; s < strips; s++) {
                    format.weights(target, weights(s), block(s), part, chunk, both);
                }
                for (int t = 0; t < inputs; t++) {
                    assembler.emit(Instruction.VPBROADCASTD, both, input(t, part, chunk * Strips.CHUNK));
                    for (int s = 0; s < strips; s++) {
                        assembler.emit(Instruction.VPDPBUSD, sum(s, t), weights(s), both);
                    }
                }
            }
        }

        /// Adds the sums of a group of columns to the results.
        private void scale(int part, int group) {
            Vector both = set.vector(free);
            boolean hasMinimums = format.sums().asFloats();
            for (int s = 0; s < strips; s++) {
                format.scale(target, weights(s), block(s), part, group, both);
                if (hasMinimums) {
                    format.minimum(target, minimum(s), block(s), part, group, both);
                }
            }
            for (int t = 0; t < inputs; t++) {
                Memory scale = input(t, part, Quantisation.SCALE).all();
                for (int s = 0; s < strips; s++) {
                    assembler.emit(Instruction.VCVTDQ2PS, sum(s, t), sum(s, t));
                    assembler.emit(Instruction.VMULPS, both, weights(s), scale);
                    assembler.emit(Instruction.VFMADD231PS, result(s, t), sum(s, t), both);
                    if (hasMinimums) {
                        Memory sum = sumOfInput(t, part, group).all();
                        assembler.emit(Instruction.VFNMADD231PS, result(s, t), minimum(s), sum);
                    }
                }
            }
        }

        private void store() {
            for (int t = 0; t < inputs; t++) {
                assembler.load(RAX, Memory.at(RDX, t * Long.BYTES));
                for (int s = 0; s < strips; s++) {
                    assembler.store(Instruction.VMOVUPS_STORE, Memory.at(RAX, RCX, 1, s * set.bytes()), result(s, t));
                }
            }
        }

        private Vector result(int strip, int input) {
            return set.vector(input * strips + strip);
        }

        private Vector sum(int strip, int input) {
            return set.vector((inputs + input) * strips + strip);
        }

        private Vector weights(int strip) {
            return set.vector(free + 1 + strip);
        }

        private Vector minimum(int strip) {
            return target.constant(Strips.REGISTERS - STRIPS + strip);
        }

        private Memory block(int strip) {
            return strip == 0 ? Memory.at(RAX, 0) : Memory.at(RAX, R10, strip, 0);
        }

        private Memory sumOfInput(int t, int part, int group) {
            return input(t, part, Quantisation.SUMS + group * Float.BYTES);
        }

        /// Byte `offset` of the record of a part.
        private Memory input(int t, int part, int offset) {
            return Memory.at(ROWS[t], part * Quantisation.recordBytes(format.sums()) + offset);
        }
    }
}
