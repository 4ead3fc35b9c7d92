package ouverture.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Paged keys and values of every layer, allocated once (arXiv 2309.06180). Blocks of `blockSize` positions are
/// handed out by the scheduler, not here.
///
/// Memory: layers x blocks x blockSize x (key + value columns) numbers.
///
/// @param blocks number of blocks
/// @param blockSize positions of one block
public record KvCache(int blocks, int blockSize, List<Layer> layers) {
    /// One layer's share. Rows of `keys` and `values` are slots: block number x blockSize + position within the
    /// block. Columns are rounded up to whole blocks of the number format; the columns beyond the shape's are
    /// zero. Where a shape has no values of its own, `values` is `keys`.
    public record Layer(Tensor keys, Tensor values, int blockSize, Shape shape) {
        /// Whether values are parts of the keys.
        public boolean latent() {
            return shape.valueColumns == 0;
        }

        /// Stores rows `from` to `to` of the batch's keys and values, in the cache's number format.
        ///
        /// @param newValues not looked at if they are parts of the keys
        public void store(Tensor newKeys, Tensor newValues, Batch batch, int from, int to) {
            float[] row = new float[Math.max(keys.columns(), values.columns())];
            for (int r = from; r < to; r++) {
                int slot = slot(batch.tables()[batch.sequences()[r]], batch.positions()[r]);
                store(newKeys, r, keys, slot, row);
                if (!latent()) {
                    store(newValues, r, values, slot, row);
                }
            }
        }

        private static void store(Tensor from, int row, Tensor to, int slot, float[] buffer) {
            MemorySegment.copy(from.data(), ValueLayout.JAVA_FLOAT, row * from.rowBytes(), buffer, 0, from.columns());
            Arrays.fill(buffer, from.columns(), to.columns(), 0);
            BlockCodec.of(to.type()).encode(buffer, 0, to.data(), slot * to.rowBytes(), to.columns());
        }

        /// The row where a position of a sequence lives.
        public int slot(int[] table, int position) {
            return table[position / blockSize] * blockSize + position % blockSize;
        }
    }

    /// What one token of one layer stores.
    ///
    /// @param valueColumns 0 if values are parts of the keys
    public record Shape(int keyColumns, int valueColumns) {}

    /// Allocates a cache that lives as long as `arena`.
    ///
    /// @param type F32, F16 or Q8_0
    public static KvCache allocate(Arena arena, DType type, int blocks, int blockSize, List<Shape> shapes) {
        List<Layer> layers = new ArrayList<>();
        for (Shape shape : shapes) {
            Tensor keys = allocate(arena, "cache.keys", type, blocks * blockSize, shape.keyColumns);
            Tensor values = shape.valueColumns == 0
                    ? keys
                    : allocate(arena, "cache.values", type, blocks * blockSize, shape.valueColumns);
            layers.add(new Layer(keys, values, blockSize, shape));
        }
        return new KvCache(blocks, blockSize, List.copyOf(layers));
    }

    /// Bytes that `positions` positions take in a cache of these shapes.
    public static long bytes(DType type, long positions, List<Shape> shapes) {
        long perPosition = 0;
        for (Shape shape : shapes) {
            perPosition += type.bytes(padded(type, shape.keyColumns)) + type.bytes(padded(type, shape.valueColumns));
        }
        return positions * perPosition;
    }

    private static Tensor allocate(Arena arena, String name, DType type, int rows, int columns) {
        int padded = padded(type, columns);
        return Tensor.matrix(name, type, rows, padded, ZeroedMemory.allocate(arena, rows * type.bytes(padded)));
    }

    private static int padded(DType type, int columns) {
        return Math.ceilDiv(columns, type.blockElements()) * type.blockElements();
    }
}
