package ouverture.kernels.jit;

import static ouverture.kernels.jit.aarch64.Register.X0;
import static ouverture.kernels.jit.aarch64.Register.X1;
import static ouverture.kernels.jit.aarch64.Register.X2;

import ouverture.kernels.jit.aarch64.Encoder;
import ouverture.kernels.jit.aarch64.Operation;
import ouverture.kernels.jit.aarch64.VectorRegister;

/// [Elementwise.Sum] for AArch64, with the same arguments: adds floats to floats.
record NeonSum() implements MachineCode {
    private static final int LANES = 4;

    @Override
    public String name() {
        return "sum";
    }

    @Override
    public byte[] code(InstructionSet set) {
        VectorRegister sum = new VectorRegister(0);
        VectorRegister term = new VectorRegister(1);
        Encoder encoder = new Encoder();
        Encoder.Label rest = new Encoder.Label();
        Encoder.Label end = new Encoder.Label();
        Encoder.Label turn = encoder.here();
        encoder.compare(X2, LANES);
        encoder.jumpIfLess(rest);
        encoder.load(sum, X0, 0);
        encoder.load(term, X1, 0);
        encoder.emit(Operation.FADD_4S, sum, sum, term);
        encoder.store(sum, X0, 0);
        encoder.add(X0, X0, LANES * Float.BYTES);
        encoder.add(X1, X1, LANES * Float.BYTES);
        encoder.subtract(X2, X2, LANES);
        encoder.jump(turn);
        encoder.bind(rest);
        encoder.jumpIfZero(X2, end);
        encoder.loadQuarter(sum, X0, 0);
        encoder.loadQuarter(term, X1, 0);
        encoder.emit(Operation.FADD_4S, sum, sum, term);
        encoder.storeQuarter(sum, X0, 0);
        encoder.add(X0, X0, Float.BYTES);
        encoder.add(X1, X1, Float.BYTES);
        encoder.subtract(X2, X2, 1);
        encoder.jump(rest);
        encoder.bind(end);
        encoder.leave();
        return encoder.code();
    }
}
