package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Memory of one test: exact to the byte, behind an area that must not change and before one that must not be
/// touched ([GuardPages]), and full of NaN where nothing was stored.
final class GuardedMemory implements AutoCloseable {
    private static final long GUARD = 256;
    private static final byte CANARY = 0x5a;

    /// Every bit set: NaN as F32, F16 and BF16.
    private static final byte UNSET = (byte) 0xff;

    private final GuardPages arena = new GuardPages();
    private final List<MemorySegment> all = new ArrayList<>();

    private MemorySegment allocate(long bytes) {
        MemorySegment whole = arena.allocate(GUARD + bytes, 1);
        whole.fill(CANARY);
        all.add(whole);
        return whole.asSlice(GUARD).fill(UNSET);
    }

    /// A matrix of which nothing is known.
    Tensor unset(DType type, int rows, int columns) {
        return Tensor.matrix("unset", type, rows, columns, allocate(type.bytes((long) rows * columns)));
    }

    /// A matrix of floats.
    Tensor floats(int rows, int columns, float... values) {
        Tensor tensor = unset(DType.F32, rows, columns);
        MemorySegment.copy(values, 0, tensor.data(), ValueLayout.JAVA_FLOAT, 0, values.length);
        return tensor;
    }

    /// A matrix of random bytes, of the file's memory: read-only.
    Tensor randomBits(DType type, int rows, int columns, Random random) {
        Tensor tensor = unset(type, rows, columns);
        byte[] bytes = new byte[(int) tensor.bytes()];
        random.nextBytes(bytes);
        MemorySegment.copy(bytes, 0, tensor.data(), ValueLayout.JAVA_BYTE, 0, bytes.length);
        return Tensor.matrix("bits", type, rows, columns, tensor.data().asReadOnly());
    }

    /// A matrix that holds `values` rounded to `type`.
    Tensor encoded(DType type, int rows, int columns, float[] values) {
        Tensor tensor = unset(type, rows, columns);
        BlockCodec.of(type).encode(values, 0, tensor.data(), 0, rows * columns);
        return Tensor.matrix("encoded", type, rows, columns, tensor.data().asReadOnly());
    }

    /// A copy with memory of its own.
    Tensor copy(Tensor tensor) {
        Tensor copy = unset(tensor.type(), tensor.rows(), tensor.columns());
        copy.data().copyFrom(tensor.data());
        return copy;
    }

    /// A cache whose slots all hold NaN.
    KvCache.Layer cache(DType type, int blocks, int blockSize, Attention attention) {
        KvCache.Layer layer = KvCache.allocate(arena, type, blocks, blockSize, List.of(attention.cacheShape()))
                .layers()
                .getFirst();
        layer.keys().data().fill(UNSET);
        layer.values().data().fill(UNSET);
        return layer;
    }

    /// Asserts that nothing was written outside of what was asked for.
    void check() {
        for (MemorySegment whole : all) {
            for (long i = 0; i < GUARD; i++) {
                assertThat(whole.get(ValueLayout.JAVA_BYTE, i)).isEqualTo(CANARY);
            }
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
