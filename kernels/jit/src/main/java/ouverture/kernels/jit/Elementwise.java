package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

import ouverture.tensor.Activation;

/// Operations on every element by itself.
final class Elementwise {
    private static final General[] TWO_ARRAYS = {RDI, RSI};
    private static final General[] THREE_ARRAYS = {RDI, RSI, RDX};

    private Elementwise() {}

    /// `x[i] = x[i] + y[i]`. Arguments: x, y, number of elements.
    record Sum() implements Routine {
        @Override
        public void emit(Assembler assembler, InstructionSet set) {
            assembler.move(RCX, RDX);
            Loop.emit(assembler, set, Loop.Shape.FLOATS, RCX, TWO_ARRAYS, loop -> {
                Vector x = loop.register(0);
                Vector y = loop.register(1);
                loop.load(x, RDI);
                loop.load(y, RSI);
                loop.emit(Instruction.VADDPS, x, x, y);
                loop.store(RDI, x);
            });
            assembler.endVectors();
            assembler.leave();
        }
    }

    /// `out[i] = x[i] * factor`. Arguments: out, x, number of elements, where the factor is.
    record Scaled() implements Routine {
        @Override
        public void emit(Assembler assembler, InstructionSet set) {
            assembler.emit(Instruction.VBROADCASTSS, set.vector(0), Memory.at(RCX, 0));
            Loop.emit(assembler, set, Loop.Shape.FLOATS, RDX, TWO_ARRAYS, loop -> {
                Vector x = loop.register(1);
                loop.load(x, RSI);
                loop.emit(Instruction.VMULPS, x, x, loop.register(0));
                loop.store(RDI, x);
            });
            assembler.endVectors();
            assembler.leave();
        }
    }

    /// `out[i] = f(x[i]) * y[i]`. Arguments: out, x, y, number of elements.
    ///
    /// @param gated whether there is a y; if not, it must point to as many readable bytes all the same
    record Activated(Activation activation, boolean gated) implements Routine {
        /// GELU in its tanh form is x / (1 + e^(-2 u)) with u = sqrt(2 / pi) (x + 0.044715 x^3).
        private static final float MINUS_TWICE_ROOT = (float) (-2 * Math.sqrt(2 / Math.PI));

        private static final float CUBIC = 0.044715f;

        @Override
        public void emit(Assembler assembler, InstructionSet set) {
            assembler.move(R8, RCX);
            Loop.emit(assembler, set, Loop.Shape.FLOATS, R8, THREE_ARRAYS, this::body);
            assembler.endVectors();
            assembler.leave();
        }

        private void body(Loop loop) {
            Vector x = loop.register(0);
            Vector e = loop.register(1);
            loop.load(x, RSI);
            switch (activation) {
                case SILU -> {
                    loop.emit(Instruction.VPXOR, e, e, e);
                    loop.emit(Instruction.VSUBPS, e, e, x);
                }
                case GELU_TANH -> {
                    Vector one = loop.register(2);
                    loop.assembler().emit(Instruction.VMOVUPS, one, loop.constant(1));
                    loop.emit(Instruction.VMULPS, e, x, x);
                    loop.emit(Instruction.VMULPS, e, e, loop.constant(CUBIC));
                    loop.emit(Instruction.VADDPS, e, e, one);
                    loop.emit(Instruction.VMULPS, e, e, x);
                    loop.emit(Instruction.VMULPS, e, e, loop.constant(MINUS_TWICE_ROOT));
                }
            }
            Exponential.emit(loop, 1);
            loop.emit(Instruction.VADDPS, e, e, loop.constant(1));
            loop.emit(Instruction.VDIVPS, x, x, e);
            if (gated) {
                Vector y = loop.register(1);
                loop.load(y, RDX);
                loop.emit(Instruction.VMULPS, x, x, y);
            }
            loop.store(RDI, x);
        }
    }
}
