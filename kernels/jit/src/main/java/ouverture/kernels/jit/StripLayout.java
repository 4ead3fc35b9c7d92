package ouverture.kernels.jit;

/// Weights in strips as an instruction set multiplies them: how they lie, and the code that multiplies them.
interface StripLayout {
    /// What products need of the inputs.
    Sums sums();

    /// Bytes of a block of all rows of a strip.
    int blockBytes();

    /// Parts of a block.
    int parts();

    /// Rows of inputs that products multiply at once, at most.
    int inputs(InstructionSet set);

    /// Strips that products multiply at once, at most.
    int strips(InstructionSet set);

    /// Multiplies: [IntegerProducts].
    ///
    /// @param strips that are multiplied at once
    /// @param inputs rows of inputs
    MachineCode products(int strips, int inputs);
}
