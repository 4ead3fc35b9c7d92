package ouverture;

import java.util.List;
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

    public EngineOptions withThreads(int threads) {
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

    public EngineOptions withCache(CacheFormat cache) {
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

    public EngineOptions withActivations(Activations activations) {
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

    public EngineOptions withContext(int context) {
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

    public EngineOptions withSequences(int sequences) {
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

    public EngineOptions withQueue(int queue) {
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

    public EngineOptions withBatchTokens(int batchTokens) {
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

    public EngineOptions withLargerThanMemory(boolean largerThanMemory) {
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

    public EngineOptions withSpeculation(Speculation speculation) {
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

    public EngineOptions withAdapters(List<AdapterSource> adapters) {
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

    public EngineOptions withRepack(Repack repack) {
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
