package ouverture.kernels.jit;

/// Writes the code that combines the lanes of a vector, in one fixed order.
final class Lanes {
    private static final int SWAP_HALVES = 0x4e;
    private static final int SWAP_NEIGHBOURS = 0xb1;

    private Lanes() {}

    /// Leaves the sum of a vector of floats in its lowest lane. Uses register `free`.
    static void sum(Assembler assembler, Vector vector, int free) {
        Vector low = fold(assembler, Instruction.VADDPS, vector, free);
        assembler.emit(Instruction.VHADDPS, low, low, low);
        assembler.emit(Instruction.VHADDPS, low, low, low);
    }

    /// Leaves the sum of a vector of doubles in its lowest lane. Uses register `free`.
    static void sumDoubles(Assembler assembler, Vector vector, int free) {
        Vector low = fold(assembler, Instruction.VADDPD, vector, free);
        assembler.emit(Instruction.VHADDPD, low, low, low);
    }

    /// Leaves the largest of a vector of floats in its lowest lane. Uses register `free`.
    static void maximum(Assembler assembler, Vector vector, int free) {
        largest(assembler, Instruction.VMAXPS, vector, free);
    }

    /// Leaves the largest of a vector of integers in all lanes of its lower part, which it returns. Uses register
    /// `free`.
    static Vector largestInteger(Assembler assembler, Vector vector, int free) {
        return largest(assembler, Instruction.VPMAXSD, vector, free);
    }

    private static Vector largest(Assembler assembler, Instruction operation, Vector vector, int free) {
        Vector low = fold(assembler, operation, vector, free);
        Vector swapped = new Vector(free, low.bits());
        for (int order : new int[] {SWAP_HALVES, SWAP_NEIGHBOURS}) {
            assembler.emit(Instruction.VPERMILPS, swapped, low, order);
            assembler.emit(operation, low, low, swapped);
        }
        return low;
    }

    /// Combines halves until 128 bits are left, which it returns. Uses register `free`.
    static Vector fold(Assembler assembler, Instruction operation, Vector vector, int free) {
        Vector low = vector;
        while (low.bits() > 128) {
            Vector high = new Vector(free, low.bits() / 2);
            Instruction extract = low.bits() == 512 ? Instruction.VEXTRACTF64X4 : Instruction.VEXTRACTF128;
            assembler.store(extract, high, low, 1);
            low = low.half();
            assembler.emit(operation, low, low, high);
        }
        return low;
    }
}
