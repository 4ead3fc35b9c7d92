package ouverture.kernels.jit.aarch64;

/// The general-purpose registers of AArch64. By the procedure call standard (AAPCS64) a routine may change X0 to
/// X17 and must leave the others as they were; X18 belongs to the system.
public enum Register {
    X0,
    X1,
    X2,
    X3,
    X4,
    X5,
    X6,
    X7,
    X8,
    X9,
    X10,
    X11,
    X12,
    X13,
    X14,
    X15,
    X16,
    X17,
    X18,
    X19,
    X20,
    X21,
    X22,
    X23,
    X24,
    X25,
    X26,
    X27,
    X28,
    X29,
    /// The link register: where a routine returns to.
    X30,
    /// The stack pointer, a multiple of 16. Where an instruction knows a register of zeros instead, its number
    /// means that, and this must not be given.
    SP;

    /// As instructions name it.
    public int number() {
        return ordinal();
    }
}
