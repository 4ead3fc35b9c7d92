package ouverture.kernels.jit;

import ouverture.tensor.DType;

/// Reads formats whose 4-bit quants name one of 16 levels, which a scale multiplies: in a part of 32 numbers
/// byte i holds number i in its lower half and number i + 16 in the upper. For Q4_0 the levels are the integers
/// from -8 on.
final class LevelReader extends WeightReader {
    private static final int COUNT = 16;
    private static final int PART = 32;
    private static final int[] LOWER_HALVES = {0x0f0f0f0f, 0x0f0f0f0f, 0x0f0f0f0f, 0x0f0f0f0f};

    private static final int[] EVEN = {-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7};

    /// Of IQ4_NL and IQ4_XS.
    static final int[] UNEVEN = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /// Of MXFP4, doubled (E2M1 of the OCP Microscaling Formats 1.0).
    private static final int[] E2M1_DOUBLED = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    /// Bit 0 of a float's exponent.
    private static final int EXPONENT = 23;

    private final DType type;

    /// Whether a vector holds all levels, so that they are looked up as floats; else they are as bytes.
    private final boolean wide;

    private final Vector table;

    LevelReader(DType type, Assembler assembler, InstructionSet set, int register) {
        super(type, type.blockElements(), assembler, set, register);
        this.type = type;
        wide = set.lanes() == COUNT;
        table = wide ? second : second.as(128);
    }

    @Override
    void prepare() {
        int[] levels = switch (type) {
            case Q4_0 -> EVEN;
            case MXFP4 -> E2M1_DOUBLED;
            default -> UNEVEN;
        };
        int[] words = new int[wide ? COUNT : COUNT / 4];
        for (int i = 0; i < COUNT; i++) {
            if (wide) {
                words[i] = Float.floatToRawIntBits(levels[i]);
            } else {
                words[i / 4] |= (levels[i] & 0xff) << i % 4 * 8;
            }
        }
        emit(Instruction.VMOVUPS, table, assembler.constant(words));
    }

    @Override
    void begin(Memory step) {
        switch (type) {
            case MXFP4 -> readExponent(step);
            case IQ4_XS -> readPartScales(step);
            default -> broadcastHalf(scale, step);
        }
        if (wide && type != DType.IQ4_XS) {
            emit(Instruction.VMULPS, scale, scale, table);
        }
    }

    /// Half of 2^(exponent - 127), as the levels are doubled; the two smallest are no normal floats.
    private void readExponent(Memory step) {
        emit(Instruction.VPBROADCASTB, third.as(128), step);
        emit(Instruction.VPMOVZXBD, third, third.as(128));
        emit(Instruction.VPSUBD, scale, third, all(1));
        shift(scale, EXPONENT);
        emit(Instruction.VPADDD, third, third, all(1));
        shift(third, EXPONENT - 2);
        emit(Instruction.VPMAXSD, scale, scale, third);
    }

    /// The eight scales of an IQ4_XS block: 6 bits each, 32 added, the lower 4 and the upper 2 of all in two
    /// words.
    private void readPartScales(Memory step) {
        Vector low = third.as(256);
        Vector high = scale.as(256);
        int[] lowBits = new int[8];
        int[] highBits = new int[8];
        for (int i = 0; i < 8; i++) {
            lowBits[i] = 4 * i;
            highBits[i] = Short.SIZE + 2 * i;
        }
        emit(Instruction.VBROADCASTSS, low, step.plus(4));
        emit(Instruction.VPSRLVD, low, low, assembler.constant(lowBits));
        emit(Instruction.VPAND, low, low, all(15));
        emit(Instruction.VBROADCASTSS, high, step);
        emit(Instruction.VPSRLVD, high, high, assembler.constant(highBits));
        emit(Instruction.VPAND, high, high, all(3));
        shift(high, 4);
        emit(Instruction.VPOR, low, low, high);
        emit(Instruction.VPSUBD, low, low, all(32));
        emit(Instruction.VCVTDQ2PS, low, low);
        broadcastHalf(high, step);
        emit(Instruction.VMULPS, low, low, high);
        assembler.store(Instruction.VMOVUPS_STORE, scratch(0), low);
    }

    @Override
    void read(Vector to, Memory step, int part) {
        int column = part * set.lanes();
        if (type == DType.IQ4_XS && column % PART == 0) {
            emit(Instruction.VBROADCASTSS, scale, scratch(column / PART));
            if (wide) {
                emit(Instruction.VMULPS, scale, scale, table);
            }
        }
        int header = switch (type) {
            case MXFP4 -> 1;
            case IQ4_XS -> 8;
            default -> 2;
        };
        Memory quants = step.plus(header + column / PART * COUNT + column % COUNT);
        boolean upper = column % PART >= COUNT;
        if (wide) {
            if (upper) {
                shift(third, -4);
            } else {
                emit(Instruction.VPMOVZXBD, third, quants);
            }
            // Of an index it takes the lower four bits.
            emit(Instruction.VPERMPS, to, third, scale);
            return;
        }
        Vector bytes = to.as(128);
        emit(Instruction.VMOVSD, bytes, quants);
        if (upper) {
            assembler.emit(Instruction.VPSRLW, bytes, bytes, 4);
        }
        emit(Instruction.VPAND, bytes, bytes, assembler.constant(LOWER_HALVES));
        emit(Instruction.VPSHUFB, bytes, table, bytes);
        emit(Instruction.VPMOVSXBD, to, bytes);
        emit(Instruction.VCVTDQ2PS, to, to);
        emit(Instruction.VMULPS, to, to, scale);
    }
}
