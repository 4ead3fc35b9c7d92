package ouverture.kernels.jit;

import ouverture.kernels.jit.aarch64.VectorRegister;

/// [ExpandedStrips] for AArch64.
final class NeonExpanded extends NeonStrips {
    private final boolean signed;

    /// @param signed whether bytes are what they stand for
    NeonExpanded(Sums sums, boolean signed, int unitColumns) {
        super(sums, unitColumns);
        this.signed = signed;
    }

    @Override
    String name() {
        String kind = sums().asFloats() ? " minimums" : signed ? " scales" : " scales and offset";
        return "expanded weights with " + sums().groups() + kind;
    }

    @Override
    public int blockBytes() {
        return ExpandedStrips.bytes(sums());
    }

    @Override
    public int parts() {
        return 1;
    }

    @Override
    boolean isSigned() {
        return signed;
    }

    @Override
    void prepare(Target target) {}

    @Override
    void weights(Target target, VectorRegister to, int part, int unit, int sixteen) {
        target.encoder().load(to, target.block(), weights(unit, sixteen));
    }

    @Override
    void scale(Target target, VectorRegister to, int part, int group, int quad) {
        target.encoder().load(to, target.block(), scale(group, quad));
    }

    @Override
    void minimum(Target target, VectorRegister to, int part, int group, int quad) {
        target.encoder().load(to, target.block(), minimum(group, quad));
    }

    /// Where 16 bytes of a unit lie.
    int weights(int unit, int sixteen) {
        return Strips.ROWS * unitColumns() * unit + REGISTER * sixteen;
    }

    /// Where a group's scales of four rows lie.
    int scale(int group, int quad) {
        return ExpandedStrips.SCALES + group * ExpandedStrips.SCALE + REGISTER * quad;
    }

    /// Where a group's minimums of four rows lie.
    int minimum(int group, int quad) {
        return scale(sums().groups() + group, quad);
    }
}
