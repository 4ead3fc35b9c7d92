package ouverture.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One piece of native memory that grows to the largest size asked for: scratch memory of kernels.
@SuppressWarnings("MustBeClosedChecker") // close() and growing close the arena
public final class WorkMemory implements AutoCloseable {
    private static final long LEAST = 4096;
    private static final long ALIGNMENT = 64;

    private Arena arena = Arena.ofShared();
    private MemorySegment memory = MemorySegment.NULL;

    /// At least `bytes` bytes; what was asked for before is void. Holds what it held, if it need not grow.
    public MemorySegment segment(long bytes) {
        if (memory.byteSize() < bytes) {
            arena.close();
            memory = MemorySegment.NULL; // what is gone must not be handed out if there is no more
            arena = Arena.ofShared();
            memory = arena.allocate(Math.max(bytes, LEAST), ALIGNMENT);
        }
        return memory;
    }

    /// Gives the memory back.
    @Override
    public void close() {
        memory = MemorySegment.NULL;
        arena.close();
    }
}
