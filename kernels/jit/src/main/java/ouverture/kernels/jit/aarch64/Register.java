package ouverture.kernels.jit.aarch64;

/// The general-purpose registers of AArch64. By the procedure call standard (AAPCS64) a routine may change X0 to
/// X17 and must leave the others as they were; X18 belongs to the system.
public enum Register {
    X0(0),
    X1(1),
    X2(2),
    X3(3),
    X4(4),
    X5(5),
    X6(6),
    X7(7),
    X8(8),
    X9(9),
    X10(10),
    X11(11),
    X12(12),
    X13(13),
    X14(14),
    X15(15),
    X16(16),
    X17(17),
    X18(18),
    X19(19),
    X20(20),
    X21(21),
    X22(22),
    X23(23),
    X24(24),
    X25(25),
    X26(26),
    X27(27),
    X28(28),
    X29(29),
    /// The link register: where a routine returns to.
    X30(30),
    /// The stack pointer, a multiple of 16. Where an instruction knows a register of zeros instead, its number
    /// means that, and this must not be given.
    SP(31);

    private final int number;

    Register(int number) {
        this.number = number;
    }

    /// As instructions name it.
    public int number() {
        return number;
    }
}
