package ouverture.train.tune;

import ouverture.error.ResourceException;
import ouverture.file.ModelFile;
import ouverture.model.MemoryPlan;
import ouverture.model.Model;
import ouverture.tensor.HostMemory;
import ouverture.tensor.Tensor;

/// What a run takes of memory, about.
///
/// @param parameters numbers that are trained
/// @param weightBytes of the model, which may stay in its mapped file
/// @param adapterBytes the parameters with their gradients and the optimiser's two means
/// @param stepBytes intermediate results of a batch and their gradients
/// @param availableBytes that there are
/// @param recomputes whether layers are computed twice to need no more
public record TuningSize(
        long parameters, long weightBytes, long adapterBytes, long stepBytes, long availableBytes, boolean recomputes) {
    /// Values that a parameter needs: its own, its gradient's, and two means.
    private static final int VALUES = 4;

    /// Share of the available memory from which on layers are recomputed.
    private static final double PLENTY = 0.5;

    /// @throws ResourceException if there is too little memory, with figures
    static TuningSize of(
            ModelFile file, Model model, LowRankParameters parameters, TuningSettings settings, HostMemory memory) {
        long weights = file.tensors().values().stream().mapToLong(Tensor::bytes).sum();
        long adapter = parameters.count() * VALUES * Float.BYTES;
        int rows = settings.tokensPerBatch();
        int layers = file.metadata().integer("block_count");
        // Results and their gradients; an adapter has results of its own as large as those of the weights.
        long layer = 4 * MemoryPlan.scratchBytes(model, rows, 0);
        long outputs = 2 * (MemoryPlan.scratchBytes(model, rows, rows) - MemoryPlan.scratchBytes(model, rows, 0));
        long stream = (long) rows * file.metadata().integer("embedding_length") * Float.BYTES;
        long keeping = layer * layers + outputs;
        boolean recomputes = weights + adapter + keeping > PLENTY * memory.availableBytes();
        long step = recomputes ? layer + stream * layers + outputs : keeping;
        TuningSize size =
                new TuningSize(parameters.count(), weights, adapter, step, memory.availableBytes(), recomputes);
        size.require();
        return size;
    }

    /// All of it.
    public long bytes() {
        return weightBytes + adapterBytes + stepBytes;
    }

    private void require() {
        if (adapterBytes + stepBytes > availableBytes) {
            throw new ResourceException("Training needs " + (adapterBytes + stepBytes >> 20)
                    + " MiB beside the model's weights, and " + (availableBytes >> 20)
                    + " MiB are available: let batches have fewer tokens, take a lower rank or fewer targets.");
        }
    }
}
