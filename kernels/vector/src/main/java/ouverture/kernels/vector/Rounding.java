package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Rounds floats to what Q8_0 keeps of them.
final class Rounding {
    private static final int BLOCK = 32;

    private Rounding() {}

    /// Writes what the codec of Q8_0 makes of `count` floats when it encodes and decodes them, bit for bit.
    ///
    /// @param count a multiple of 32
    static void toQ8(MemorySegment from, long offset, MemorySegment to, long toOffset, int count) {
        for (int i = 0; i < count; i += BLOCK) {
            roundBlock(from, offset + 4L * i, to, toOffset + 4L * i);
        }
    }

    private static void roundBlock(MemorySegment from, long offset, MemorySegment to, long toOffset) {
        FloatVector largest = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < BLOCK; i += Lanes.COUNT) {
            largest = largest.max(load(from, offset + 4L * i).abs());
        }
        float scale = largest.reduceLanes(VectorOperators.MAX) / 127;
        float inverse = 1 / scale;
        float kept = Float.float16ToFloat(Float.floatToFloat16(scale));
        for (int i = 0; i < BLOCK; i += Lanes.COUNT) {
            FloatVector x = load(from, offset + 4L * i).mul(inverse);
            nearest(x).mul(kept).intoMemorySegment(to, toOffset + 4L * i, Lanes.ORDER);
        }
    }

    /// The nearest integer, halves away from zero.
    private static FloatVector nearest(FloatVector x) {
        IntVector down = (IntVector) x.abs().convert(VectorOperators.F2I, 0);
        FloatVector floor = (FloatVector) down.convert(VectorOperators.I2F, 0);
        VectorMask<Float> up = x.abs().sub(floor).compare(VectorOperators.GE, 0.5f);
        FloatVector magnitude = floor.add(1, up);
        return magnitude.blend(magnitude.neg(), x.compare(VectorOperators.LT, 0));
    }
}
