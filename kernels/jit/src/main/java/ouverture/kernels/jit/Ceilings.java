package ouverture.kernels.jit;

import java.lang.foreign.MemorySegment;
import java.util.OptionalDouble;
import java.util.Random;
import ouverture.tensor.WorkerPool;

/// What this machine can do at most, measured with machine code that does nothing else: the limits that the speed
/// of a model is compared with. Benchmarks call it.
public final class Ceilings {
    private static final int PASSES = 5;
    private static final double NANOS = 1e9;

    /// Products of VPDPBUSD, whose latency that many accumulators hide.
    private static final int ACCUMULATORS = 24;

    private static final int PRODUCTS = 64;
    private static final int ROUNDS = 1_000_000;

    private static final int LOADS = 16;
    private static final int PART = 1 << 20;
    private static final long HUGE_PAGE = 2L << 20;

    private Ceilings() {}

    /// Products of 8-bit integers, each added to a sum, from registers: the limit for reading a prompt. Takes a
    /// tenth of a second.
    ///
    /// @param threads that multiply at the same time
    /// @return products per second, the best of several passes; empty where the processor lacks AVX-512 VNNI or
    ///     the system forbids machine code
    public static OptionalDouble multiplicationsPerSecond(int threads) {
        if (new JitKernelsProvider().unusable().isPresent()
                || !Processor.instructionSets().contains(InstructionSet.AVX512_VNNI)) {
            return OptionalDouble.empty();
        }
        try (ExecutableMemory memory = new ExecutableMemory();
                WorkerPool pool = new WorkerPool(threads)) {
            MemorySegment code = memory.install(multiplication());
            double products = (double) threads * ROUNDS * ACCUMULATORS * PRODUCTS;
            return OptionalDouble.of(products / shortest(pool, threads, _ -> call(code, ROUNDS, 0)));
        }
    }

    /// Bytes that are read from memory, the limit for writing an answer: of large buffers with ordinary and with
    /// huge pages, by one thread and by all, whatever is fastest. Takes some tenths of a second.
    ///
    /// @param threads that read at the same time, at most
    /// @param bytes of each buffer, which must be several times the processor's largest cache
    /// @return bytes per second, the best of several passes; empty where these kernels cannot run, and on AArch64
    /// @throws OutOfMemoryError if the system has no memory for a buffer
    public static OptionalDouble bytesReadPerSecond(int threads, long bytes) {
        if (new JitKernelsProvider().unusable().isPresent()
                || !Processor.instructionSets().contains(InstructionSet.AVX2)) {
            return OptionalDouble.empty();
        }
        double best = 0;
        try (ExecutableMemory memory = new ExecutableMemory();
                WorkerPool pool = new WorkerPool(threads)) {
            boolean wide = Processor.instructionSets().contains(InstructionSet.AVX512);
            MemorySegment code = memory.install(reading(wide ? InstructionSet.AVX512 : InstructionSet.AVX2));
            for (boolean hugePages : new boolean[] {false, true}) {
                best = Math.max(best, read(pool, code, hugePages, bytes));
            }
        }
        return OptionalDouble.of(best);
    }

    private static double read(WorkerPool pool, MemorySegment code, boolean hugePages, long bytes) {
        int parts = Math.toIntExact(Math.ceilDiv(bytes, PART));
        long length = (long) parts * PART;
        MemorySegment memory = SystemPages.map(length + HUGE_PAGE);
        if (memory.equals(MemorySegment.NULL)) {
            throw new OutOfMemoryError("the system has no " + length + " bytes for measuring memory");
        }
        try {
            MemorySegment buffer = memory.asSlice(-memory.address() & HUGE_PAGE - 1, length);
            if (hugePages) {
                SystemPages.useHugePages(buffer);
            }
            // pages that nobody wrote would all be one page of zeros, which stays in the cache
            pool.run(
                    parts,
                    1,
                    (from, to) -> buffer.asSlice((long) from * PART, (long) (to - from) * PART)
                            .fill((byte) 1));
            double alone = shortest(pool, 1, _ -> call(code, buffer.address(), length));
            double together = Double.MAX_VALUE;
            for (int pass = 0; pass < PASSES; pass++) {
                long begin = System.nanoTime();
                pool.run(
                        parts,
                        1,
                        (from, to) -> call(code, buffer.address() + (long) from * PART, (long) (to - from) * PART));
                together = Math.min(together, (System.nanoTime() - begin) / NANOS);
            }
            return length / Math.min(alone, together);
        } finally {
            SystemPages.unmap(memory);
        }
    }

    private static void call(MemorySegment code, long a, long b) {
        NativeCalls.call(code, a, b, 0, 0, 0, 0);
    }

    /// Work of one of the threads.
    @FunctionalInterface
    private interface Share {
        void run(int thread);
    }

    /// Seconds of the shortest pass in which each of the threads did its share.
    private static double shortest(WorkerPool pool, int threads, Share share) {
        double shortest = Double.MAX_VALUE;
        for (int pass = 0; pass < PASSES; pass++) {
            long begin = System.nanoTime();
            pool.run(threads, 1, (from, to) -> {
                for (int thread = from; thread < to; thread++) {
                    share.run(thread);
                }
            });
            shortest = Math.min(shortest, (System.nanoTime() - begin) / NANOS);
        }
        return shortest;
    }

    /// `multiply(rounds)`: products of two registers, added to each of the others.
    private static byte[] multiplication() {
        Assembler assembler = new Assembler();
        InstructionSet set = InstructionSet.AVX512;
        Vector a = set.vector(ACCUMULATORS);
        Vector b = set.vector(ACCUMULATORS + 1);
        int[] words = new Random(1).ints(set.lanes()).toArray();
        assembler.emit(Instruction.VMOVUPS, a, assembler.constant(words));
        assembler.emit(Instruction.VMOVUPS, b, assembler.constant(words));
        Assembler.Label turn = assembler.here();
        for (int i = 0; i < ACCUMULATORS; i++) {
            assembler.emit(Instruction.VPDPBUSD, set.vector(i), a, b);
        }
        return end(assembler, General.RDI, 1, turn);
    }

    /// `read(address, bytes)`: loads all of it and leaves it at that. The length is a multiple of what one turn
    /// loads.
    private static byte[] reading(InstructionSet set) {
        Assembler assembler = new Assembler();
        Assembler.Label turn = assembler.here();
        for (int i = 0; i < LOADS; i++) {
            assembler.emit(Instruction.VMOVUPS, set.vector(i), Memory.at(General.RDI, i * set.bytes()));
        }
        assembler.add(General.RDI, LOADS * set.bytes());
        return end(assembler, General.RSI, LOADS * set.bytes(), turn);
    }

    /// Ends a loop that is done when the register is 0.
    private static byte[] end(Assembler assembler, General count, int step, Assembler.Label turn) {
        assembler.subtract(count, step);
        assembler.jumpIfNotZero(turn);
        assembler.endVectors();
        assembler.leave();
        return assembler.code();
    }
}
