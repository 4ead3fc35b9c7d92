package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

/// Turns packed weights to [ExpandedStrips]. Arguments: packed blocks, parts of expanded ones, number of blocks.
record Expansion(PackedFormat format) implements Routine {
    /// The first register for the format.
    private static final int FREE = 2;

    @Override
    public String name() {
        return "expansion of " + format.name();
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        format.prepare(new Strips.Target(assembler, set, FREE, 0));
        Assembler.Label block = assembler.here();
        for (int row = 0; row < Strips.ROWS; row += set.lanes()) {
            emit(new Strips.Target(assembler, set, FREE, row));
        }
        assembler.add(RDI, format.blockBytes());
        assembler.add(RSI, format.parts() * format.expanded().blockBytes());
        assembler.subtract(RDX, 1);
        assembler.jumpIfNotZero(block);
        assembler.endVectors();
        assembler.leave();
    }

    /// All parts of some rows. Registers 0 and 1 are for what is read.
    private void emit(Strips.Target target) {
        ExpandedStrips expanded = format.expanded();
        Assembler assembler = target.assembler();
        Vector value = target.set().vector(0);
        Vector free = target.set().vector(1);
        Memory from = Memory.at(RDI, 0);
        for (int part = 0; part < format.parts(); part++) {
            if (target.row() == 0) {
                format.prefetch(assembler, from, part);
            }
            Memory to = Memory.at(RSI, part * expanded.blockBytes());
            for (int chunk = 0; chunk < Strips.PART / Strips.CHUNK; chunk++) {
                format.weights(target, value, from, part, chunk, free);
                assembler.store(Instruction.VMOVUPS_STORE, expanded.weights(target, to, chunk), value);
            }
            for (int group = 0; group < format.sums().groups(); group++) {
                format.scale(target, value, from, part, group, free);
                assembler.store(Instruction.VMOVUPS_STORE, expanded.scale(target, to, group), value);
                if (format.sums().asFloats()) {
                    format.minimum(target, value, from, part, group, free);
                    assembler.store(Instruction.VMOVUPS_STORE, expanded.minimum(target, to, group), value);
                }
            }
        }
    }
}
