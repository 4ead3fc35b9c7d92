package ouverture.kernels.jit;

import static ouverture.kernels.jit.aarch64.Register.X0;
import static ouverture.kernels.jit.aarch64.Register.X1;
import static ouverture.kernels.jit.aarch64.Register.X2;
import static ouverture.kernels.jit.aarch64.Register.X3;
import static ouverture.kernels.jit.aarch64.Register.X4;
import static ouverture.kernels.jit.aarch64.Register.X6;
import static ouverture.kernels.jit.aarch64.Register.X7;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import ouverture.kernels.jit.aarch64.Encoder;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.VectorRegister;

/// [Quantisation] for AArch64, with the same arguments and results.
record NeonQuantisation(Sums sums) implements MachineCode {
    private static final int LARGEST = 127;

    /// Registers that hold a block.
    private static final int VECTORS = 8;

    private static final VectorRegister INVERSE = new VectorRegister(16);
    private static final VectorRegister ROUNDED_SCALE = new VectorRegister(17);
    private static final VectorRegister ONE = new VectorRegister(18);
    private static final VectorRegister MOST = new VectorRegister(19);
    private static final VectorRegister FACTOR = new VectorRegister(20);

    /// The first of eight that are spent.
    private static final int FREE = 24;

    @Override
    public String name() {
        return "rounding to bytes with " + sums;
    }

    @Override
    public byte[] code(InstructionSet set) {
        return new Emitter(new Encoder(), sums).code();
    }

    /// Registers 0 to 7 hold the numbers of a block.
    private record Emitter(Encoder encoder, Sums sums) {
        byte[] code() {
            encoder.loadConstant(ONE, everywhere(Float.floatToRawIntBits(1)));
            encoder.loadConstant(MOST, everywhere(Float.floatToRawIntBits(LARGEST)));
            encoder.loadConstant(FACTOR, everywhere(-sums.offset()));
            Encoder.Label row = encoder.here();
            encoder.move(X6, X0);
            encoder.move(X7, X3);
            Encoder.Label block = encoder.here();
            for (int i = 0; i < VECTORS; i++) {
                encoder.load(number(i), X6, 16 * i);
            }
            findScale();
            round();
            add();
            encoder.add(X6, X6, Float.BYTES * Strips.PART);
            encoder.add(X1, X1, Quantisation.recordBytes(sums));
            encoder.subtract(X7, X7, 1);
            encoder.jumpIfNotZero(X7, block);
            encoder.add(X0, X0, X4, 0);
            encoder.subtract(X2, X2, 1);
            encoder.jumpIfNotZero(X2, row);
            encoder.leave();
            return encoder.code();
        }

        private static byte[] everywhere(int bits) {
            ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining()) {
                bytes.putInt(bits);
            }
            return bytes.array();
        }

        private static VectorRegister number(int index) {
            return new VectorRegister(index);
        }

        private static VectorRegister free(int index) {
            return new VectorRegister(FREE + index);
        }

        /// The inverse of the scale, which is the largest magnitude / 127, and the scale in half precision,
        /// which goes to the record too. Where it is nothing there, any bytes will do, and where it is not
        /// finite: the product is what it must be.
        private void findScale() {
            for (int i = 0; i < VECTORS; i++) {
                encoder.emit(Operation.FABS_4S, free(i), number(i));
            }
            combine(Operation.FMAX_4S, FREE, VECTORS);
            encoder.emit(Operation.FMAXV_S, free(0), free(0));
            encoder.emit(Operation.FDIV_4S, free(0), free(0), MOST);
            encoder.emit(Operation.FDIV_4S, INVERSE, ONE, free(0));
            encoder.emit(Operation.FCVTN_4H, ROUNDED_SCALE, free(0));
            encoder.emit(Operation.FCVTL_4S, ROUNDED_SCALE, ROUNDED_SCALE);
            encoder.storeQuarter(ROUNDED_SCALE, X1, Quantisation.SCALE);
        }

        /// Leaves the combination of `count` neighbours in the first.
        private void combine(Operation operation, int first, int count) {
            for (int distance = 1; distance < count; distance *= 2) {
                for (int i = 0; i < count; i += 2 * distance) {
                    VectorRegister to = new VectorRegister(first + i);
                    encoder.emit(operation, to, to, new VectorRegister(first + i + distance));
                }
            }
        }

        private void round() {
            for (int i = 0; i < VECTORS; i++) {
                encoder.emit(Operation.FMUL_4S_LANE, number(i), number(i), INVERSE, 0);
                // To the nearest, halves away from zero.
                encoder.emit(Operation.FCVTAS_4S, number(i), number(i));
            }
            for (int i = 0; i < VECTORS; i += 2) {
                encoder.emit(Operation.UZP1_8H, free(i), number(i), number(i + 1));
            }
            for (int i = 0; i < VECTORS; i += 4) {
                encoder.emit(Operation.UZP1_16B, free(i), free(i), free(i + 2));
                encoder.store(free(i), X1, 4 * i);
            }
        }

        /// Stores the sums.
        private void add() {
            int count = VECTORS / sums.groups();
            for (int group = 0; group < sums.groups(); group++) {
                VectorRegister sum = number(group * count);
                combine(Operation.ADD_4S, group * count, count);
                encoder.emit(Operation.ADDV_S, sum, sum);
                if (sums.asFloats()) {
                    encoder.emit(Operation.SCVTF_4S, sum, sum);
                    encoder.emit(Operation.FMUL_4S, sum, sum, ROUNDED_SCALE);
                } else {
                    encoder.emit(Operation.MUL_4S, sum, sum, FACTOR);
                }
                encoder.storeQuarter(sum, X1, Quantisation.SUMS + Float.BYTES * group);
            }
        }
    }
}
