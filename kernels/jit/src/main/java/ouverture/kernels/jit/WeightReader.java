package ouverture.kernels.jit;

import java.util.Arrays;
import ouverture.tensor.DType;

/// Writes the code that reads weights of one number format as floats, with the rounding of the format's codec. A
/// row is read in steps of whole blocks, and a step in parts of one vector each, columns ascending.
abstract class WeightReader {
    /// Vector registers that a reader uses for itself.
    static final int REGISTERS = 3;

    /// Bytes below the stack pointer that a routine which calls nothing may use (System V ABI, red zone).
    static final int RED_ZONE = 128;

    final Assembler assembler;
    final InstructionSet set;

    /// The scale of the numbers that are being read.
    final Vector scale;

    final Vector second;
    final Vector third;
    private final int columns;
    private final int bytes;

    /// @param columns of a step
    /// @param register the first of the vector registers that it may use for itself
    WeightReader(DType type, int columns, Assembler assembler, InstructionSet set, int register) {
        this.assembler = assembler;
        this.set = set;
        this.columns = columns;
        bytes = (int) type.bytes(columns);
        // Plain formats, which leave no registers free, use none of these.
        int first = Math.min(register, set.registers() - REGISTERS);
        scale = set.vector(first);
        second = set.vector(first + 1);
        third = set.vector(first + 2);
    }

    /// Whether there is a reader for a format.
    static boolean supports(DType type) {
        return switch (type) {
            case F32, F16, BF16 -> true;
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL, MXFP4 -> true;
            case Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_XS -> true;
            default -> false;
        };
    }

    /// The reader of a format.
    ///
    /// @param register the first of the vector registers that it may use for itself, at most [#REGISTERS]
    static WeightReader of(DType type, Assembler assembler, InstructionSet set, int register) {
        return switch (type) {
            case F32, F16, BF16 -> new PlainReader(type, assembler, set, register);
            case Q8_0, Q4_1, Q5_0, Q5_1 -> new LegacyReader(type, assembler, set, register);
            case Q4_0, IQ4_NL, MXFP4, IQ4_XS -> new LevelReader(type, assembler, set, register);
            case Q2_K, Q3_K, Q4_K, Q5_K, Q6_K -> new KQuantReader(type, assembler, set, register);
            default -> throw new IllegalArgumentException("no machine code reads " + type);
        };
    }

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

    /// Reads one vector of a step. Parts are read in order.
    abstract void read(Vector to, Memory step, int part);

    final void emit(Instruction instruction, Vector to, Vector a, Operand b) {
        assembler.emit(instruction, to, a, b);
    }

    final void emit(Instruction instruction, Vector to, Operand from) {
        assembler.emit(instruction, to, from);
    }

    /// Moves bits up, or down if `bits` is negative.
    final void shift(Vector vector, int bits) {
        if (bits > 0) {
            assembler.emit(Instruction.VPSLLD, vector, vector, bits);
        } else if (bits < 0) {
            assembler.emit(Instruction.VPSRLD, vector, vector, -bits);
        }
    }

    /// Reads the half-precision number at `from` into every lane.
    final void broadcastHalf(Vector to, Memory from) {
        emit(Instruction.VPBROADCASTW, to.half(), from);
        emit(Instruction.VCVTPH2PS, to, to.half());
    }

    /// Reads bytes of 4-bit numbers as integers.
    ///
    /// @param upper whether the upper halves are meant
    final void readHalves(Vector to, Memory from, boolean upper) {
        emit(Instruction.VPMOVZXBD, to, from);
        if (upper) {
            shift(to, -4);
        } else {
            emit(Instruction.VPAND, to, to, all(15));
        }
    }

    /// An integer in every lane.
    final Memory all(int value) {
        int[] words = new int[set.lanes()];
        Arrays.fill(words, value);
        return assembler.constant(words);
    }

    /// Float `index` of the scratch memory on the stack.
    static Memory scratch(int index) {
        return Memory.at(General.RSP, Float.BYTES * index - RED_ZONE);
    }

    /// Formats without blocks: one vector is a step.
    private static final class PlainReader extends WeightReader {
        private final DType type;

        PlainReader(DType type, Assembler assembler, InstructionSet set, int register) {
            super(type, set.lanes(), assembler, set, register);
            this.type = type;
        }

        @Override
        void prepare() {}

        @Override
        void begin(Memory step) {}

        @Override
        void read(Vector to, Memory step, int part) {
            switch (type) {
                case F16 -> emit(Instruction.VCVTPH2PS, to, step);
                case BF16 -> {
                    emit(Instruction.VPMOVZXWD, to, step);
                    shift(to, 16);
                }
                default -> emit(Instruction.VMOVUPS, to, step);
            }
        }
    }
}
