package ouverture.kernels.jit;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import ouverture.tensor.WorkerPool;

/// The most that a processor multiplies: products of 8-bit integers from registers (VPDPBUSD of AVX-512 VNNI),
/// which is the limit for reading a prompt. It lies in this package for the memory that code can run in.
public final class IntegerPeak {
    private static final int ACCUMULATORS = 24;
    private static final int PRODUCTS = 64;
    private static final int ROUNDS = 1_000_000;
    private static final int PASSES = 8;

    private IntegerPeak() {}

    /// Multiplications with additions per second; takes about a tenth of a second.
    ///
    /// @param threads that multiply at the same time
    /// @return the best of several passes; empty where the processor lacks the instruction
    public static Optional<Double> measure(int threads) {
        try (ExecutableMemory memory = new ExecutableMemory();
                WorkerPool pool = new WorkerPool(threads)) {
            MemorySegment code = memory.install(loop());
            double best = 0;
            for (int pass = 0; pass < PASSES; pass++) {
                long start = System.nanoTime();
                pool.run(threads, 1, (from, to) -> {
                    for (int i = from; i < to; i++) {
                        NativeCalls.call(code, ROUNDS, 0, 0, 0, 0, 0);
                    }
                });
                double seconds = (System.nanoTime() - start) / 1e9;
                best = Math.max(best, (double) threads * ROUNDS * ACCUMULATORS * PRODUCTS / seconds);
            }
            return Optional.of(best);
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /// Multiplies registers 30 and 31 and adds to each of the first ones, as often as the argument says.
    private static byte[] loop() {
        ByteArrayOutputStream code = new ByteArrayOutputStream();
        for (int i = 0; i < ACCUMULATORS; i++) {
            int high = (i >> 3 & 1 ^ 1) << 7 | (i >> 4 & 1 ^ 1) << 4 | 0x02; // 512-bit EVEX, Intel's manual, 2.7
            put(code, 0x62, high, 0x0d, 0x40, 0x50, 0xc7 | (i & 7) << 3); // vpdpbusd zmm[i], zmm30, zmm31
        }
        put(code, 0x48, 0xff, 0xcf); // dec rdi
        int back = -(code.size() + 6);
        put(code, 0x0f, 0x85, back, back >> 8, back >> 16, back >> 24); // jnz to the start
        put(code, 0xc5, 0xf8, 0x77, 0xc3); // vzeroupper, ret
        return code.toByteArray();
    }

    private static void put(ByteArrayOutputStream code, int... bytes) {
        for (int b : bytes) {
            code.write(b);
        }
    }
}
