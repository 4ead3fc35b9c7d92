package ouverture.kernels.jit;

/// A piece of machine code that can be written for an instruction set. Equal routines have the same code.
interface Routine {
    /// Writes the code.
    void emit(Assembler assembler, InstructionSet set);
}
