package ouverture.kernels.jit;

import static ouverture.kernels.jit.aarch64.Register.X0;
import static ouverture.kernels.jit.aarch64.Register.X1;
import static ouverture.kernels.jit.aarch64.Register.X10;
import static ouverture.kernels.jit.aarch64.Register.X11;
import static ouverture.kernels.jit.aarch64.Register.X2;
import static ouverture.kernels.jit.aarch64.Register.X3;
import static ouverture.kernels.jit.aarch64.Register.X4;
import static ouverture.kernels.jit.aarch64.Register.X5;
import static ouverture.kernels.jit.aarch64.Register.X6;
import static ouverture.kernels.jit.aarch64.Register.X7;
import static ouverture.kernels.jit.aarch64.Register.X8;
import static ouverture.kernels.jit.aarch64.Register.X9;

import java.util.List;
import ouverture.kernels.jit.aarch64.Encoder;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.Register;
import ouverture.kernels.jit.aarch64.VectorRegister;

/// Products of packed weights with rows of inputs that were rounded to bytes, for AArch64: with dot products of
/// four bytes (FEAT_DotProd), or with products of 2 x 8 by 8 x 2 bytes (FEAT_I8MM) where weights are packed in
/// units of eight columns.
///
/// Arguments: the first strip, addresses of the rows of inputs, addresses of the rows of outputs, byte of those
/// that the first strip's outputs go to, number of strips, blocks of a row.
///
/// Bytes are multiplied and added up without rounding over the columns that share a scale; the sum times the
/// product of both scales is added to the result with one rounding, columns ascending. So the results have the
/// same bits for any number of strips and inputs, for both kinds of instructions, and those of [IntegerProducts].
///
/// @param inputs rows of inputs: 1 to [#INPUTS]
record NeonProducts(NeonStrips weights, int inputs) implements MachineCode {
    /// Rows of inputs that share what is read of the weights, at most.
    static final int INPUTS = 4;

    /// Columns of the inputs that are kept in registers.
    private static final int COLUMNS = 16;

    private static final Register WEIGHTS = X6;
    private static final Register COUNT = X7;

    /// Where the rows of inputs are read.
    private static final List<Register> ROWS = List.of(X8, X9, X10, X11);

    /// Behind 8 registers for results; 8 to 11 have lower halves to be kept.
    private static final int SUMS = 16;

    private static final int INPUT = 24;
    private static final VectorRegister WEIGHT = new VectorRegister(28);
    private static final VectorRegister FREE = new VectorRegister(29);
    private static final VectorRegister MINIMUM = new VectorRegister(8);
    private static final VectorRegister UPPER_MINIMUM = new VectorRegister(9);
    private static final VectorRegister PRODUCT = new VectorRegister(10);
    private static final VectorRegister KEPT = new VectorRegister(11);
    private static final List<VectorRegister> CONSTANTS = List.of(new VectorRegister(30), new VectorRegister(31), KEPT);

    @Override
    public String name() {
        return "products of a strip of " + weights.name() + " with " + inputs;
    }

    @Override
    public byte[] code(InstructionSet set) {
        Encoder encoder = new Encoder();
        encoder.push(MINIMUM, UPPER_MINIMUM);
        encoder.push(PRODUCT, KEPT);
        Emitter emitter = weights.unitColumns() == NeonStrips.WIDE_UNIT
                ? new Matrices(encoder, this)
                : new DotProducts(encoder, this);
        emitter.emit();
        encoder.pop(PRODUCT, KEPT);
        encoder.pop(MINIMUM, UPPER_MINIMUM);
        encoder.leave();
        return encoder.code();
    }

    /// What both kinds of instructions have in common.
    private abstract static class Emitter {
        final Encoder encoder;
        final NeonStrips format;
        final int inputs;
        final NeonStrips.Target target;

        /// The first quad of rows of the strip that is written, and how many a pass takes.
        int firstQuad;

        final int quads;

        Emitter(Encoder encoder, NeonProducts routine) {
            this.encoder = encoder;
            format = routine.weights;
            inputs = routine.inputs;
            quads = inputs > 2 ? 2 : 4;
            target = new NeonStrips.Target(encoder, WEIGHTS, FREE, CONSTANTS);
        }

        final void emit() {
            format.prepare(target);
            Encoder.Label strip = encoder.here();
            for (firstQuad = 0; firstQuad * NeonStrips.QUAD < Strips.ROWS; firstQuad += quads) {
                encoder.move(WEIGHTS, X0);
                for (int t = 0; t < inputs; t++) {
                    encoder.load(ROWS.get(t), X1, t * Long.BYTES, Long.BYTES);
                }
                for (int i = 0; i < 8; i++) {
                    encoder.fillBytes(result(i), 0);
                }
                encoder.move(COUNT, X5);
                Encoder.Label block = encoder.here();
                emitBlock();
                encoder.add(WEIGHTS, WEIGHTS, format.blockBytes());
                encoder.subtract(COUNT, COUNT, 1);
                encoder.jumpIfNotZero(COUNT, block);
                for (int t = 0; t < inputs; t++) {
                    encoder.load(ROWS.get(t), X2, t * Long.BYTES, Long.BYTES);
                    encoder.add(ROWS.get(t), ROWS.get(t), X3, 0);
                }
                store();
            }
            encoder.move(X0, WEIGHTS);
            encoder.add(X3, X3, Strips.ROWS * Float.BYTES);
            encoder.subtract(X4, X4, 1);
            encoder.jumpIfNotZero(X4, strip);
        }

        private void emitBlock() {
            int record = Quantisation.recordBytes(format.sums());
            for (int part = 0; part < format.parts(); part++) {
                for (int group = 0; group < format.sums().groups(); group++) {
                    begin(group);
                    int columns = format.sums().columns();
                    for (int column = group * columns; column < (group + 1) * columns; column += COLUMNS) {
                        multiply(part, column);
                    }
                    scale(part, group);
                }
                for (int t = 0; t < inputs; t++) {
                    encoder.add(ROWS.get(t), ROWS.get(t), record);
                }
            }
        }

        /// Sets the sums to what they begin with.
        abstract void begin(int group);

        /// Adds the products of 16 columns to the sums.
        abstract void multiply(int part, int column);

        /// Adds the sums of a group of columns to the results.
        abstract void scale(int part, int group);

        abstract void store();

        final void clearSums() {
            for (int i = 0; i < 8; i++) {
                encoder.fillBytes(sum(i), 0);
            }
        }

        static VectorRegister result(int index) {
            return new VectorRegister(index);
        }

        static VectorRegister sum(int index) {
            return new VectorRegister(SUMS + index);
        }

        static VectorRegister input(int index) {
            return new VectorRegister(INPUT + index);
        }

        /// `result += sum * scale`, the first spent.
        final void add(int index, VectorRegister scale) {
            encoder.emit(Operation.SCVTF_4S, sum(index), sum(index));
            encoder.emit(Operation.FMLA_4S, result(index), sum(index), scale);
        }
    }

    /// A register has the sums of four rows with one row of inputs.
    private static final class DotProducts extends Emitter {
        DotProducts(Encoder encoder, NeonProducts routine) {
            super(encoder, routine);
        }

        private int index(int quad, int t) {
            return t * quads + quad;
        }

        @Override
        void begin(int group) {
            if (format.isSigned()) {
                clearSums();
                return;
            }
            for (int t = 0; t < inputs; t++) {
                encoder.loadQuarter(FREE, ROWS.get(t), Quantisation.SUMS + group * Float.BYTES);
                for (int quad = 0; quad < quads; quad++) {
                    encoder.emit(Operation.DUP_4S_LANE, sum(index(quad, t)), FREE, 0);
                }
            }
        }

        @Override
        void multiply(int part, int column) {
            for (int t = 0; t < inputs; t++) {
                encoder.load(input(t), ROWS.get(t), column);
            }
            for (int lane = 0; lane < 4; lane++) {
                for (int quad = 0; quad < quads; quad++) {
                    format.weights(target, WEIGHT, part, column / 4 + lane, firstQuad + quad);
                    for (int t = 0; t < inputs; t++) {
                        encoder.emit(Operation.SDOT_4S_LANE, sum(index(quad, t)), WEIGHT, input(t), lane);
                    }
                }
            }
        }

        @Override
        void scale(int part, int group) {
            for (int t = 0; t < inputs; t++) {
                encoder.loadQuarter(input(t), ROWS.get(t), Quantisation.SCALE);
            }
            for (int quad = 0; quad < quads; quad++) {
                format.scale(target, WEIGHT, part, group, firstQuad + quad);
                if (format.sums().asFloats()) {
                    format.minimum(target, MINIMUM, part, group, firstQuad + quad);
                }
                for (int t = 0; t < inputs; t++) {
                    encoder.emit(Operation.FMUL_4S_LANE, PRODUCT, WEIGHT, input(t), 0);
                    add(index(quad, t), PRODUCT);
                    if (format.sums().asFloats()) {
                        encoder.loadQuarter(FREE, ROWS.get(t), Quantisation.SUMS + group * Float.BYTES);
                        encoder.emit(Operation.FMLS_4S_LANE, result(index(quad, t)), MINIMUM, FREE, 0);
                    }
                }
            }
        }

        @Override
        void store() {
            for (int t = 0; t < inputs; t++) {
                for (int quad = 0; quad < quads; quad++) {
                    encoder.store(result(index(quad, t)), ROWS.get(t), (firstQuad + quad) * 16);
                }
            }
        }
    }

    /// A register has the sums of two rows with two rows of inputs: row 0 with both, then row 1. An odd row of
    /// inputs is its own partner.
    private static final class Matrices extends Emitter {
        private final int pairs;

        Matrices(Encoder encoder, NeonProducts routine) {
            super(encoder, routine);
            pairs = Math.ceilDiv(inputs, 2);
        }

        /// @param rows which two of the pass's
        private int index(int rows, int pair) {
            return pair * 2 * quads + rows;
        }

        private Register second(int pair) {
            return ROWS.get(Math.min(2 * pair + 1, inputs - 1));
        }

        /// Loads a number of both rows of inputs twice.
        private void loadPair(VectorRegister to, int pair, int offset) {
            encoder.loadQuarter(to, ROWS.get(2 * pair), offset);
            encoder.loadQuarter(FREE, second(pair), offset);
            encoder.emit(Operation.ZIP1_4S, to, to, FREE);
            encoder.emit(Operation.ZIP1_2D, to, to, to);
        }

        @Override
        void begin(int group) {
            if (format.isSigned()) {
                clearSums();
                return;
            }
            for (int pair = 0; pair < pairs; pair++) {
                loadPair(WEIGHT, pair, Quantisation.SUMS + group * Float.BYTES);
                for (int rows = 0; rows < 2 * quads; rows++) {
                    encoder.emit(Operation.ORR_16B, sum(index(rows, pair)), WEIGHT, WEIGHT);
                }
            }
        }

        @Override
        void multiply(int part, int column) {
            for (int pair = 0; pair < pairs; pair++) {
                encoder.load(WEIGHT, ROWS.get(2 * pair), column);
                encoder.load(FREE, second(pair), column);
                encoder.emit(Operation.ZIP1_2D, input(2 * pair), WEIGHT, FREE);
                encoder.emit(Operation.ZIP2_2D, input(2 * pair + 1), WEIGHT, FREE);
            }
            for (int half = 0; half < 2; half++) {
                for (int rows = 0; rows < 2 * quads; rows++) {
                    int sixteen = 2 * firstQuad + rows;
                    format.weights(target, WEIGHT, part, column / NeonStrips.WIDE_UNIT + half, sixteen);
                    for (int pair = 0; pair < pairs; pair++) {
                        VectorRegister sum = sum(index(rows, pair));
                        encoder.emit(Operation.SMMLA_4S, sum, WEIGHT, input(2 * pair + half));
                    }
                }
            }
        }

        @Override
        void scale(int part, int group) {
            for (int pair = 0; pair < pairs; pair++) {
                loadPair(input(2 * pair), pair, Quantisation.SCALE);
                if (format.sums().asFloats()) {
                    loadPair(input(2 * pair + 1), pair, Quantisation.SUMS + group * Float.BYTES);
                }
            }
            for (int quad = 0; quad < quads; quad++) {
                format.scale(target, WEIGHT, part, group, firstQuad + quad);
                if (format.sums().asFloats()) {
                    format.minimum(target, MINIMUM, part, group, firstQuad + quad);
                    encoder.emit(Operation.ZIP2_4S, UPPER_MINIMUM, MINIMUM, MINIMUM);
                    encoder.emit(Operation.ZIP1_4S, MINIMUM, MINIMUM, MINIMUM);
                }
                encoder.emit(Operation.ZIP1_4S, FREE, WEIGHT, WEIGHT);
                encoder.emit(Operation.ZIP2_4S, WEIGHT, WEIGHT, WEIGHT);
                scale(2 * quad, FREE, MINIMUM);
                scale(2 * quad + 1, WEIGHT, UPPER_MINIMUM);
            }
        }

        private void scale(int rows, VectorRegister scales, VectorRegister minimums) {
            for (int pair = 0; pair < pairs; pair++) {
                int index = index(rows, pair);
                encoder.emit(Operation.FMUL_4S, PRODUCT, scales, input(2 * pair));
                add(index, PRODUCT);
                if (format.sums().asFloats()) {
                    encoder.emit(Operation.FMLS_4S, result(index), minimums, input(2 * pair + 1));
                }
            }
        }

        @Override
        void store() {
            for (int t = 0; t < inputs; t++) {
                Operation half = t % 2 == 0 ? Operation.UZP1_4S : Operation.UZP2_4S;
                for (int quad = 0; quad < quads; quad++) {
                    int index = index(2 * quad, t / 2);
                    encoder.emit(half, WEIGHT, result(index), result(index + 1));
                    encoder.store(WEIGHT, ROWS.get(t), (firstQuad + quad) * 16);
                }
            }
        }
    }
}
