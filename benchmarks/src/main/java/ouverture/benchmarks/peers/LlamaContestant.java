package ouverture.benchmarks.peers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Random;

/// llama.cpp or a fork of it with its default settings, as its own `llama-bench` runs it: random tokens follow
/// each other, nothing is sampled.
final class LlamaContestant implements Contestant {
    private static final double NANOS = 1e9;
    private static final int BATCH = Setting.BATCH;

    private final Arena arena = Arena.ofShared();
    private final LlamaLibrary library;
    private final MemorySegment model;
    private final MemorySegment context;
    private final int vocabulary;
    private final Random random = new Random(1);

    private final MemorySegment batch = arena.allocate(LlamaLibrary.BATCH);
    private final MemorySegment tokens = arena.allocate(JAVA_INT, BATCH);
    private final MemorySegment positions = arena.allocate(JAVA_INT, BATCH);
    private final MemorySegment counts = arena.allocate(JAVA_INT, BATCH);
    private final MemorySegment sequences = arena.allocate(ADDRESS, BATCH);
    private final MemorySegment sequence = arena.allocate(JAVA_INT, BATCH);
    private final MemorySegment wanted = arena.allocate(JAVA_BYTE, BATCH);

    /// Positions of sequence 0 that are in the cache for the next work with a context.
    private int kept;

    /// @param libraries folder with the release
    LlamaContestant(Path libraries, Path file, Setting setting) {
        library = new LlamaLibrary(libraries, arena);
        model = library.loadModel(file);
        context = library.context(model, setting);
        vocabulary = library.vocabulary(model);
        MemorySegment[] arrays = {tokens, MemorySegment.NULL, positions, counts, sequences, wanted};
        for (int i = 0; i < arrays.length; i++) {
            batch.setAtIndex(ADDRESS, i + 1, arrays[i]);
        }
        for (int i = 0; i < BATCH; i++) {
            counts.setAtIndex(JAVA_INT, i, 1);
            sequences.setAtIndex(ADDRESS, i, sequence.asSlice((long) i * Integer.BYTES));
        }
    }

    @Override
    public double tokensPerSecond(Work work) {
        int sequence = prepare(work.context());
        return switch (work.phase()) {
            case PREFILL -> work.tokens() * NANOS / read(sequence, 0, work.tokens());
            case DECODE -> {
                long start = System.nanoTime();
                for (int i = 0; i < work.tokens(); i++) {
                    step(sequence, work.context() + i, work.sequences());
                }
                long nanos = System.nanoTime() - start;
                check();
                yield (double) work.tokens() * work.sequences() * NANOS / nanos;
            }
        };
    }

    /// Makes the cache ready: a context stays in sequence 0 for the next work that wants it, and works without
    /// one use the sequences behind it meanwhile.
    ///
    /// @return the first sequence to use
    private int prepare(int positions) {
        if (positions == 0 && kept > 0) {
            library.forget(context, 1, 0);
            return 1;
        }
        if (positions > 0 && kept == positions) {
            library.forget(context, 0, kept);
            return 0;
        }
        library.forget(context);
        for (int from = 0; from < positions; from += BATCH) {
            read(0, from, Math.min(BATCH, positions - from));
        }
        kept = positions;
        return 0;
    }

    /// Computes tokens of a prompt.
    ///
    /// @return nanoseconds
    private long read(int of, int from, int count) {
        for (int i = 0; i < count; i++) {
            put(i, from + i, of, i == count - 1);
        }
        return decode(count);
    }

    /// One token of each sequence.
    private void step(int first, int position, int count) {
        for (int i = 0; i < count; i++) {
            put(i, position, first + i, true);
        }
        decode(count);
    }

    private void put(int index, int position, int of, boolean withLogits) {
        tokens.setAtIndex(JAVA_INT, index, random.nextInt(vocabulary));
        positions.setAtIndex(JAVA_INT, index, position);
        sequence.setAtIndex(JAVA_INT, index, of);
        wanted.set(JAVA_BYTE, index, (byte) (withLogits ? 1 : 0));
    }

    private long decode(int count) {
        batch.set(JAVA_INT, 0, count);
        long start = System.nanoTime();
        library.decode(context, batch);
        return System.nanoTime() - start;
    }

    /// Nothing that was computed wrongly is worth measuring.
    private void check() {
        MemorySegment logits = library.logits(context, 0, vocabulary);
        float first = logits.get(JAVA_FLOAT, 0);
        float last = logits.getAtIndex(JAVA_FLOAT, vocabulary - 1);
        if (!Float.isFinite(first) || !Float.isFinite(last) || first == last) {
            throw new IllegalStateException("llama.cpp's logits are " + first + " to " + last);
        }
    }

    @Override
    public long cacheBytes() {
        return 0;
    }

    @Override
    public String kernels() {
        return "native";
    }

    @Override
    public void close() {
        library.free(context, model);
        arena.close();
    }
}
