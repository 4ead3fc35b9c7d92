package ouverture.kernels.jit;

/// A piece of machine code that can be written.
interface MachineCode {
    /// Says what it does; pieces of one name have the same code. A string and not the record itself is what code
    /// is looked up by, because the first hash code of each kind of record takes the JVM milliseconds.
    String name();

    /// Writes the code.
    byte[] code(InstructionSet set);
}
