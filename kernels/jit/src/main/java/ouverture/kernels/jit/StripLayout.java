package ouverture.kernels.jit;

/// Weights in strips as an instruction set multiplies them: how they lie, and the code that multiplies them.
interface StripLayout {
    /// What products need of the inputs.
    Sums sums();

    /// Bytes of a block of all rows of a strip.
    int blockBytes();

    /// Parts of a block.
    int parts();

    /// Multiplies: [IntegerProducts].
    MachineCode products(int strips, int inputs);
}
