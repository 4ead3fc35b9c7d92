package ouverture.kernels.jit;

import ouverture.tensor.DType;

/// Writes the code that reads weights of one number format as floats. A row is read in steps of whole blocks, and a
/// step in parts of one vector each, columns ascending.
abstract class WeightReader {
    final Assembler assembler;
    final InstructionSet set;
    private final int columns;
    private final int bytes;

    /// @param columns of a step
    /// @param bytes of a step
    WeightReader(Assembler assembler, InstructionSet set, int columns, int bytes) {
        this.assembler = assembler;
        this.set = set;
        this.columns = columns;
        this.bytes = bytes;
    }

    /// Whether there is a reader for a format.
    static boolean supports(DType type) {
        return switch (type) {
            case F32, F16, BF16, Q8_0, Q4_0 -> true;
            default -> false;
        };
    }

    /// The reader of a format.
    ///
    /// @param register the first of the vector registers that it may use for itself, at most [#REGISTERS]
    static WeightReader of(DType type, Assembler assembler, InstructionSet set, int register) {
        return switch (type) {
            case F32, F16, BF16 -> new PlainReader(type, assembler, set);
            case Q8_0 -> new EightBitReader(assembler, set, register);
            case Q4_0 -> new FourBitReader(assembler, set, register);
            default -> throw new IllegalArgumentException("no machine code reads " + type);
        };
    }

    /// Vector registers that a reader uses for itself, at most.
    static final int REGISTERS = 3;

    /// Columns of a step in a format: a row must have a multiple of it.
    static int columns(DType type, InstructionSet set) {
        return Math.max(type.blockElements(), set.lanes());
    }

    /// Columns of a step.
    final int columns() {
        return columns;
    }

    /// Bytes of a step.
    final int bytes() {
        return bytes;
    }

    /// Vectors of a step.
    final int parts() {
        return columns / set.lanes();
    }

    /// Loads constants; once, before the first step.
    abstract void prepare();

    /// Reads what the parts of a step share.
    abstract void begin(Memory step);

    /// Reads one vector of a step.
    abstract void read(Vector to, Memory step, int part);

    /// Formats without blocks: one vector is a step.
    private static final class PlainReader extends WeightReader {
        private final DType type;

        PlainReader(DType type, Assembler assembler, InstructionSet set) {
            super(assembler, set, set.lanes(), (int) type.bytes(set.lanes()));
            this.type = type;
        }

        @Override
        void prepare() {}

        @Override
        void begin(Memory step) {}

        @Override
        void read(Vector to, Memory step, int part) {
            switch (type) {
                case F16 -> assembler.emit(Instruction.VCVTPH2PS, to, step);
                case BF16 -> {
                    assembler.emit(Instruction.VPMOVZXWD, to, step);
                    assembler.emit(Instruction.VPSLLD, to, to, 16);
                }
                default -> assembler.emit(Instruction.VMOVUPS, to, step);
            }
        }
    }

    /// Blocks of 32 numbers that share a scale, a half-precision number at the start of the block.
    private abstract static class ScaledReader extends WeightReader {
        final Vector scale;

        ScaledReader(DType type, Assembler assembler, InstructionSet set, int register) {
            super(assembler, set, type.blockElements(), type.blockBytes());
            scale = set.vector(register);
        }

        @Override
        void begin(Memory step) {
            assembler.emit(Instruction.VPBROADCASTW, scale.half(), step);
            assembler.emit(Instruction.VCVTPH2PS, scale, scale.half());
        }
    }

    /// Q8_0: a scale, 32 signed bytes.
    private static final class EightBitReader extends ScaledReader {
        EightBitReader(Assembler assembler, InstructionSet set, int register) {
            super(DType.Q8_0, assembler, set, register);
        }

        @Override
        void prepare() {}

        @Override
        void read(Vector to, Memory step, int part) {
            assembler.emit(Instruction.VPMOVSXBD, to, step.plus(2 + part * set.lanes()));
            assembler.emit(Instruction.VCVTDQ2PS, to, to);
            assembler.emit(Instruction.VMULPS, to, to, scale);
        }
    }

    /// Q4_0: a scale, 16 bytes with the first 16 numbers in the lower halves and the others in the upper ones.
    private static final class FourBitReader extends ScaledReader {
        private static final int COUNT = 16;
        private static final int[] LOWER_HALVES = {0x0f0f0f0f, 0x0f0f0f0f, 0x0f0f0f0f, 0x0f0f0f0f};

        /// The meaning of the 16 numbers: as floats if a vector has as many, else as bytes.
        private final Vector table;

        private final Vector numbers;
        private final boolean wide;

        FourBitReader(Assembler assembler, InstructionSet set, int register) {
            super(DType.Q4_0, assembler, set, register);
            wide = set.lanes() == COUNT;
            table = wide ? set.vector(register + 1) : set.vector(register + 1).as(128);
            numbers = set.vector(register + 2);
        }

        @Override
        void prepare() {
            int[] words = new int[wide ? COUNT : COUNT / 4];
            for (int i = 0; i < COUNT; i++) {
                int value = i - 8;
                if (wide) {
                    words[i] = Float.floatToRawIntBits(value);
                } else {
                    words[i / 4] |= (value & 0xff) << i % 4 * 8;
                }
            }
            assembler.emit(Instruction.VMOVUPS, table, assembler.constant(words));
        }

        @Override
        void begin(Memory step) {
            super.begin(step);
            if (wide) {
                assembler.emit(Instruction.VMULPS, scale, scale, table);
                assembler.emit(Instruction.VPMOVZXBD, numbers, step.plus(2));
            }
        }

        @Override
        void read(Vector to, Memory step, int part) {
            if (wide) {
                if (part > 0) {
                    assembler.emit(Instruction.VPSRLD, numbers, numbers, 4);
                }
                // Of an index it takes the lower four bits.
                assembler.emit(Instruction.VPERMPS, to, numbers, scale);
                return;
            }
            int column = part * set.lanes();
            Vector bytes = to.as(128);
            assembler.emit(Instruction.VMOVSD, bytes, step.plus(2 + column % COUNT));
            if (column >= COUNT) {
                assembler.emit(Instruction.VPSRLW, bytes, bytes, 4);
            }
            assembler.emit(Instruction.VPAND, bytes, bytes, assembler.constant(LOWER_HALVES));
            assembler.emit(Instruction.VPSHUFB, bytes, table, bytes);
            assembler.emit(Instruction.VPMOVSXBD, to, bytes);
            assembler.emit(Instruction.VCVTDQ2PS, to, to);
            assembler.emit(Instruction.VMULPS, to, to, scale);
        }
    }
}
