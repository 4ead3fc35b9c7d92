package ouverture.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;
import ouverture.tensor.WorkerPool;

/// How fast this process reads memory: the ceiling for decoding, which reads all weights once for each token.
///
/// @param bytesPerSecond best of several passes
/// @param bufferBytes bytes read in one pass
public record MemoryBandwidth(double bytesPerSecond, long bufferBytes) {
    private static final int CHUNK = 1 << 20;
    private static final long LEAST_BUFFER = 256L << 20;
    private static final long MOST_BUFFER = 2L << 30;
    private static final int PASSES = 8;

    /// Reads a buffer of four times the largest cache, with as many threads as the model runs with. Takes well
    /// under a second on most machines, and at most a quarter of the available memory.
    public static MemoryBandwidth measure(int threads, Machine machine) {
        long wanted = Math.clamp(4 * machine.lastLevelCacheBytes(), LEAST_BUFFER, MOST_BUFFER);
        long bytes = Math.max(CHUNK, Math.min(wanted, machine.availableBytes() / 4) / CHUNK * CHUNK);
        try (Arena arena = Arena.ofShared();
                WorkerPool pool = new WorkerPool(threads)) {
            MemorySegment buffer = arena.allocate(bytes, 4096);
            int chunks = (int) (bytes / CHUNK);
            // Untouched pages would all be one page of zeros, which stays in the cache.
            pool.run(
                    chunks,
                    1,
                    (from, to) -> buffer.asSlice((long) from * CHUNK, (long) (to - from) * CHUNK)
                            .fill((byte) 1));
            long shortest = Long.MAX_VALUE;
            for (int pass = 0; pass < PASSES; pass++) {
                LongAdder sum = new LongAdder();
                long start = System.nanoTime();
                pool.run(chunks, 1, (from, to) -> {
                    for (int chunk = from; chunk < to; chunk++) {
                        sum.add(sum(buffer, (long) chunk * CHUNK));
                    }
                });
                long nanos = System.nanoTime() - start;
                // Looking at the sum keeps the compiler from leaving the reads out.
                if (sum.sum() != bytes / Long.BYTES * 0x0101010101010101L) {
                    throw new IllegalStateException("memory changed while it was read");
                }
                shortest = Math.min(shortest, nanos);
            }
            return new MemoryBandwidth(bytes * 1e9 / shortest, bytes);
        }
    }

    private static long sum(MemorySegment buffer, long offset) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (int i = 0; i < CHUNK; i += 4 * Long.BYTES) {
            a += buffer.get(ValueLayout.JAVA_LONG, offset + i);
            b += buffer.get(ValueLayout.JAVA_LONG, offset + i + 8);
            c += buffer.get(ValueLayout.JAVA_LONG, offset + i + 16);
            d += buffer.get(ValueLayout.JAVA_LONG, offset + i + 24);
        }
        return a + b + c + d;
    }
}
