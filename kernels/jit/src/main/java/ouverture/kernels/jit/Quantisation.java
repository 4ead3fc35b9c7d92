package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R10;
import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

/// Rounds rows of floats to bytes by blocks of [Strips#PART], with the rounding of Q8_0's codec. A block
/// becomes a
/// record: the bytes, the scale as a float, and the [Sums].
///
/// Arguments: floats, records, number of rows, blocks of a row, and bytes from one row of floats to the next.
record Quantisation(Sums sums) implements Routine {
    /// Where a record has its scale.
    static final int SCALE = Strips.PART;

    /// Where a record has its sums.
    static final int SUMS = SCALE + Float.BYTES;

    private static final int LARGEST = 127;
    private static final int MAGNITUDE = 0x7fffffff;
    private static final int SIGN = 0x80000000;
    private static final int SWAP_HALVES = 0x4e;
    private static final int SWAP_NEIGHBOURS = 0xb1;

    /// The largest float below a half: added before the fraction is cut off it rounds halves away from zero,
    /// where a half itself would take the number below it up too.
    private static final float ALMOST_HALF = Math.nextDown(0.5f);

    /// Bytes of a record.
    static int recordBytes(Sums sums) {
        return SUMS + Float.BYTES * sums.groups();
    }

    @Override
    public String name() {
        return "rounding to bytes with " + sums;
    }

    @Override
    public void emit(Assembler assembler, InstructionSet set) {
        new Emitter(assembler, set, sums).emit();
    }

    /// Registers 0 and 1 hold the numbers of a block, 2 to 4 what is computed of them, the next constants.
    private record Emitter(Assembler assembler, InstructionSet set, Sums sums) {
        void emit() {
            broadcast(magnitude(), MAGNITUDE);
            broadcast(sign(), SIGN);
            broadcast(almostHalf(), Float.floatToRawIntBits(ALMOST_HALF));
            Assembler.Label row = assembler.here();
            assembler.move(RAX, RDI);
            assembler.move(R10, RCX);
            Assembler.Label block = assembler.here();
            for (int i = 0; i < 2; i++) {
                assembler.emit(Instruction.VMOVUPS, set.vector(i), Memory.at(RAX, i * set.bytes()));
            }
            findScale();
            round();
            add();
            assembler.add(RAX, Float.BYTES * Strips.PART);
            assembler.add(RSI, recordBytes(sums));
            assembler.subtract(R10, 1);
            assembler.jumpIfNotZero(block);
            assembler.add(RDI, R8);
            assembler.subtract(RDX, 1);
            assembler.jumpIfNotZero(row);
            assembler.endVectors();
            assembler.leave();
        }

        private void broadcast(Vector to, int bits) {
            assembler.emit(Instruction.VPBROADCASTD, to, assembler.constant(bits));
        }

        private Vector magnitude() {
            return set.vector(5);
        }

        private Vector sign() {
            return set.vector(6);
        }

        private Vector almostHalf() {
            return set.vector(7);
        }

        /// The inverse of the scale, which is the largest magnitude / 127, to all of register 3, and the scale
        /// in half precision to register 2 and the record. Where it is nothing there, any bytes will do, and
        /// where it is not finite: the product is what it must be.
        private void findScale() {
            Vector largest = set.vector(2);
            Vector other = set.vector(3);
            assembler.emit(Instruction.VPAND, largest, set.vector(0), magnitude());
            assembler.emit(Instruction.VPAND, other, set.vector(1), magnitude());
            // As integers magnitudes have the same order, and what is no number is above all others.
            assembler.emit(Instruction.VPMAXSD, largest, largest, other);
            Vector scale = Lanes.largestInteger(assembler, largest, other.number());
            Vector inverse = other.as(128);
            assembler.emit(Instruction.VDIVPS, scale, scale, floats(LARGEST));
            assembler.emit(Instruction.VMOVUPS, inverse, floats(1));
            assembler.emit(Instruction.VDIVPS, inverse, inverse, scale);
            assembler.emit(Instruction.VBROADCASTSS, other, inverse);
            assembler.store(Instruction.VCVTPS2PH, scale, scale, 0);
            assembler.emit(Instruction.VCVTPH2PS, scale, scale);
            assembler.store(Instruction.VMOVSS_STORE, Memory.at(RSI, SCALE), scale);
        }

        private void round() {
            for (int i = 0; i < 2; i++) {
                Vector number = set.vector(i);
                Vector half = set.vector(4);
                assembler.emit(Instruction.VMULPS, number, number, set.vector(3));
                assembler.emit(Instruction.VPAND, half, number, sign());
                assembler.emit(Instruction.VPOR, half, half, almostHalf());
                assembler.emit(Instruction.VADDPS, number, number, half);
                assembler.emit(Instruction.VCVTTPS2DQ, number, number);
                assembler.store(Instruction.VPMOVSDB, Memory.at(RSI, i * set.lanes()), number);
            }
        }

        /// Stores the sums.
        private void add() {
            Vector first = set.vector(0);
            Vector second = set.vector(1);
            if (sums.groups() == 1) {
                assembler.emit(Instruction.VPADDD, first, first, second);
                first = Lanes.fold(assembler, Instruction.VPADDD, first, 1);
                assembler.emit(Instruction.VPHADDD, first, first, first);
            } else {
                first = Lanes.fold(assembler, Instruction.VPADDD, first, 3);
                second = Lanes.fold(assembler, Instruction.VPADDD, second, 3);
                assembler.emit(Instruction.VPHADDD, first, first, second);
            }
            assembler.emit(Instruction.VPHADDD, first, first, first);
            if (sums.asFloats()) {
                Vector scale = set.vector(2).as(128);
                assembler.emit(Instruction.VCVTDQ2PS, first, first);
                assembler.emit(Instruction.VBROADCASTSS, scale, scale);
                assembler.emit(Instruction.VMULPS, first, first, scale);
            } else {
                assembler.emit(Instruction.VPMULLD, first, first, integers(-sums.offset()));
            }
            Instruction move = sums.groups() == 1 ? Instruction.VMOVSS_STORE : Instruction.VMOVSD_STORE;
            assembler.store(move, Memory.at(RSI, SUMS), first);
        }

        private Memory floats(float value) {
            return integers(Float.floatToRawIntBits(value));
        }

        private Memory integers(int value) {
            return assembler.constant(value, value, value, value);
        }
    }
}
