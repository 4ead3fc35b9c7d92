package ouverture.kernels.jit;

import static ouverture.kernels.jit.aarch64.Register.X0;
import static ouverture.kernels.jit.aarch64.Register.X1;
import static ouverture.kernels.jit.aarch64.Register.X2;

import java.util.List;
import java.util.stream.IntStream;
import ouverture.kernels.jit.aarch64.Encoder;
import ouverture.kernels.jit.aarch64.VectorRegister;

/// [Expansion] for AArch64, with the same arguments.
record NeonExpansion(NeonFormat format) implements MachineCode {
    private static final VectorRegister VALUE = new VectorRegister(0);
    private static final VectorRegister FREE = new VectorRegister(1);
    private static final List<VectorRegister> CONSTANTS =
            IntStream.range(2, 5).mapToObj(VectorRegister::new).toList();

    @Override
    public String name() {
        return "expansion of " + format.name();
    }

    @Override
    public byte[] code(InstructionSet set) {
        Encoder encoder = new Encoder();
        NeonStrips.Target target = new NeonStrips.Target(encoder, X0, FREE, CONSTANTS);
        format.prepare(target);
        Encoder.Label block = encoder.here();
        for (int part = 0; part < format.parts(); part++) {
            emitPart(target, part);
            encoder.add(X1, X1, format.expanded().blockBytes());
        }
        encoder.add(X0, X0, format.blockBytes());
        encoder.subtract(X2, X2, 1);
        encoder.jumpIfNotZero(X2, block);
        encoder.leave();
        return encoder.code();
    }

    private void emitPart(NeonStrips.Target target, int part) {
        NeonExpanded expanded = format.expanded();
        Encoder encoder = target.encoder();
        for (int unit = 0; unit < Strips.PART / format.unitColumns(); unit++) {
            for (int sixteen = 0; sixteen < format.unitColumns(); sixteen++) {
                format.weights(target, VALUE, part, unit, sixteen);
                encoder.store(VALUE, X1, expanded.weights(unit, sixteen));
            }
        }
        for (int group = 0; group < format.sums().groups(); group++) {
            for (int quad = 0; quad < Strips.ROWS / NeonStrips.QUAD; quad++) {
                format.scale(target, VALUE, part, group, quad);
                encoder.store(VALUE, X1, expanded.scale(group, quad));
                if (format.sums().asFloats()) {
                    format.minimum(target, VALUE, part, group, quad);
                    encoder.store(VALUE, X1, expanded.minimum(group, quad));
                }
            }
        }
    }
}
