package ouverture.kernels.jit;

import ouverture.kernels.jit.Strips.Target;

/// Writes the code that takes packed weights and their scales out of 32-bit lanes. Bits are moved up within
/// them, or down by a negative number.
final class Bits {
    /// What VPTERNLOGD gives for each value of the bits a, b and c: a | b & c.
    private static final int OR_OF_AND = 0xf8;

    private Bits() {}

    /// Reads lanes, moves their bits and keeps those of a mask.
    static void read(Target target, Vector to, Memory from, int up, Vector mask) {
        Operand bits = from;
        if (up != 0) {
            shift(target, to, from, up);
            bits = to;
        }
        target.emit(Instruction.VPAND, to, mask, bits);
    }

    /// As the other, with a mask in memory.
    static void read(Target target, Vector to, Memory from, int up, Memory mask) {
        shift(target, to, from, up);
        target.emit(Instruction.VPAND, to, to, mask);
    }

    /// Reads lanes, moves their bits and puts those of a mask into `to`, which has none there.
    static void insert(Target target, Vector to, Memory from, int up, Vector mask, Vector free) {
        if (up == 0) {
            insert(target, to, from, mask, free);
        } else {
            shift(target, free, from, up);
            insert(target, to, free, mask, free);
        }
    }

    /// Puts the bits of a mask into `to`, which has none there.
    static void insert(Target target, Vector to, Operand bits, Vector mask, Vector free) {
        if (isLong(target)) {
            target.assembler().emit(Instruction.VPTERNLOGD, to, mask, bits, OR_OF_AND);
        } else {
            target.emit(Instruction.VPAND, free, mask, bits);
            target.emit(Instruction.VPOR, to, to, free);
        }
    }

    /// Moves bits.
    static void shift(Target target, Vector to, Operand from, int up) {
        Operand source = from;
        if (!from.equals(to) && (up == 0 || !isLong(target))) {
            target.emit(Instruction.VMOVUPS, to, from);
            source = to;
        }
        if (up != 0) {
            Instruction shift = up > 0 ? Instruction.VPSLLD : Instruction.VPSRLD;
            target.assembler().emit(shift, to, source, Math.abs(up));
        }
    }

    /// Puts 6-bit numbers with 32 added together: what is among bits 0 to 3 of `lower`, and 4 and 5 of `upper`.
    static void signedSixBits(Target target, Vector lower, Vector upper) {
        target.emit(Instruction.VPAND, lower, lower, target.all(0x0f));
        target.emit(Instruction.VPAND, upper, upper, target.all(0x30));
        target.emit(Instruction.VPOR, lower, lower, upper);
        target.emit(Instruction.VPSUBD, lower, lower, target.all(32));
    }

    /// Makes floats of integers and multiplies them with numbers in half precision.
    static void multiply(Target target, Vector integers, Memory halves, Vector free) {
        target.emit(Instruction.VCVTDQ2PS, integers, integers);
        target.emit(Instruction.VCVTPH2PS, free, halves);
        target.emit(Instruction.VMULPS, integers, integers, free);
    }

    /// Whether vectors have 512 bits, and instructions the forms of AVX-512.
    private static boolean isLong(Target target) {
        return target.set().bits() == 512;
    }
}
