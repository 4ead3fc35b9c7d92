package ouverture.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Memory for the intermediate results of a step, handed out front to back and taken back all at once. Grows by
/// chunks until the largest step has fitted once; later steps allocate nothing.
public final class Scratch {
    private static final long CHUNK_BYTES = 4L << 20;
    private static final long ALIGNMENT = 64;

    private final Arena arena;
    private final List<MemorySegment> chunks = new ArrayList<>();
    private int chunk;
    private long used;
    private int markedChunk;
    private long markedUsed;

    /// @param arena owns the memory
    public Scratch(Arena arena) {
        this.arena = arena;
    }

    /// Takes everything back.
    void reset() {
        chunk = 0;
        used = 0;
    }

    /// Remembers what is in use now, for [#release].
    void mark() {
        markedChunk = chunk;
        markedUsed = used;
    }

    /// Takes back what was handed out since [#mark].
    void release() {
        chunk = markedChunk;
        used = markedUsed;
    }

    /// An F32 matrix with undefined content.
    Tensor matrix(String name, int rows, int columns) {
        return matrix(name, DType.F32, rows, columns);
    }

    /// A matrix with undefined content.
    Tensor matrix(String name, DType type, int rows, int columns) {
        return Tensor.matrix(name, type, rows, columns, take(type.bytes((long) rows * columns)));
    }

    private MemorySegment take(long bytes) {
        long rounded = Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
        while (chunk < chunks.size() && used + rounded > chunks.get(chunk).byteSize()) {
            chunk++;
            used = 0;
        }
        if (chunk == chunks.size()) {
            chunks.add(arena.allocate(Math.max(CHUNK_BYTES, rounded), ALIGNMENT));
        }
        MemorySegment taken = chunks.get(chunk).asSlice(used, bytes);
        used += rounded;
        return taken;
    }
}
