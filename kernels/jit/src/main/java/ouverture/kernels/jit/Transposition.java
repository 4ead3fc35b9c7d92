package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R10;
import static ouverture.kernels.jit.General.R11;
import static ouverture.kernels.jit.General.R12;
import static ouverture.kernels.jit.General.R13;
import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.R9;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RBX;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

import ouverture.tensor.DType;

/// Writes rows of numbers as the columns of a matrix of floats, whose rows are [#ROW_BYTES] long: as many rows as
/// a vector has lanes at once.
///
/// Arguments: rows, the place of the first of them in the matrix, groups of rows, columns of a row by vectors,
/// bytes from one row to the next, and how many bytes ahead of a row a later one is asked for.
///
/// @param type F32, F16 or BF16
/// @param ahead whether the memory is asked for later rows meanwhile
record Transposition(DType type, boolean ahead) implements Routine {
    /// The most rows that fit the matrix: with 64 columns it fills a third of a first-level cache.
    static final int ROWS = 64;

    /// Bytes of a row of the matrix.
    static final int ROW_BYTES = Float.BYTES * ROWS;

    /// Rows whose columns are brought together within 128 bits.
    private static final int QUAD = 4;

    private static final int LOW_HALVES = 0x20;
    private static final int HIGH_HALVES = 0x31;
    private static final int LOW_QUARTERS = 0x44;
    private static final int HIGH_QUARTERS = 0xee;
    private static final int EVEN_QUARTERS = 0x88;
    private static final int ODD_QUARTERS = 0xdd;

    @Override
    public String name() {
        return "transposition of " + type + (ahead ? ", reading ahead" : "");
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        new Emitter(assembler, set, this).emit();
    }

    private static final class Emitter {
        private final Assembler assembler;
        private final InstructionSet set;
        private final boolean ahead;
        private final int quads;
        private final WeightReader reader;

        Emitter(Assembler assembler, InstructionSet set, Transposition routine) {
            this.assembler = assembler;
            this.set = set;
            ahead = routine.ahead;
            quads = set.lanes() / QUAD;
            reader = WeightReader.of(routine.type, assembler, set, set.registers());
            assert reader.parts() == 1 : routine;
        }

        void emit() {
            assembler.push(RBX);
            assembler.push(R12);
            assembler.push(R13);
            assembler.address(R10, Memory.at(R8, R8, 2, 0));
            reader.prepare();
            Assembler.Label group = assembler.here();
            assembler.move(RBX, RDI);
            assembler.move(R12, RSI);
            assembler.move(R11, RCX);
            Assembler.Label block = assembler.here();
            assembler.move(RAX, RBX);
            assembler.address(R13, Memory.at(RBX, R9, 1, 0));
            for (int quad = 0; quad < quads; quad++) {
                readQuad(quad);
                assembler.address(RAX, Memory.at(RAX, R8, QUAD, 0));
                assembler.address(R13, Memory.at(R13, R8, QUAD, 0));
            }
            for (int column = 0; column < QUAD; column++) {
                if (set.bits() == 512) {
                    storeQuarters(column);
                } else {
                    storeHalves(column);
                }
            }
            assembler.add(RBX, reader.bytes());
            assembler.add(R12, set.lanes() * ROW_BYTES);
            assembler.subtract(R11, 1);
            assembler.jumpIfNotZero(block);
            for (int quad = 0; quad < quads; quad++) {
                assembler.address(RDI, Memory.at(RDI, R8, QUAD, 0));
            }
            assembler.add(RSI, set.bytes());
            assembler.subtract(RDX, 1);
            assembler.jumpIfNotZero(group);
            assembler.pop(R13);
            assembler.pop(R12);
            assembler.pop(RBX);
            assembler.endVectors();
            assembler.leave();
        }

        /// Four rows' numbers of one column, 128 bits for every fourth column.
        private Vector column(int quad, int column) {
            return set.vector(QUAD * quad + column);
        }

        /// A register behind those of [#column].
        private Vector free(int index) {
            return set.vector(QUAD * quads + index);
        }

        /// Reads four rows at RAX, R8 bytes apart, and sorts them by column.
        private void readQuad(int quad) {
            for (int row = 0; row < QUAD; row++) {
                Memory place = row(RAX, row);
                if (ahead) {
                    assembler.prefetch(row(R13, row));
                }
                reader.begin(place);
                reader.read(free(row), place, 0);
            }
            for (int half = 0; half < 2; half++) {
                Instruction pairs = half == 0 ? Instruction.VUNPCKLPS : Instruction.VUNPCKHPS;
                Vector first = free(QUAD);
                Vector second = free(QUAD + 1);
                assembler.emit(pairs, first, free(0), free(1));
                assembler.emit(pairs, second, free(2), free(3));
                assembler.emit(Instruction.VUNPCKLPD, column(quad, 2 * half), first, second);
                assembler.emit(Instruction.VUNPCKHPD, column(quad, 2 * half + 1), first, second);
            }
        }

        private Memory row(General first, int row) {
            return switch (row) {
                case 0 -> Memory.at(first, 0);
                case 3 -> Memory.at(first, R10, 1, 0);
                default -> Memory.at(first, R8, row, 0);
            };
        }

        private void store(Vector vector, int column) {
            assembler.store(Instruction.VMOVUPS_STORE, Memory.at(R12, column * ROW_BYTES), vector);
        }

        /// Stores every fourth column from one on, of two quads.
        private void storeHalves(int column) {
            for (int half = 0; half < 2; half++) {
                int order = half == 0 ? LOW_HALVES : HIGH_HALVES;
                assembler.emit(Instruction.VPERM2F128, free(half), column(0, column), column(1, column), order);
                store(free(half), QUAD * half + column);
            }
        }

        /// Stores every fourth column from one on, of four quads.
        private void storeQuarters(int column) {
            for (int half = 0; half < 2; half++) {
                int order = half == 0 ? LOW_QUARTERS : HIGH_QUARTERS;
                Vector first = free(0);
                Vector second = free(1);
                assembler.emit(Instruction.VSHUFF32X4, first, column(0, column), column(1, column), order);
                assembler.emit(Instruction.VSHUFF32X4, second, column(2, column), column(3, column), order);
                assembler.emit(Instruction.VSHUFF32X4, free(2), first, second, EVEN_QUARTERS);
                assembler.emit(Instruction.VSHUFF32X4, free(3), first, second, ODD_QUARTERS);
                store(free(2), QUAD * 2 * half + column);
                store(free(3), QUAD * (2 * half + 1) + column);
            }
        }
    }
}
