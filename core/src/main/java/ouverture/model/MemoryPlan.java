package ouverture.model;

import java.lang.foreign.Arena;
import java.util.Map;
import ouverture.error.ResourceException;
import ouverture.file.ModelFile;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.HostMemory;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// What running a model takes of memory, against what there is. Not counted: the kernels' own buffers and Java's
/// heap, some tens of megabytes together.
///
/// @param file name of the file, for messages
/// @param weightBytes all tensors
/// @param copiedBytes of these, copies that exist already because the file has the tensors in another form
/// @param expertBytes of these, experts of mixtures in the mapped file
/// @param context positions in the cache
/// @param cacheBytes keys and values of the context
/// @param scratchBytes intermediate results of the largest step
/// @param memory what there is beside the copies
public record MemoryPlan(
        String file,
        long weightBytes,
        long copiedBytes,
        long expertBytes,
        int context,
        long cacheBytes,
        long scratchBytes,
        HostMemory memory) {
    /// Contexts that are proposed are multiples of this, as the cache is in blocks of so many positions.
    private static final int CONTEXT_STEP = 32;

    /// Enough for a thousand intermediate results that begin where vectors may.
    private static final long ALIGNMENT_BYTES = 64 << 10;

    /// Plans a model.
    ///
    /// @param cache number format of the cache
    /// @param context positions in the cache
    /// @param rows of one step at most
    /// @param outputs of these, rows whose logits are computed
    public static MemoryPlan of(
            ModelFile file, Model model, DType cache, int context, int rows, int outputs, HostMemory memory) {
        long weights = 0;
        long copied = 0;
        long experts = 0;
        for (Map.Entry<String, Tensor> entry : file.tensors().entrySet()) {
            long bytes = entry.getValue().bytes();
            boolean mapped = entry.getValue().data().isMapped();
            weights += bytes;
            copied += mapped ? 0 : bytes;
            experts += mapped && entry.getKey().contains("_exps.") ? bytes : 0;
        }
        return new MemoryPlan(
                file.metadata().file(),
                weights,
                copied,
                experts,
                context,
                KvCache.bytes(cache, context, model.cacheShapes()),
                scratchBytes(model, Math.min(rows, context), Math.min(outputs, context)),
                memory);
    }

    /// What a step takes of [Scratch]: measured on steps of one row with and without logits, as the size of every
    /// intermediate result is proportional to the rows or to the rows with logits.
    public static long scratchBytes(Model model, int rows, int outputs) {
        try (Arena arena = Arena.ofConfined()) {
            KvCache cache = KvCache.allocate(arena, DType.F32, 1, 1, model.cacheShapes());
            Scratch silent = measure(model, cache, new Scratch(arena), new int[0]);
            Scratch speaking = measure(model, cache, new Scratch(arena), new int[] {0});
            long perOutput = speaking.usedBytes() - silent.usedBytes();
            long atEnd = rows * silent.usedBytes() + outputs * perOutput;
            return Math.max(rows * silent.peakBytes(), atEnd) + ALIGNMENT_BYTES;
        }
    }

    private static Scratch measure(Model model, KvCache cache, Scratch scratch, int[] outputs) {
        Batch batch = new Batch(new int[1], new int[1], new int[1], new int[][] {{0}}, outputs);
        try (IdleKernels kernels = new IdleKernels()) {
            model.forward(new ForwardPass(kernels, batch, cache, scratch));
        }
        return scratch;
    }

    /// All of it.
    public long totalBytes() {
        return weightBytes + cacheBytes + scratchBytes;
    }

    /// Whether all of it fits what is available.
    public boolean fits() {
        return totalBytes() - copiedBytes <= memory.availableBytes();
    }

    /// Whether it fits with weights that stay in the mapped file and are read again when they are needed.
    public boolean fitsMapped() {
        return cacheBytes + scratchBytes <= memory.availableBytes();
    }

    /// The largest context, at most the planned one, with which the model fits; 0 if none does.
    ///
    /// @param mapped whether weights may stay in the mapped file
    public int fittingContext(boolean mapped) {
        long weights = mapped ? 0 : weightBytes - copiedBytes;
        long left = memory.availableBytes() - scratchBytes - weights;
        if (left >= cacheBytes) {
            return context;
        }
        // cacheBytes > left, so it is not 0 where left is not negative
        long fitting = left <= 0 ? 0 : (long) ((double) left / cacheBytes * context);
        return (int) (fitting / CONTEXT_STEP * CONTEXT_STEP);
    }

    /// The memory that another model finds when this one has its place: of weights that do not fit, all of it.
    public HostMemory left() {
        long taken = fits() ? totalBytes() - copiedBytes : cacheBytes + scratchBytes;
        return new HostMemory(memory.totalBytes(), Math.max(0, memory.availableBytes() - taken), memory.limited());
    }

    /// Memory that is left for experts when everything else has its place, less a tenth for what is not planned.
    public long expertBudget() {
        long others = totalBytes() - copiedBytes - expertBytes;
        return Math.max(0, (memory.availableBytes() - others) / 10 * 9);
    }

    /// Refuses a model that does not fit.
    ///
    /// @param largerThanMemory whether weights may stay in the mapped file
    /// @throws ResourceException with the figures, and what would fit
    public void require(boolean largerThanMemory) {
        if (largerThanMemory ? fitsMapped() : fits()) {
            return;
        }
        String needs = needs() + " and " + mebibytes(memory.availableBytes()) + " are available: ";
        int fitting = fittingContext(largerThanMemory);
        if (fitting > 0) {
            throw new ResourceException(needs + "ask for a context of " + fitting
                    + " tokens or less, or for a smaller format of the cache.");
        }
        throw new ResourceException(needs
                + (fitsMapped()
                        ? "use a smaller file of the model, or allow it to be larger than memory (on the command"
                                + " line: --larger-than-memory), which reads weights from the disk again and again."
                        : "use a machine with more memory, or a smaller model."));
    }

    /// The figures, as the beginning of a sentence.
    public String needs() {
        return file + " needs " + mebibytes(totalBytes()) + " of memory (weights " + mebibytes(weightBytes)
                + ", key/value cache of " + context + " tokens " + mebibytes(cacheBytes) + ", intermediate results "
                + mebibytes(scratchBytes) + ")";
    }

    private static String mebibytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20) + " MiB";
    }
}
