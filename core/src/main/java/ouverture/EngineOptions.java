package ouverture;

import java.util.List;
import java.util.function.Consumer;
import ouverture.error.RequestException;

/// How an engine is to run; [#DEFAULT] suits one user on one machine.
///
/// @param kernels name of the kernel set, or `auto` for the fastest that this machine can use, or the
///     scalar ones for a model so small that they have answered before faster ones are warm
/// @param threads compute threads; 0 for one on each processor
/// @param cache number format of the key/value cache
/// @param activations representation of the inputs of quantised matrices
/// @param context positions that the cache has room for, over all sequences; 0 for the model's context length,
///     at most 4096
/// @param sequences answers that run in one batch
/// @param queue answers that may wait before [ouverture.error.OverloadedException]
/// @param batchTokens rows of one step at most: prompts are computed in chunks of this size
/// @param largerThanMemory whether a model may be opened that does not fit the memory: its weights are then read
///     from the mapped file again and again; of a mixture, the experts that are chosen most stay in memory
/// @param speculation how tokens are guessed before the model says them; changes the speed and no token
/// @param adapters that change the model for all requests that do not name others, until [Engine#adapt]
/// @param repack where kernels may keep weights in another form, in place of the mapped file
public record EngineOptions(
        String kernels,
        int threads,
        CacheFormat cache,
        Activations activations,
        int context,
        int sequences,
        int queue,
        int batchTokens,
        boolean largerThanMemory,
        Speculation speculation,
        List<AdapterSource> adapters,
        Repack repack) {
    /// Number formats of the key/value cache.
    public enum CacheFormat {
        F32,
        F16,
        Q8_0
    }

    /// Representations of the inputs of quantised matrices.
    public enum Activations {
        /// Exact.
        F32,
        /// Rounded to 8 bits by blocks of 32, as GGUF engines do.
        Q8,
        /// As Q8 where that is faster with the kernels and the number format of the weights, else exact.
        AUTO
    }

    /// The fastest kernels, all processors, an F16 cache, 8 sequences, guesses by n-grams.
    public static final EngineOptions DEFAULT = new EngineOptions(
            "auto",
            0,
            CacheFormat.F16,
            Activations.AUTO,
            0,
            8,
            64,
            512,
            false,
            Speculation.NGRAM,
            List.of(),
            Repack.MEMORY);

    public EngineOptions {
        adapters = List.copyOf(adapters);
        atLeast("number of threads", threads, 0);
        atLeast("context", context, 0);
        atLeast("number of sequences", sequences, 1);
        atLeast("queue length", queue, 1);
        atLeast("number of tokens in a batch", batchTokens, 1);
        if (threads > 1024) {
            throw new RequestException("The number of threads is " + threads + "; it must be at most 1024.");
        }
        if (batchTokens > 8192) {
            throw new RequestException(
                    "The number of tokens in a batch is " + batchTokens + "; it must be at most 8192.");
        }
        if (sequences > batchTokens) {
            throw new RequestException("The number of sequences is " + sequences
                    + "; it must be at most the number of tokens in a batch, " + batchTokens + ".");
        }
    }

    private static void atLeast(String name, int value, int min) {
        if (value < min) {
            throw new RequestException("The " + name + " is " + value + "; it must be at least " + min + ".");
        }
    }

    public EngineOptions withKernels(String kernels) {
        return with(changed -> changed.kernels = kernels);
    }

    public EngineOptions withThreads(int threads) {
        return with(changed -> changed.threads = threads);
    }

    public EngineOptions withCache(CacheFormat cache) {
        return with(changed -> changed.cache = cache);
    }

    public EngineOptions withActivations(Activations activations) {
        return with(changed -> changed.activations = activations);
    }

    public EngineOptions withContext(int context) {
        return with(changed -> changed.context = context);
    }

    public EngineOptions withSequences(int sequences) {
        return with(changed -> changed.sequences = sequences);
    }

    public EngineOptions withQueue(int queue) {
        return with(changed -> changed.queue = queue);
    }

    public EngineOptions withBatchTokens(int batchTokens) {
        return with(changed -> changed.batchTokens = batchTokens);
    }

    public EngineOptions withLargerThanMemory(boolean largerThanMemory) {
        return with(changed -> changed.largerThanMemory = largerThanMemory);
    }

    public EngineOptions withSpeculation(Speculation speculation) {
        return with(changed -> changed.speculation = speculation);
    }

    public EngineOptions withAdapters(List<AdapterSource> adapters) {
        return with(changed -> changed.adapters = adapters);
    }

    public EngineOptions withRepack(Repack repack) {
        return with(changed -> changed.repack = repack);
    }

    private EngineOptions with(Consumer<Components> change) {
        Components components = new Components(this);
        change.accept(components);
        return components.together();
    }

    /// The components of another, to be changed.
    private static final class Components {
        private String kernels;
        private int threads;
        private CacheFormat cache;
        private Activations activations;
        private int context;
        private int sequences;
        private int queue;
        private int batchTokens;
        private boolean largerThanMemory;
        private Speculation speculation;
        private List<AdapterSource> adapters;
        private Repack repack;

        Components(EngineOptions from) {
            kernels = from.kernels;
            threads = from.threads;
            cache = from.cache;
            activations = from.activations;
            context = from.context;
            sequences = from.sequences;
            queue = from.queue;
            batchTokens = from.batchTokens;
            largerThanMemory = from.largerThanMemory;
            speculation = from.speculation;
            adapters = from.adapters;
            repack = from.repack;
        }

        EngineOptions together() {
            return new EngineOptions(
                    kernels,
                    threads,
                    cache,
                    activations,
                    context,
                    sequences,
                    queue,
                    batchTokens,
                    largerThanMemory,
                    speculation,
                    adapters,
                    repack);
        }
    }
}
