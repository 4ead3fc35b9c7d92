package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.brainHalves;
import static ouverture.kernels.vector.Lanes.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// bfloat16: the upper half of a single-precision number.
final class Bf16Rows implements RowFormat.Direct {
    static final Bf16Rows INSTANCE = new Bf16Rows();

    private Bf16Rows() {}

    @Override
    public void decode(MemorySegment from, long offset, MemorySegment to, long toOffset, int count, float[] buffer) {
        int whole = count - count % Lanes.COUNT;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            brainHalves(from, offset + 2L * i).intoMemorySegment(to, toOffset + 4L * i, Lanes.ORDER);
        }
        for (int i = whole; i < count; i++) {
            Lanes.set(to, toOffset + 4L * i, Float.intBitsToFloat(from.get(Lanes.SHORT, offset + 2L * i) << 16));
        }
        RowFormat.pad(to, toOffset, count);
    }

    @Override
    public long dots(MemorySegment weight, long first, long second, MemorySegment x, long xOffset, int count) {
        FloatVector a = FloatVector.zero(Lanes.FLOATS);
        FloatVector b = a;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector v = load(x, xOffset + 4L * i);
            a = brainHalves(weight, first + 2L * i).fma(v, a);
            b = brainHalves(weight, second + 2L * i).fma(v, b);
        }
        return RowFormat.pack(Lanes.sum(a), Lanes.sum(b));
    }
}
