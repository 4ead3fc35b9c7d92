package ouverture.kernels.jit;

import ouverture.tensor.DType;

/// Reads ggml's k-quants: 256 numbers in parts of 16 or 32, each part with a small integer scale (and minimum)
/// of its own, which the block's half-precision scale (and scale of minimums) multiplies. At the start of a
/// block the parts' scales, and minimums, go as floats to scratch memory.
final class KQuantReader extends WeightReader {
    private static final int PART = 16;
    private static final int PARTS = 16;

    /// Of Q4_K and Q5_K.
    private static final int WIDE_PART = 32;

    /// What a 4-bit quant can be, and floats of a long vector.
    private static final int LEVELS = 16;

    /// Floats of scratch memory before the minimums.
    private static final int MINIMUMS = 16;

    private final DType type;

    KQuantReader(DType type, Assembler assembler, InstructionSet set, int register) {
        super(type, type.blockElements(), assembler, set, register);
        this.type = type;
    }

    @Override
    void prepare() {}

    @Override
    void begin(Memory step) {
        switch (type) {
            case Q2_K -> beginTwoBits(step);
            case Q3_K -> beginThreeBits(step);
            case Q6_K -> beginSixBits(step);
            default -> beginWideParts(step);
        }
    }

    /// 16 bytes of 4-bit scale and minimum; the block's scales are behind the quants.
    private void beginTwoBits(Memory step) {
        for (int minimum = 0; minimum < 2; minimum++) {
            broadcastHalf(scale, step.plus(80 + minimum * Short.BYTES));
            for (int part = 0; part < PARTS; part += set.lanes()) {
                readHalves(third, step.plus(part), minimum == 1);
                storeScaled(third, scale, minimum * MINIMUMS + part);
            }
        }
    }

    /// 12 bytes of 6-bit scales with 32 added: 4 lower bits as in nibbles of the first 8 bytes, 2 upper bits of
    /// part p in
    /// byte 8 + p % 4, further up for each four parts.
    private void beginThreeBits(Memory step) {
        Vector low = third.as(256);
        Vector high = second.as(256);
        for (int half = 0; half < 2; half++) {
            int up = 4 * half;
            readHalves(low, step.plus(96), half == 1);
            emit(Instruction.VBROADCASTSS, high.as(128), step.plus(104));
            emit(Instruction.VPMOVZXBD, high, high.as(128));
            emit(Instruction.VPSRLVD, high, high, assembler.constant(up, up, up, up, up + 2, up + 2, up + 2, up + 2));
            emit(Instruction.VPAND, high, high, all(3));
            shift(high, 4);
            emit(Instruction.VPOR, low, low, high);
            emit(Instruction.VPSUBD, low, low, all(32));
            broadcastHalf(high, step.plus(108));
            storeScaled(low, high, 8 * half);
        }
    }

    /// 16 signed bytes of scales before the block's.
    private void beginSixBits(Memory step) {
        broadcastHalf(scale, step.plus(208));
        for (int part = 0; part < PARTS; part += set.lanes()) {
            emit(Instruction.VPMOVSXBD, third, step.plus(192 + part));
            storeScaled(third, scale, part);
        }
    }

    /// 12 bytes of 6-bit scales and minimums of 8 parts: scales 0 to 3 and minimums 0 to 3 in the lower 6 bits
    /// of bytes 0
    /// to 7; of the others the lower 4 bits in the halves of bytes 8 to 11, the upper 2 at the top of bytes 0 to
    /// 7.
    private void beginWideParts(Memory step) {
        Vector first = scale.as(128);
        Vector others = second.as(128);
        Vector bits = third.as(128);
        emit(Instruction.VMOVSD, first, step.plus(4));
        assembler.emit(Instruction.VPSRLW, others, first, 2);
        emit(Instruction.VPAND, others, others, bytes(0x30));
        emit(Instruction.VBROADCASTSS, bits, step.plus(12));
        emit(Instruction.VPSRLVD, bits, bits, assembler.constant(0, 4, 0, 4));
        emit(Instruction.VPAND, bits, bits, bytes(0x0f));
        emit(Instruction.VPOR, others, others, bits);
        emit(Instruction.VPAND, first, first, bytes(0x3f));
        emit(Instruction.VPUNPCKLDQ, first, first, others);
        Vector parts = third.as(256);
        Vector factor = second.as(256);
        for (int minimum = 0; minimum < 2; minimum++) {
            emit(Instruction.VPMOVZXBD, parts, first);
            broadcastHalf(factor, step.plus(minimum * Short.BYTES));
            storeScaled(parts, factor, minimum * MINIMUMS);
            assembler.emit(Instruction.VPERMILPS, first, first, 0x4e); // the minimums are in the upper half
        }
    }

    private Memory bytes(int value) {
        int word = value * 0x01010101;
        return assembler.constant(word, word, word, word);
    }

    /// Stores integers times a factor.
    private void storeScaled(Vector integers, Vector factor, int index) {
        emit(Instruction.VCVTDQ2PS, integers, integers);
        emit(Instruction.VMULPS, integers, integers, factor);
        assembler.store(Instruction.VMOVUPS_STORE, scratch(index), integers);
    }

    @Override
    void read(Vector to, Memory step, int part) {
        int column = part * set.lanes();
        if (type == DType.Q4_K && set.lanes() == LEVELS) {
            lookUp(to, step, column);
            return;
        }
        boolean wideParts = type == DType.Q4_K || type == DType.Q5_K;
        boolean hasMinimum = wideParts || type == DType.Q2_K;
        int size = wideParts ? WIDE_PART : PART;
        if (column % size == 0) {
            emit(Instruction.VBROADCASTSS, scale, scratch(column / size));
            if (hasMinimum) {
                emit(Instruction.VBROADCASTSS, second, scratch(MINIMUMS + column / size));
            }
        }
        switch (type) {
            case Q2_K -> readPairOfBits(to, step.plus(16), column, 0);
            case Q3_K -> readThreeBits(to, step, column);
            case Q6_K -> readSixBits(to, step, column);
            default -> readWidePart(to, step, column);
        }
        emit(Instruction.VCVTDQ2PS, to, to);
        emit(Instruction.VMULPS, to, to, scale);
        if (hasMinimum) {
            emit(Instruction.VSUBPS, to, to, second);
        }
    }

    /// Reads Q4_K by what each of the 16 quants means in a part, which is one vector of floats.
    private void lookUp(Vector to, Memory step, int column) {
        int part = column / WIDE_PART;
        if (column % WIDE_PART == 0) {
            int[] quants = new int[LEVELS];
            for (int i = 0; i < LEVELS; i++) {
                quants[i] = Float.floatToRawIntBits(i);
            }
            emit(Instruction.VBROADCASTSS, scale, scratch(part));
            emit(Instruction.VMULPS, scale, scale, assembler.constant(quants));
            emit(Instruction.VBROADCASTSS, to, scratch(MINIMUMS + part));
            emit(Instruction.VSUBPS, scale, scale, to);
        }
        // Two neighbouring parts share their bytes.
        Vector quants = column % WIDE_PART == 0 ? second : third;
        if (part % 2 == 0) {
            emit(Instruction.VPMOVZXBD, quants, step.plus(16 + part / 2 * WIDE_PART + column % WIDE_PART));
        } else {
            shift(quants, -4);
        }
        // Of an index it takes the lower four bits.
        emit(Instruction.VPERMPS, to, quants, scale);
    }

    /// Two bits of each number: in byte i those of numbers i, i + 32, i + 64 and i + 96 of 128.
    ///
    /// @param up where the lower bit is to be
    private void readPairOfBits(Vector to, Memory from, int column, int up) {
        emit(Instruction.VPMOVZXBD, to, from.plus(column / 128 * 32 + column % 32));
        shift(to, up - column % 128 / 32 * 2);
        emit(Instruction.VPAND, to, to, all(3 << up));
    }

    /// One bit of each number: bit p of byte i that of number i + 32 p.
    ///
    /// @param up where it is to be
    private void readBit(Vector to, Memory from, int column, int up) {
        emit(Instruction.VPMOVZXBD, to, from.plus(column % 32));
        shift(to, up - column / 32);
        emit(Instruction.VPAND, to, to, all(1 << up));
    }

    private void readThreeBits(Vector to, Memory step, int column) {
        readPairOfBits(to, step.plus(32), column, 0);
        readBit(third, step, column, 2);
        emit(Instruction.VPOR, to, to, third);
        emit(Instruction.VPSUBD, to, to, all(4));
    }

    private void readSixBits(Vector to, Memory step, int column) {
        readHalves(to, step.plus(column / 128 * 64 + column % 64), column % 128 >= 64);
        readPairOfBits(third, step.plus(128), column, 4);
        emit(Instruction.VPOR, to, to, third);
        emit(Instruction.VPSUBD, to, to, all(32));
    }

    private void readWidePart(Vector to, Memory step, int column) {
        boolean five = type == DType.Q5_K;
        boolean upper = column / WIDE_PART % 2 == 1;
        int quants = (five ? 48 : 16) + column / 64 * WIDE_PART + column % WIDE_PART;
        readHalves(to, step.plus(quants), upper);
        if (five) {
            readBit(third, step.plus(16), column, 4);
            emit(Instruction.VPOR, to, to, third);
        }
    }
}
