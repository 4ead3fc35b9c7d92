package ouverture.kernels.jit;

import java.util.HashMap;
import java.util.Map;

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

    /// Vector registers that [#emit] uses, with that of the result.
    static final int REGISTERS = 4;

    /// Factors of the series, but for the highest power.
    private static final float[] FACTORS = {1f / 720, 1f / 120, 1f / 24, 1f / 6, 0.5f, 1, 1};

    private static final float HIGHEST_FACTOR = 1f / 5040;

    private final Loop loop;
    private final Map<Float, Vector> kept;

    private Exponential(Loop loop, Map<Float, Vector> kept) {
        this.loop = loop;
        this.kept = kept;
    }

    /// Replaces the floats x in register `first` by e^x; what is not a number stays so. Uses the three registers
    /// behind it too.
    static void emit(Loop loop, int first) {
        new Exponential(loop, Map.of()).emit(first);
    }

    /// Keeps the constants in registers from `first` on, where there are many: for whole vectors, over and over.
    static Exponential prepared(Assembler assembler, InstructionSet set, int first) {
        Loop loop = new Loop(assembler, set, set.lanes(), true);
        Map<Float, Vector> kept = new HashMap<>();
        if (set.registers() > 16) {
            float[] others = {HIGHEST, LOWEST, PER_LN_2, LN_2, LN_2_REST, HIGHEST_FACTOR};
            for (float[] constants : new float[][] {others, FACTORS}) {
                for (float constant : constants) {
                    if (!kept.containsKey(constant)) {
                        Vector register = set.vector(first + kept.size());
                        assembler.emit(Instruction.VMOVUPS, register, loop.constant(constant));
                        kept.put(constant, register);
                    }
                }
            }
        }
        return new Exponential(loop, kept);
    }

    /// As the other, for a whole vector.
    void emit(int first) {
        Vector x = loop.register(first);
        Vector n = loop.register(first + 1);
        Vector power = loop.register(first + 2);
        // Of two operands of which one is not a number, the second is the result.
        loop.emit(Instruction.VMINPS, x, loaded(n, HIGHEST), x);
        loop.emit(Instruction.VMAXPS, x, loaded(n, LOWEST), x);
        loop.emit(Instruction.VMULPS, n, x, constant(PER_LN_2));
        boolean wide = x.bits() == 512;
        if (wide) {
            loop.assembler().emit(Instruction.VRNDSCALEPS, n, n, 0);
        } else {
            loop.emit(Instruction.VADDPS, n, n, constant(ROUND));
            loop.emit(Instruction.VSUBPS, n, n, constant(ROUND));
        }
        loop.emit(Instruction.VFNMADD231PS, x, n, constant(LN_2));
        loop.emit(Instruction.VFNMADD231PS, x, n, constant(LN_2_REST));
        loop.assembler().emit(Instruction.VMOVUPS, power, constant(HIGHEST_FACTOR));
        for (float factor : FACTORS) {
            loop.emit(Instruction.VFMADD213PS, power, x, constant(factor));
        }
        if (wide) {
            loop.emit(Instruction.VSCALEFPS, x, power, n);
        } else {
            multiplyByPowerOf2(x, power, n, loop.register(first + 3));
        }
    }

    /// 2^n in two factors: n may lie beyond the exponents of normal floats.
    private void multiplyByPowerOf2(Vector x, Vector power, Vector n, Vector other) {
        Assembler assembler = loop.assembler();
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

    private Operand constant(float value) {
        Vector register = kept.get(value);
        return register == null ? loop.constant(value) : register;
    }

    /// A register with a constant: `to`, if none keeps it.
    private Vector loaded(Vector to, float value) {
        if (constant(value) instanceof Vector register) {
            return register;
        }
        loop.assembler().emit(Instruction.VMOVUPS, to, loop.constant(value));
        return to;
    }
}
