package ouverture.kernels.jit;

/// What packed weights of any format become before they are multiplied with many rows of inputs: bytes, then the
/// scales, and minimums, of the part as floats.
final class ExpandedStrips extends Strips {
    /// Bytes of the weights of a part; scales are behind them.
    static final int SCALES = ROWS * PART;

    /// Bytes of a scale of each row.
    static final int SCALE = ROWS * Float.BYTES;

    ExpandedStrips(Sums sums, int largest) {
        super(sums, largest);
    }

    @Override
    String name() {
        return "expanded weights to " + largest() + " with " + sums().groups()
                + (sums().asFloats() ? " minimums" : " scales");
    }

    @Override
    public int blockBytes() {
        return bytes(sums());
    }

    /// Bytes of a block.
    static int bytes(Sums sums) {
        return SCALES + sums.groups() * (sums.asFloats() ? 2 : 1) * SCALE;
    }

    @Override
    public int parts() {
        return 1;
    }

    @Override
    public int inputs(InstructionSet set) {
        return set.registers() == 32 ? IntegerProducts.INPUTS : 3;
    }

    @Override
    public int strips(InstructionSet set) {
        return set.lanes() == ROWS ? IntegerProducts.STRIPS : 1;
    }

    @Override
    boolean readsAhead() {
        return false;
    }

    @Override
    void prepare(Target target) {}

    @Override
    void weights(Target target, Vector to, Memory block, int part, int chunk, Vector free) {
        target.emit(Instruction.VMOVUPS, to, weights(target, block, chunk));
    }

    @Override
    void scale(Target target, Vector to, Memory block, int part, int group, Vector free) {
        target.emit(Instruction.VMOVUPS, to, scale(target, block, group));
    }

    @Override
    void minimum(Target target, Vector to, Memory block, int part, int group, Vector free) {
        target.emit(Instruction.VMOVUPS, to, minimum(target, block, group));
    }

    /// Where four columns lie.
    Memory weights(Target target, Memory block, int chunk) {
        return block.plus(ROWS * CHUNK * chunk + CHUNK * target.row());
    }

    /// Where a group's scales lie.
    Memory scale(Target target, Memory block, int group) {
        return block.plus(SCALES + group * SCALE + Float.BYTES * target.row());
    }

    /// Where a group's minimums lie.
    Memory minimum(Target target, Memory block, int group) {
        return scale(target, block, sums().groups() + group);
    }
}
