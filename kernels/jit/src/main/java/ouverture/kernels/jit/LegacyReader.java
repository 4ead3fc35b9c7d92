package ouverture.kernels.jit;

import ouverture.tensor.DType;

/// Reads ggml's first block formats: 32 numbers with a half-precision scale, in the `_1` formats a minimum
/// behind it, in
/// the `Q5` formats a word of fifth bits behind that, then 4-bit quants (number i in the lower half of byte i,
/// number i +
/// 16 in the upper) or signed bytes.
final class LegacyReader extends WeightReader {
    private static final int MIDDLE = 16;

    private final DType type;
    private final boolean hasMinimum;
    private final boolean hasFifthBits;

    LegacyReader(DType type, Assembler assembler, InstructionSet set, int register) {
        super(type, type.blockElements(), assembler, set, register);
        this.type = type;
        hasMinimum = type == DType.Q4_1 || type == DType.Q5_1;
        hasFifthBits = type == DType.Q5_0 || type == DType.Q5_1;
    }

    @Override
    void prepare() {}

    @Override
    void begin(Memory step) {
        broadcastHalf(scale, step);
        if (hasMinimum) {
            broadcastHalf(second, step.plus(Short.BYTES));
        }
    }

    @Override
    void read(Vector to, Memory step, int part) {
        int column = part * set.lanes();
        int header = Short.BYTES * (hasMinimum ? 2 : 1);
        if (type == DType.Q8_0) {
            emit(Instruction.VPMOVSXBD, to, step.plus(header + column));
        } else {
            int quants = header + (hasFifthBits ? Integer.BYTES : 0);
            readHalves(to, step.plus(quants + column % MIDDLE), column >= MIDDLE);
        }
        if (hasFifthBits) {
            int[] bits = new int[set.lanes()];
            for (int i = 0; i < bits.length; i++) {
                bits[i] = column + i;
            }
            emit(Instruction.VBROADCASTSS, third, step.plus(header));
            emit(Instruction.VPSRLVD, third, third, assembler.constant(bits));
            emit(Instruction.VPAND, third, third, all(1));
            shift(third, 4);
            emit(Instruction.VPOR, to, to, third);
        }
        if (type == DType.Q5_0) {
            emit(Instruction.VPSUBD, to, to, all(16));
        }
        emit(Instruction.VCVTDQ2PS, to, to);
        emit(Instruction.VMULPS, to, to, scale);
        if (hasMinimum) {
            emit(Instruction.VADDPS, to, to, second);
        }
    }
}
