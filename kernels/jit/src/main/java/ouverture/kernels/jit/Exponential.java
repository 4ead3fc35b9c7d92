package ouverture.kernels.jit;

/// Writes the code of e^x, to 2e-7 of it: e^x = 2^n e^r with |r| <= ln(2) / 2, and Taylor's series of e^r to the
/// seventh power.
final class Exponential {
    /// 2^23 + 2^22: adding it leaves no bits for a fraction, so that it rounds to an integer.
    private static final float ROUND = 0x1.8p23f;

    private static final float PER_LN_2 = 1.442695f;

    /// ln 2 in two parts; the first has few bits, so that its products with small integers are exact.
    private static final float LN_2 = 0x1.62e4p-1f;

    private static final float LN_2_REST = 1.4286068e-6f;

    /// Beyond, the result is 0 or infinite.
    private static final float LOWEST = -110;

    private static final float HIGHEST = 90;

    private static final int EXPONENT_BIAS = 127;
    private static final int FRACTION_BITS = 23;

    private Exponential() {}

    /// Replaces the floats x in register `first` by e^x; what is not a number stays so. Uses the three registers
    /// behind it too.
    static void emit(Loop loop, int first) {
        Vector x = loop.register(first);
        Vector n = loop.register(first + 1);
        Vector power = loop.register(first + 2);
        Vector other = loop.register(first + 3);
        Assembler assembler = loop.assembler();
        // Of two operands of which one is not a number, the second is the result.
        load(assembler, n, loop.constant(HIGHEST));
        loop.emit(Instruction.VMINPS, x, n, x);
        load(assembler, n, loop.constant(LOWEST));
        loop.emit(Instruction.VMAXPS, x, n, x);
        loop.emit(Instruction.VMULPS, n, x, loop.constant(PER_LN_2));
        loop.emit(Instruction.VADDPS, n, n, loop.constant(ROUND));
        loop.emit(Instruction.VSUBPS, n, n, loop.constant(ROUND));
        loop.emit(Instruction.VFNMADD231PS, x, n, loop.constant(LN_2));
        loop.emit(Instruction.VFNMADD231PS, x, n, loop.constant(LN_2_REST));
        load(assembler, power, loop.constant(1f / 5040));
        for (float factor : new float[] {1f / 720, 1f / 120, 1f / 24, 1f / 6, 0.5f, 1, 1}) {
            loop.emit(Instruction.VFMADD213PS, power, x, loop.constant(factor));
        }
        // 2^n in two factors: n may lie beyond the exponents of normal floats.
        assembler.emit(Instruction.VCVTPS2DQ, n, n);
        assembler.emit(Instruction.VPSRAD, other, n, 1);
        loop.emit(Instruction.VPSUBD, n, n, other);
        for (Vector part : new Vector[] {n, other}) {
            loop.emit(Instruction.VPADDD, part, part, loop.bits(EXPONENT_BIAS));
            assembler.emit(Instruction.VPSLLD, part, part, FRACTION_BITS);
        }
        loop.emit(Instruction.VMULPS, power, power, n);
        loop.emit(Instruction.VMULPS, x, power, other);
    }

    private static void load(Assembler assembler, Vector to, Memory from) {
        assembler.emit(Instruction.VMOVUPS, to, from);
    }
}
