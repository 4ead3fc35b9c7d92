package ouverture.kernels.jit;

import static ouverture.kernels.jit.aarch64.Register.X0;
import static ouverture.kernels.jit.aarch64.Register.X1;
import static ouverture.kernels.jit.aarch64.Register.X10;
import static ouverture.kernels.jit.aarch64.Register.X2;
import static ouverture.kernels.jit.aarch64.Register.X3;
import static ouverture.kernels.jit.aarch64.Register.X4;
import static ouverture.kernels.jit.aarch64.Register.X6;
import static ouverture.kernels.jit.aarch64.Register.X7;
import static ouverture.kernels.jit.aarch64.Register.X8;
import static ouverture.kernels.jit.aarch64.Register.X9;

import ouverture.kernels.jit.aarch64.Encoder;

/// [Packing] for AArch64, with the same arguments.
record NeonPacking(NeonFormat format) implements MachineCode {
    @Override
    public String name() {
        return "packing of " + format.type();
    }

    @Override
    public byte[] code(InstructionSet set) {
        Encoder encoder = new Encoder();
        Encoder.Label block = encoder.here();
        encoder.move(X6, X0);
        encoder.move(X7, 0);
        encoder.move(X10, X2);
        Encoder.Label row = encoder.here();
        int to = 0;
        for (PackedFormat.Piece piece : format.pieces()) {
            encoder.add(X8, X1, X7, Integer.numberOfTrailingZeros(piece.bytes()));
            encoder.add(X8, X8, to);
            for (int i = 0; i < piece.count(); i++) {
                encoder.load(X9, X6, piece.offset() + i * piece.bytes(), piece.bytes());
                encoder.store(X9, X8, Strips.ROWS * piece.bytes() * i, piece.bytes());
            }
            to += Strips.ROWS * piece.bytes() * piece.count();
        }
        encoder.add(X6, X6, X4, 0);
        encoder.add(X7, X7, 1);
        encoder.subtract(X10, X10, 1);
        encoder.jumpIfNotZero(X10, row);
        encoder.add(X0, X0, format.type().blockBytes());
        encoder.add(X1, X1, format.blockBytes());
        encoder.subtract(X3, X3, 1);
        encoder.jumpIfNotZero(X3, block);
        encoder.leave();
        return encoder.code();
    }
}
