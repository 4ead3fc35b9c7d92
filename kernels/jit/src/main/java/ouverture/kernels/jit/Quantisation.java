package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R10;
import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.RAX;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

/// Rounds rows of floats to bytes by blocks of [Strips#PART], with the rounding of Q8_0's codec. A block becomes
/// a record: the bytes, none below -127, the scale as a float, and the [Sums].
///
/// Arguments: floats, records, number of rows, blocks of a row, and bytes from one row of floats to the next.
record Quantisation(Sums sums) implements Routine {
    /// Where a record has its scale.
    static final int SCALE = Strips.PART;

    /// Where a record has its sums.
    static final int SUMS = SCALE + Float.BYTES;

    /// Magnitude of the largest byte.
    static final int LARGEST = 127;

    private static final int MAGNITUDE = 0x7fffffff;
    private static final int SIGN = 0x80000000;
    /// The largest float below a half: added before the fraction is cut off it rounds halves away from zero,
    /// where a half itself would take the number below it up too.
    private static final float ALMOST_HALF = Math.nextDown(0.5f);

    /// Where the 32 bits lie that belong in each lane, when halves of 128 bits were packed apart.
    private static final int[] UNPACKED = {0, 4, 1, 5, 2, 6, 3, 7};

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

    /// The first registers hold the numbers of a block, the next three what is computed of them, then come
    /// constants.
    private record Emitter(Assembler assembler, InstructionSet set, Sums sums) {
        void emit() {
            broadcast(magnitude(), MAGNITUDE);
            broadcast(sign(), SIGN);
            broadcast(almostHalf(), Float.floatToRawIntBits(ALMOST_HALF));
            broadcast(smallest(), -LARGEST);
            Assembler.Label row = assembler.here();
            assembler.move(RAX, RDI);
            assembler.move(R10, RCX);
            Assembler.Label block = assembler.here();
            for (int i = 0; i < numbers(); i++) {
                assembler.emit(Instruction.VMOVUPS, set.vector(i), Memory.at(RAX, i * set.bytes()));
            }
            findScale();
            round();
            store();
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

        /// Registers of a block's numbers.
        private int numbers() {
            return Strips.PART / set.lanes();
        }

        /// For the scale.
        private Vector first() {
            return set.vector(numbers());
        }

        /// For its inverse.
        private Vector second() {
            return set.vector(numbers() + 1);
        }

        private Vector third() {
            return set.vector(numbers() + 2);
        }

        private Vector magnitude() {
            return set.vector(numbers() + 3);
        }

        private Vector sign() {
            return set.vector(numbers() + 4);
        }

        private Vector almostHalf() {
            return set.vector(numbers() + 5);
        }

        private Vector smallest() {
            return set.vector(numbers() + 6);
        }

        /// The inverse of the scale, which is the largest magnitude / 127, to all of the second register, and the
        /// scale in half precision to the first and the record. Where it is nothing there, any bytes will do,
        /// and where it is not finite: the product is what it must be.
        private void findScale() {
            Vector largest = first();
            Vector other = second();
            assembler.emit(Instruction.VPAND, largest, set.vector(0), magnitude());
            for (int i = 1; i < numbers(); i++) {
                assembler.emit(Instruction.VPAND, other, set.vector(i), magnitude());
                // As integers magnitudes have the same order, and what is no number is above all others.
                assembler.emit(Instruction.VPMAXSD, largest, largest, other);
            }
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

        /// Makes integers of the numbers. What is no number becomes the smallest: so bytes have magnitudes that
        /// sums of two products hold, and sums are those of the bytes.
        private void round() {
            for (int i = 0; i < numbers(); i++) {
                Vector number = set.vector(i);
                Vector half = third();
                assembler.emit(Instruction.VMULPS, number, number, second());
                assembler.emit(Instruction.VPAND, half, number, sign());
                assembler.emit(Instruction.VPOR, half, half, almostHalf());
                assembler.emit(Instruction.VADDPS, number, number, half);
                assembler.emit(Instruction.VCVTTPS2DQ, number, number);
                assembler.emit(Instruction.VPMAXSD, number, number, smallest());
            }
        }

        /// Stores the bytes.
        private void store() {
            if (set.bits() == 512) {
                for (int i = 0; i < numbers(); i++) {
                    assembler.store(Instruction.VPMOVSDB, Memory.at(RSI, i * set.lanes()), set.vector(i));
                }
                return;
            }
            Vector bytes = second();
            Vector others = third();
            assembler.emit(Instruction.VPACKSSDW, bytes, set.vector(0), set.vector(1));
            assembler.emit(Instruction.VPACKSSDW, others, set.vector(2), set.vector(3));
            assembler.emit(Instruction.VPACKSSWB, bytes, bytes, others);
            assembler.emit(Instruction.VMOVUPS, others, assembler.constant(UNPACKED));
            assembler.emit(Instruction.VPERMPS, bytes, others, bytes);
            assembler.store(Instruction.VMOVUPS_STORE, Memory.at(RSI, 0), bytes);
        }

        /// Stores the sums.
        private void add() {
            int numbers = numbers() / sums.groups();
            Vector first = sum(0, numbers);
            Vector second = sums.groups() == 1 ? first : sum(numbers, numbers);
            assembler.emit(Instruction.VPHADDD, first, first, second);
            assembler.emit(Instruction.VPHADDD, first, first, first);
            if (sums.asFloats()) {
                Vector scale = first().as(128);
                assembler.emit(Instruction.VCVTDQ2PS, first, first);
                assembler.emit(Instruction.VBROADCASTSS, scale, scale);
                assembler.emit(Instruction.VMULPS, first, first, scale);
            } else {
                assembler.emit(Instruction.VPMULLD, first, first, integers(-sums.offset()));
            }
            Instruction move = sums.groups() == 1 ? Instruction.VMOVSS_STORE : Instruction.VMOVSD_STORE;
            assembler.store(move, Memory.at(RSI, SUMS), first);
        }

        /// The sum of the lanes of some registers, as four that are left of them in the first.
        private Vector sum(int from, int count) {
            Vector sum = set.vector(from);
            for (int i = from + 1; i < from + count; i++) {
                assembler.emit(Instruction.VPADDD, sum, sum, set.vector(i));
            }
            return Lanes.fold(assembler, Instruction.VPADDD, sum, third().number());
        }

        private Memory floats(float value) {
            return integers(Float.floatToRawIntBits(value));
        }

        private Memory integers(int value) {
            return assembler.constant(value, value, value, value);
        }
    }
}
