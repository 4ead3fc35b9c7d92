package ouverture.kernels.jit;

import static ouverture.kernels.jit.General.R8;
import static ouverture.kernels.jit.General.RCX;
import static ouverture.kernels.jit.General.RDI;
import static ouverture.kernels.jit.General.RDX;
import static ouverture.kernels.jit.General.RSI;

import ouverture.tensor.Activation;

/// Operations on every element by itself.
final class Elementwise {
    private static final General[] ONE_ARRAY = {RDI};
    private static final General[] TWO_ARRAYS = {RDI, RSI};
    private static final General[] THREE_ARRAYS = {RDI, RSI, RDX};

    private Elementwise() {}

    /// `x[i] = x[i] + y[i]`. Arguments: x, y, number of elements.
    record Sum() implements Routine {
        @Override
        public String name() {
            return "addition";
        }

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

    /// `out[i] = x[i] * factor`, added to what is there if `more`. Arguments: out, x, number of elements, where
    /// the factor is.
    record Scaled(boolean more) implements Routine {
        @Override
        public String name() {
            return more ? "addition of multiples" : "multiples";
        }

        @Override
        public void emit(Assembler assembler, InstructionSet set) {
            assembler.emit(Instruction.VBROADCASTSS, set.vector(0), Memory.at(RCX, 0));
            Loop.emit(assembler, set, Loop.Shape.FLOATS, RDX, TWO_ARRAYS, loop -> {
                Vector x = loop.register(1);
                loop.load(x, RSI);
                loop.emit(Instruction.VMULPS, x, x, loop.register(0));
                if (more) {
                    Vector before = loop.register(2);
                    loop.load(before, RDI);
                    loop.emit(Instruction.VADDPS, x, x, before);
                }
                loop.store(RDI, x);
            });
            assembler.endVectors();
            assembler.leave();
        }
    }

    /// `x[i] = cap * tanh(x[i] / cap)`, with tanh(y) = 1 - 2 / (1 + e^(2 y)), and near zero, where that loses
    /// digits, y - y^3 / 3 + 2 y^5 / 15 - 17 y^7 / 315. Arguments: x, number of elements, where the cap is.
    record Capped() implements Routine {
        /// Distance from zero within which tanh is a polynomial.
        private static final float NEAR = 0.125f;

        private static final int MAGNITUDE = 0x7fffffff;
        private static final int SIGN_SHIFT = 31;
        private static final int CAP = 7;

        @Override
        public String name() {
            return "soft cap";
        }

        @Override
        public void emit(Assembler assembler, InstructionSet set) {
            assembler.emit(Instruction.VBROADCASTSS, set.vector(CAP), Memory.at(RDX, 0));
            Loop.emit(assembler, set, Loop.Shape.FLOATS, RSI, ONE_ARRAY, Capped::body);
            assembler.endVectors();
            assembler.leave();
        }

        private static void body(Loop loop) {
            Vector x = loop.register(0);
            Vector far = loop.register(1);
            Vector near = loop.register(2);
            Vector isNear = loop.register(5);
            Vector square = loop.register(6);
            Vector cap = loop.register(CAP);
            loop.load(x, RDI);
            loop.emit(Instruction.VDIVPS, far, x, cap);
            loop.emit(Instruction.VPAND, isNear, far, loop.bits(MAGNITUDE));
            loop.emit(Instruction.VSUBPS, isNear, isNear, loop.constant(NEAR));
            loop.assembler().emit(Instruction.VPSRAD, isNear, isNear, SIGN_SHIFT);
            loop.emit(Instruction.VMULPS, square, far, far);
            loop.emit(Instruction.VADDPS, far, far, far);
            Exponential.emit(loop, 1);
            loop.emit(Instruction.VADDPS, far, far, loop.constant(1));
            loop.assembler().emit(Instruction.VMOVUPS, near, loop.constant(-2));
            loop.emit(Instruction.VDIVPS, far, near, far);
            loop.emit(Instruction.VADDPS, far, far, loop.constant(1));
            loop.emit(Instruction.VMULPS, far, far, cap);
            loop.assembler().emit(Instruction.VMOVUPS, near, loop.constant(-17f / 315));
            for (float factor : new float[] {2f / 15, -1f / 3, 1}) {
                loop.emit(Instruction.VFMADD213PS, near, square, loop.constant(factor));
            }
            loop.emit(Instruction.VMULPS, near, near, x);
            loop.emit(Instruction.VPAND, near, near, isNear);
            loop.emit(Instruction.VPANDN, far, isNear, far);
            loop.emit(Instruction.VPOR, far, far, near);
            loop.store(RDI, far);
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
        public String name() {
            return activation + (gated ? " gate" : "");
        }

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
                case SWIGLU_CLAMPED -> {
                    loop.assembler().emit(Instruction.VMOVUPS, e, loop.constant(Activation.CLAMP));
                    loop.emit(Instruction.VMINPS, x, e, x);
                    loop.emit(Instruction.VMULPS, e, x, loop.constant(-Activation.STEEPNESS));
                }
            }
            Exponential.emit(loop, 1);
            loop.emit(Instruction.VADDPS, e, e, loop.constant(1));
            loop.emit(Instruction.VDIVPS, x, x, e);
            if (gated) {
                Vector y = loop.register(1);
                loop.load(y, RDX);
                if (activation == Activation.SWIGLU_CLAMPED) {
                    Vector bound = loop.register(2);
                    loop.assembler().emit(Instruction.VMOVUPS, bound, loop.constant(Activation.CLAMP));
                    loop.emit(Instruction.VMINPS, y, bound, y);
                    loop.assembler().emit(Instruction.VMOVUPS, bound, loop.constant(-Activation.CLAMP));
                    loop.emit(Instruction.VMAXPS, y, bound, y);
                    loop.emit(Instruction.VADDPS, y, y, loop.constant(1));
                }
                loop.emit(Instruction.VMULPS, x, x, y);
            }
            loop.store(RDI, x);
        }
    }
}
