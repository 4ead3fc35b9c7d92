package ouverture.model;

import java.util.List;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// A loaded network: from a batch of tokens to logits. Immutable and shared by all sequences.
public interface Model {
    /// What one token stores in the cache, layer by layer.
    List<KvCache.Shape> cacheShapes();

    /// Longest sequence that the network can take, in tokens; positions beyond have no meaning to it.
    int contextLength();

    /// Runs one step.
    ///
    /// @return logits, one row of vocabulary size for each output row of the batch
    Tensor forward(ForwardPass pass);
}
