package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.FLOATS;
import static ouverture.kernels.vector.Lanes.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// The exponential function of many numbers.
final class Exponential {
    /// 2^23 + 2^22: adding it leaves no bits for a fraction, so that it rounds to an integer.
    private static final float ROUND = 0x1.8p23f;

    private static final float PER_LN_2 = 1.442695f;

    /// ln 2 in two parts; the first has few bits, so that its products with small integers are exact.
    private static final float LN_2 = 0x1.62e4p-1f;

    private static final float LN_2_REST = 1.4286068e-6f;

    private Exponential() {}

    /// Replaces the floats x at byte `at` by e^(factor x - offset), to 2e-7 of it: e^y = 2^n e^r with |r| <=
    /// ln(2) / 2, and Taylor's series of e^r to the seventh power. One loop without calls of own methods,
    /// because C2 does not inline what it has compiled by itself before, and then boxes the vectors.
    ///
    /// @param count rounded up to whole vectors
    static void replace(MemorySegment memory, long at, int count, float factor, float offset) {
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector y = load(memory, at + 4L * i).mul(factor).sub(offset);
            y = y.min(90).max(-110);
            FloatVector n = y.mul(PER_LN_2).add(ROUND).sub(ROUND);
            FloatVector r = n.mul(-LN_2).add(y);
            r = n.fma(FloatVector.broadcast(FLOATS, -LN_2_REST), r);
            FloatVector p = r.mul(1f / 5040).add(1f / 720);
            p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 120));
            p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 24));
            p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 6));
            p = p.fma(r, FloatVector.broadcast(FLOATS, 0.5f));
            p = p.fma(r, FloatVector.broadcast(FLOATS, 1));
            p = p.fma(r, FloatVector.broadcast(FLOATS, 1));
            // 2^n in two factors: n may lie beyond the exponents of normal floats.
            IntVector whole = (IntVector) n.convert(VectorOperators.F2I, 0);
            IntVector half = whole.lanewise(VectorOperators.ASHR, 1);
            IntVector rest = whole.sub(half);
            p = p.mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            p = p.mul(rest.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            p.intoMemorySegment(memory, at + 4L * i, Lanes.ORDER);
        }
    }
}
