package ouverture.kernels.jit;

/// The general-purpose registers of x86-64, in the order of their numbers.
enum General {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15
}
