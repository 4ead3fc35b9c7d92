package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R10;
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

/// Products of strips of weights with rows of inputs that [Quantisation] rounded.
///
/// Arguments: the first strip, addresses of the rows of inputs, addresses of the rows of outputs, byte of those
/// that the first strip's outputs go to, number of groups of strips, blocks of a row.
///
/// Bytes are multiplied and added up without rounding over the columns that share a scale ([GroupSums]); the sum
/// times the product of both scales is added to the result with one rounding, columns ascending. The order is
/// the same for any number of strips and inputs and in every instruction set, and so are the results.
///
/// @param strips of a group: 1 to [#STRIPS]
/// @param inputs rows of inputs: 1 to [#INPUTS]
record IntegerProducts(Strips weights, int strips, int inputs) implements Routine {
    /// Strips that share what is read of the inputs, at most.
    static final int STRIPS = 2;

    /// Rows of inputs that share what is read of the weights, at most: as many as 32 registers hold sums for.
    static final int INPUTS = 6;

    private static final General[] SAVED = {RBX, RBP, R12, R13, R14, R15};

    @Override
    public String name() {
        return "products of " + strips + " strips of " + weights.name() + " with " + inputs;
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        new Emitter(assembler, weights, ProductTile.of(assembler, set, this)).emit(strips);
    }

    private record Emitter(Assembler assembler, Strips format, ProductTile tile) {
        void emit(int strips) {
            for (General register : SAVED) {
                assembler.push(register);
            }
            assembler.multiply(R10, R9, format.blockBytes());
            format.prepare(tile.target(0));
            Assembler.Label group = assembler.here();
            assembler.move(RAX, RDI);
            for (int t = 0; t < tile.inputs(); t++) {
                assembler.load(ProductTile.row(t), Memory.at(RSI, t * Long.BYTES));
                for (int v = 0; v < tile.vectors(); v++) {
                    assembler.emit(Instruction.VPXOR, tile.result(v, t), tile.result(v, t), tile.result(v, t));
                }
            }
            assembler.move(R15, R9);
            Assembler.Label block = assembler.here();
            for (int part = 0; part < format.parts(); part++) {
                prefetch(part);
                for (int g = 0; g < format.sums().groups(); g++) {
                    new GroupSums(tile).emit(part, g);
                    scale(part, g);
                    if (format.sums().asFloats()) {
                        subtractMinimums(part, g);
                    }
                }
            }
            assembler.add(RAX, format.blockBytes());
            for (int t = 0; t < tile.inputs(); t++) {
                assembler.add(ProductTile.row(t), format.parts() * Quantisation.recordBytes(format.sums()));
            }
            assembler.subtract(R15, 1);
            assembler.jumpIfNotZero(block);
            store();
            for (int s = 0; s < strips; s++) {
                assembler.add(RDI, R10);
            }
            assembler.add(RCX, tile.vectors() * tile.set().bytes());
            assembler.subtract(R8, 1);
            assembler.jumpIfNotZero(group);
            for (int i = SAVED.length - 1; i >= 0; i--) {
                assembler.pop(SAVED[i]);
            }
            assembler.endVectors();
            assembler.leave();
        }

        /// Once for each strip.
        private void prefetch(int part) {
            for (int v = 0; format.readsAhead() && v < tile.vectors(); v++) {
                if (tile.target(v).row() == 0) {
                    format.prefetch(assembler, tile.block(v), part);
                }
            }
        }

        /// Adds the sums of a group of columns to the results.
        private void scale(int part, int group) {
            Vector product = tile.otherFree();
            for (int v = 0; v < tile.vectors(); v++) {
                format.scale(tile.target(v), tile.weights(v), tile.block(v), part, group, tile.free());
            }
            if (tile.hasMinimumRegisters()) {
                readMinimums(part, group);
            }
            for (int t = 0; t < tile.inputs(); t++) {
                Operand scale = tile.all(tile.scale(t, part), tile.free());
                for (int v = 0; v < tile.vectors(); v++) {
                    assembler.emit(Instruction.VCVTDQ2PS, tile.sum(v, t), tile.sum(v, t));
                    assembler.emit(Instruction.VMULPS, product, tile.weights(v), scale);
                    assembler.emit(Instruction.VFMADD231PS, tile.result(v, t), tile.sum(v, t), product);
                }
            }
        }

        private void readMinimums(int part, int group) {
            for (int v = 0; v < tile.vectors(); v++) {
                format.minimum(tile.target(v), tile.minimum(v), tile.block(v), part, group, tile.free());
            }
        }

        private void subtractMinimums(int part, int group) {
            if (!tile.hasMinimumRegisters()) {
                readMinimums(part, group);
            }
            for (int t = 0; t < tile.inputs(); t++) {
                Operand sum = tile.all(tile.sumOfInput(t, part, group), tile.free());
                for (int v = 0; v < tile.vectors(); v++) {
                    assembler.emit(Instruction.VFNMADD231PS, tile.result(v, t), tile.minimum(v), sum);
                }
            }
        }

        private void store() {
            for (int t = 0; t < tile.inputs(); t++) {
                assembler.load(RAX, Memory.at(RDX, t * Long.BYTES));
                for (int v = 0; v < tile.vectors(); v++) {
                    Memory to = Memory.at(RAX, RCX, 1, v * tile.set().bytes());
                    assembler.store(Instruction.VMOVUPS_STORE, to, tile.result(v, t));
                }
            }
        }
    }
}
