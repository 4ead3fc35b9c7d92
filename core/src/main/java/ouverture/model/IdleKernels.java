package ouverture.model;

import org.jspecify.annotations.Nullable;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;

/// Kernels that compute nothing: a step on them only takes the memory that a step takes.
class IdleKernels implements Kernels {
    @Override
    public String name() {
        return "idle";
    }

    @Override
    public void embed(Tensor out, Tensor table, int[] ids) {}

    @Override
    public void matmul(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias) {}

    @Override
    public void matmulPerHead(Tensor out, Tensor x, Tensor weight) {}

    @Override
    public void matmulExperts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen) {}

    @Override
    public void route(Tensor chosen, Tensor weights, Tensor logits, Routing routing) {}

    @Override
    public void combine(Tensor out, Tensor x, Tensor weights) {}

    @Override
    public void rmsNorm(Tensor out, Tensor x, @Nullable Tensor weight, float epsilon) {}

    @Override
    public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float epsilon) {}

    @Override
    public void rope(Tensor x, int headSize, int[] positions, Rope rope) {}

    @Override
    public void append(KvCache.Layer cache, Tensor keys, Tensor values, Batch batch) {}

    @Override
    public void attention(Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention attention) {}

    @Override
    public void activate(Tensor x, Activation activation) {}

    @Override
    public void gate(Tensor out, Tensor gate, Tensor up, Activation activation) {}

    @Override
    public void add(Tensor x, Tensor y) {}

    @Override
    public void scale(Tensor x, float factor) {}

    @Override
    public void softcap(Tensor x, float cap) {}

    @Override
    public void copyColumns(Tensor out, Tensor x, int blockSize, int from, int count, int to, int outBlockSize) {}

    @Override
    public void gatherRows(Tensor out, Tensor x, int[] rows) {}

    @Override
    public void close() {}
}
