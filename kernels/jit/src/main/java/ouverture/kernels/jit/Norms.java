package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.R9;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

/// Parts of normalisation of one row, in double precision so that no row overflows.
final class Norms {
    private Norms() {}

    /// Sum of x, or of (x - mean)^2. Arguments: x, number of elements, and two doubles: the mean, and where the
    /// result goes.
    record Moment(boolean squared) implements Routine {
        private static final General[] ARRAYS = {RDI};

        @Override
        public String name() {
            return squared ? "sum of squares" : "sum";
        }

        @Override
        public void emit(Assembler assembler, InstructionSet set) {
            // The rest has a sum of its own: what stands above it in its vectors must stay zero.
            Vector sum = set.vector(0);
            Vector rest = set.vector(1).as(128);
            Vector mean = set.vector(2);
            Vector restMean = set.vector(3).as(128);
            assembler.emit(Instruction.VPXOR, sum, sum, sum);
            assembler.emit(Instruction.VPXOR, rest, rest, rest);
            assembler.emit(Instruction.VBROADCASTSD, mean, Memory.at(RDX, 0));
            assembler.emit(Instruction.VMOVSD, restMean, Memory.at(RDX, 0));
            Loop.emit(assembler, set, Loop.Shape.DOUBLES, RSI, ARRAYS, loop -> {
                Vector x = loop.register(4);
                Vector to = loop.vector() ? sum : rest;
                loop.loadDoubles(x, RDI);
                if (squared) {
                    loop.emit(Instruction.VSUBPD, x, x, loop.vector() ? mean : restMean);
                    loop.emit(Instruction.VFMADD231PD, to, x, x);
                } else {
                    loop.emit(Instruction.VADDPD, to, to, x);
                }
            });
            Lanes.sumDoubles(assembler, sum, 4);
            Vector result = sum.as(128);
            assembler.emit(Instruction.VADDPD, result, result, rest);
            assembler.store(Instruction.VMOVSD_STORE, Memory.at(RDX, Double.BYTES), result);
            assembler.endVectors();
            assembler.leave();
        }
    }

    /// `out[i] = (x[i] - mean) * factor * weight[i] + bias[i]`. Arguments: out, x, weight, bias, number of
    /// elements, and
    /// two doubles: mean and factor.
    ///
    /// @param weighted whether there is a weight; if not, there must be as many readable bytes all the same
    /// @param shifted whether there are a mean and a bias; likewise
    record Normalised(boolean weighted, boolean shifted) implements Routine {
        private static final General[] ARRAYS = {RDI, RSI, RDX, RCX};

        @Override
        public String name() {
            return "normalisation" + (weighted ? " with weight" : "") + (shifted ? " with mean and bias" : "");
        }

        @Override
        public void emit(Assembler assembler, InstructionSet set) {
            assembler.emit(Instruction.VBROADCASTSD, set.vector(0), Memory.at(R9, 0));
            assembler.emit(Instruction.VBROADCASTSD, set.vector(1), Memory.at(R9, Double.BYTES));
            Loop.emit(assembler, set, Loop.Shape.DOUBLES, R8, ARRAYS, this::body);
            assembler.endVectors();
            assembler.leave();
        }

        private void body(Loop loop) {
            Vector x = loop.register(2);
            Vector other = loop.register(3);
            loop.loadDoubles(x, RSI);
            if (shifted) {
                loop.emit(Instruction.VSUBPD, x, x, loop.register(0));
            }
            loop.emit(Instruction.VMULPD, x, x, loop.register(1));
            if (weighted) {
                loop.loadDoubles(other, RDX);
                loop.emit(Instruction.VMULPD, x, x, other);
            }
            if (shifted) {
                loop.loadDoubles(other, RCX);
                loop.emit(Instruction.VADDPD, x, x, other);
            }
            loop.storeDoubles(RDI, x);
        }
    }
}
