package ouverture.model;

import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
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

    /// Rotates every head of `headSize` columns by the row's position, in place.
    public Tensor rope(Tensor x, int headSize, Rope rope) {
        kernels.rope(x, headSize, batch.positions(), rope);
        return x;
    }

    /// Stores keys and values of layer `layer` and attends with the queries to all positions up to each row's
    /// own.
    public Tensor attention(int layer, Tensor query, Tensor key, Tensor value, Attention attention) {
        KvCache.Layer store = cache.layers().get(layer);
        kernels.append(store, key, value, batch);
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

    /// `x += y`: returns x.
    public Tensor add(Tensor x, Tensor y) {
        kernels.add(x, y);
        return x;
    }

    /// Columns `from` to `from + count`.
    public Tensor columns(Tensor x, int from, int count) {
        Tensor out = scratch.matrix(x.name(), x.rows(), count);
        kernels.copyColumns(out, x, x.columns(), from, count, 0, count);
        return out;
    }

    /// The rows whose logits somebody waits for.
    public Tensor outputRows(Tensor x) {
        Tensor out = scratch.matrix("outputs", batch.outputs().length, x.columns());
        kernels.gatherRows(out, x, batch.outputs());
        return out;
    }
}
