package ouverture.kernels.jit;

/// A piece of machine code that can be written for each instruction set of x86-64.
interface Routine extends MachineCode {
    /// Writes the code.
    void emit(Assembler assembler, InstructionSet set);

    @Override
    default byte[] code(InstructionSet set) {
        Assembler assembler = new Assembler();
        emit(assembler, set);
        return assembler.code();
    }
}
