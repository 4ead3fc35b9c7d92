package ouverture.model;

import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Tensor;

/// One step through a network: hides the scratch memory, the batch and the caches, so that families only state
/// the mathematics. Activations are F32 matrices with one row for each token of the batch.
public final class ForwardPass {
    private final Kernels kernels;
    private final Batch batch;
    private final KvCache cache;
    private final Scratch scratch;

    /// @param scratch memory of the results, used anew by each step
    public ForwardPass(Kernels kernels, Batch batch, KvCache cache, Scratch scratch) {
        this.kernels = kernels;
        this.batch = batch;
        this.cache = cache;
        this.scratch = scratch;
        scratch.reset();
    }

    /// Begins layer `index`: gives back the memory of what the layer before computed. Only what was computed
    /// before the first layer, such as the residual stream, lives on.
    public void layer(int index) {
        if (index == 0) {
            scratch.mark();
        } else {
            scratch.release();
        }
    }

    /// The embedding of each row's token.
    public Tensor embed(Linear table) {
        Tensor out = scratch.matrix("embedding", batch.rows(), table.weight().columns());
        kernels.embed(out, table.weight(), batch.tokens());
        return out;
    }

    /// The learned embedding of each row's position.
    public Tensor embedPositions(Tensor table) {
        Tensor out = scratch.matrix("positions", batch.rows(), table.columns());
        kernels.embed(out, table, batch.positions());
        return out;
    }

    /// Normalises each row.
    public Tensor norm(Tensor x, Norm norm) {
        Tensor out = scratch.matrix("norm", x.rows(), x.columns());
        if (norm.bias() != null) {
            kernels.layerNorm(out, x, norm.weight(), norm.bias(), norm.epsilon());
        } else {
            kernels.rmsNorm(out, x, norm.weight(), norm.epsilon());
        }
        return out;
    }

    /// x W^T + b.
    public Tensor linear(Tensor x, Linear linear) {
        Tensor weight = linear.weight();
        Tensor out = scratch.matrix(weight.name(), x.rows(), weight.rows());
        if (x.rows() > 0) {
            kernels.matmul(out, x, weight, linear.bias());
        }
        return out;
    }

    /// A matrix for each head of x's columns.
    ///
    /// @param weight one plane for each head
    public Tensor linearPerHead(Tensor x, Tensor weight) {
        Tensor out = scratch.matrix(weight.name(), x.rows(), weight.planes() * weight.rows());
        kernels.matmulPerHead(out, x, weight);
        return out;
    }

    /// Rotates every head of `headSize` columns by the row's position, in place.
    public Tensor rope(Tensor x, int headSize, Rope rope) {
        kernels.rope(x, headSize, batch.positions(), rope);
        return x;
    }

    /// Stores keys and values of layer `layer` and attends with the queries to all positions up to each row's
    /// own.
    public Tensor attention(int layer, Tensor query, Tensor key, Tensor value, Attention attention) {
        kernels.append(cache.layers().get(layer), key, value, batch);
        return attention(layer, query, attention);
    }

    /// Attends with the queries to what the cache of layer `layer` has.
    public Tensor attention(int layer, Tensor query, Attention attention) {
        KvCache.Layer store = cache.layers().get(layer);
        Tensor out = scratch.matrix("attention", query.rows(), attention.heads() * attention.valueSize());
        kernels.attention(out, query, store, batch, attention);
        return out;
    }

    /// down(f(gate(x)) * up(x)).
    public Tensor gatedMlp(Tensor x, GatedMlp mlp) {
        Tensor gate = linear(x, mlp.gate());
        kernels.gate(gate, gate, linear(x, mlp.up()), mlp.activation());
        return linear(gate, mlp.down());
    }

    /// down(f(up(x))).
    public Tensor mlp(Tensor x, Linear up, Activation activation, Linear down) {
        Tensor hidden = linear(x, up);
        kernels.activate(hidden, activation);
        return linear(hidden, down);
    }

    /// The chosen experts' answers by the router's weights, and the shared network's.
    public Tensor mixture(Tensor x, Mixture mixture) {
        return mixture(x, linear(x, mixture.router()), mixture);
    }

    /// A mixture whose router's logits are known.
    public Tensor mixture(Tensor x, Tensor logits, Mixture mixture) {
        int active = mixture.routing().active();
        Tensor chosen = scratch.matrix("chosen", DType.I32, x.rows(), active);
        Tensor weights = scratch.matrix("weights", x.rows(), active);
        kernels.route(chosen, weights, logits, mixture.routing());
        GatedMlp experts = mixture.experts();
        Tensor gate = experts(x, experts.gate(), chosen);
        kernels.gate(gate, gate, experts(x, experts.up(), chosen), experts.activation());
        Tensor out = scratch.matrix("mixture", x.rows(), x.columns());
        kernels.combine(out, experts(gate, experts.down(), chosen), weights);
        return mixture.shared() == null ? out : add(out, gatedMlp(x, mixture.shared()));
    }

    private Tensor experts(Tensor x, Linear experts, Tensor chosen) {
        Tensor weight = experts.weight();
        Tensor out = scratch.matrix(weight.name(), Math.toIntExact(chosen.size()), weight.rows());
        kernels.matmulExperts(out, x, weight, experts.bias(), chosen);
        return out;
    }

    /// `x *= factor`: returns x.
    public Tensor scale(Tensor x, float factor) {
        kernels.scale(x, factor);
        return x;
    }

    /// `x = cap * tanh(x / cap)`: returns x.
    public Tensor softcap(Tensor x, float cap) {
        kernels.softcap(x, cap);
        return x;
    }

    /// `x += y`: returns x.
    public Tensor add(Tensor x, Tensor y) {
        kernels.add(x, y);
        return x;
    }

    /// Columns `from` to `from + count`.
    public Tensor columns(Tensor x, int from, int count) {
        return columns(x, x.columns(), from, count);
    }

    /// Columns `from` to `from + count` of every head of `headSize` columns.
    public Tensor columns(Tensor x, int headSize, int from, int count) {
        int heads = x.columns() / headSize;
        Tensor out = scratch.matrix(x.name(), x.rows(), heads * count);
        kernels.copyColumns(out, x, headSize, from, count, 0, count);
        return out;
    }

    /// Every head of a, followed by the same head of b; a has heads of `aSize` columns and b of `bSize`. Where b
    /// has one head only, all heads of a share it.
    public Tensor join(Tensor a, int aSize, Tensor b, int bSize) {
        int heads = a.columns() / aSize;
        int size = aSize + bSize;
        Tensor out = scratch.matrix(a.name(), a.rows(), heads * size);
        kernels.copyColumns(out, a, aSize, 0, aSize, 0, size);
        if (b.columns() == bSize) {
            for (int h = 0; h < heads; h++) {
                kernels.copyColumns(out, b, bSize, 0, bSize, h * size + aSize, size);
            }
        } else {
            kernels.copyColumns(out, b, bSize, 0, bSize, aSize, size);
        }
        return out;
    }

    /// The rows whose logits somebody waits for.
    public Tensor outputRows(Tensor x) {
        Tensor out = scratch.matrix("outputs", batch.outputs().length, x.columns());
        kernels.gatherRows(out, x, batch.outputs());
        return out;
    }
}
