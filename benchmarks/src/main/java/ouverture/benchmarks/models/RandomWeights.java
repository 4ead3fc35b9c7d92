package ouverture.benchmarks.models;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;

/// Random numbers for tensors. A stock of them is drawn for each format; tensors repeat it, each time from
/// another block on.
final class RandomWeights {
    private static final int DRAWN = 1 << 18;

    /// Standard deviation: after normalised inputs of a few thousand columns, outputs are about 1.
    private static final double DEVIATION = 0.02;

    private final Arena arena;
    private final Random random = new Random(1);
    private final Map<DType, MemorySegment> stocks = new EnumMap<>(DType.class);

    /// @param arena of the stocks
    RandomWeights(Arena arena) {
        this.arena = arena;
    }

    /// Gives a tensor's bytes to a writer, piece by piece. What is a factor after a norm, or of positions, is 1
    /// as before training.
    ///
    /// @param name in GGUF's names
    void write(String name, DType type, long bytes, Consumer<MemorySegment> writer) {
        if (name.contains("norm.weight") || name.equals("rope_freqs.weight")) {
            writer.accept(ones(type, (int) (bytes / type.bytes(1))));
            return;
        }
        MemorySegment stock = stocks.computeIfAbsent(type, this::draw);
        int blocks = DRAWN / type.blockElements();
        for (long written = 0; written < bytes; ) {
            long from = type.bytes((long) random.nextInt(blocks) * type.blockElements());
            long count = Math.min(stock.byteSize() / 2, bytes - written);
            writer.accept(stock.asSlice(from, count));
            written += count;
        }
    }

    private MemorySegment ones(DType type, int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        MemorySegment bytes = arena.allocate(type.bytes(count), Float.BYTES);
        BlockCodec.of(type).encode(ones, 0, bytes, 0, count);
        return bytes;
    }

    /// Random numbers in a format, twice in a row.
    private MemorySegment draw(DType format) {
        Random drawing = new Random(2);
        float[] numbers = new float[DRAWN];
        for (int i = 0; i < DRAWN; i++) {
            numbers[i] = (float) drawing.nextGaussian(0, DEVIATION);
        }
        long bytes = format.bytes(DRAWN);
        MemorySegment stock = arena.allocate(2 * bytes, ValueLayout.JAVA_LONG.byteAlignment());
        BlockCodec.of(format).encode(numbers, 0, stock, 0, DRAWN);
        MemorySegment.copy(stock, 0, stock, bytes, bytes);
        return stock;
    }
}
