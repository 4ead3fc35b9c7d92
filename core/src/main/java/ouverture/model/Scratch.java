package ouverture.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import ouverture.tensor.ZeroedMemory;

/// Memory for the intermediate results of a step, handed out front to back and taken back all at once. Where it
/// is too small it grows by chunks until the largest step has fitted once; later steps allocate nothing.
public final class Scratch implements StepMemory {
    private static final long CHUNK_BYTES = 4L << 20;
    private static final long ALIGNMENT = 64;

    private final Arena arena;
    private final List<MemorySegment> chunks = new ArrayList<>();
    private int chunk;
    private long used;
    private int markedChunk;
    private long markedUsed;
    private long taken;
    private long markedTaken;
    private long peak;

    /// Memory that grows from nothing.
    ///
    /// @param arena owns the memory
    public Scratch(Arena arena) {
        this.arena = arena;
    }

    /// Memory for steps of a known size, [MemoryPlan#scratchBytes()].
    ///
    /// @param arena owns the memory
    /// @param bytes allocated at once
    public Scratch(Arena arena, long bytes) {
        this(arena);
        chunks.add(ZeroedMemory.allocate(arena, bytes));
    }

    @Override
    public void reset() {
        chunk = 0;
        used = 0;
        taken = 0;
    }

    /// Bytes handed out now.
    long usedBytes() {
        return taken;
    }

    /// Most bytes that were handed out at once.
    long peakBytes() {
        return peak;
    }

    /// Bytes of memory that it has grown to.
    long allocatedBytes() {
        return chunks.stream().mapToLong(MemorySegment::byteSize).sum();
    }

    /// Takes back what the layer before was given.
    @Override
    public void layer(int index) {
        if (index == 0) {
            markedChunk = chunk;
            markedUsed = used;
            markedTaken = taken;
        } else {
            chunk = markedChunk;
            used = markedUsed;
            taken = markedTaken;
        }
    }

    @Override
    public Tensor matrix(String name, DType type, int rows, int columns) {
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
        MemorySegment memory = chunks.get(chunk).asSlice(used, bytes);
        used += rounded;
        taken += bytes;
        peak = Math.max(peak, taken);
        return memory;
    }
}
