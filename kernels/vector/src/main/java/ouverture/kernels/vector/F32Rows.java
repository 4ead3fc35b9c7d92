package ouverture.kernels.vector;

import static ouverture.kernels.vector.Lanes.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// Single precision.
final class F32Rows implements RowFormat.Direct {
    static final F32Rows INSTANCE = new F32Rows();

    private F32Rows() {}

    @Override
    public void decode(MemorySegment from, long offset, MemorySegment to, long toOffset, int count, float[] buffer) {
        int whole = count - count % Lanes.COUNT;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            load(from, offset + 4L * i).intoMemorySegment(to, toOffset + 4L * i, Lanes.ORDER);
        }
        for (int i = whole; i < count; i++) {
            Lanes.set(to, toOffset + 4L * i, Lanes.get(from, offset + 4L * i));
        }
        RowFormat.pad(to, toOffset, count);
    }

    @Override
    public long dots(MemorySegment weight, long first, long second, MemorySegment x, long xOffset, int count) {
        FloatVector a = FloatVector.zero(Lanes.FLOATS);
        FloatVector b = a;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            long at = 4L * i;
            FloatVector v = load(x, xOffset + at);
            a = load(weight, first + at).fma(v, a);
            b = load(weight, second + at).fma(v, b);
        }
        return RowFormat.pack(Lanes.sum(a), Lanes.sum(b));
    }
}
