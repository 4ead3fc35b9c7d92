package ouverture.model;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
    private final StepMemory scratch;
    private final @Nullable ExpertResidency residency;
    private final @Nullable RowAdapters adapters;
    private @Nullable Tensor hiddenStates;

    /// @param scratch memory of the results, used anew by each step
    public ForwardPass(Kernels kernels, Batch batch, KvCache cache, StepMemory scratch) {
        this(kernels, batch, cache, scratch, null, null);
    }

    /// @param scratch memory of the results, used anew by each step
    /// @param residency which experts are kept in memory, null where that is left to the system
    /// @param adapters which rows have which, null where none has any
    public ForwardPass(
            Kernels kernels,
            Batch batch,
            KvCache cache,
            StepMemory scratch,
            @Nullable ExpertResidency residency,
            @Nullable RowAdapters adapters) {
        this.kernels = kernels;
        this.batch = batch;
        this.cache = cache;
        this.scratch = scratch;
        this.residency = residency;
        this.adapters = adapters;
        scratch.reset();
        if (residency != null) {
            residency.step();
        }
    }

    /// Begins layer `index`: what the layer before computed may be gone. What was computed before the first
    /// layer, such as the residual stream, lives on.
    public void layer(int index) {
        scratch.layer(index);
    }

    /// The embedding of each row's token.
    public Tensor embed(Linear table) {
        Tensor out = scratch.matrix("embedding", batch.rows(), table.weight().columns());
        kernels.embed(out, table.weight(), batch.tokens());
        if (adapters != null) {
            adapters.addToEmbedding(kernels, scratch, out, table.weight(), batch.tokens());
        }
        return out;
    }

    /// The embedding of each row's token in a table that may lack the last ones: they have its first row.
    public Tensor embedKnown(Linear table) {
        Tensor weight = table.weight();
        int[] tokens = batch.tokens().clone();
        for (int r = 0; r < tokens.length; r++) {
            tokens[r] = tokens[r] < weight.rows() ? tokens[r] : 0;
        }
        Tensor out = scratch.matrix("embedding", batch.rows(), weight.columns());
        kernels.embed(out, weight, tokens);
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

    /// Normalises every head of `headSize` columns, in place: returns x.
    public Tensor normHeads(Tensor x, int headSize, Norm norm) {
        Tensor heads = heads(x, headSize);
        kernels.rmsNorm(heads, heads, norm.weight(), norm.epsilon());
        return x;
    }

    /// Brings the mean square of every head of `headSize` columns to 1, in place: returns x.
    public Tensor normHeads(Tensor x, int headSize, float epsilon) {
        Tensor heads = heads(x, headSize);
        kernels.rmsNorm(heads, heads, null, epsilon);
        return x;
    }

    private static Tensor heads(Tensor x, int headSize) {
        return x.shaped(Math.toIntExact(x.size() / headSize), headSize);
    }

    /// x W^T + b.
    public Tensor linear(Tensor x, Linear linear) {
        Tensor weight = linear.weight();
        Tensor out = scratch.matrix(weight.name(), x.rows(), weight.rows());
        if (x.rows() > 0) {
            kernels.matmul(out, x, weight, linear.bias());
            if (adapters != null) {
                adapters.addToProduct(kernels, scratch, out, x, weight);
            }
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
        Tensor hidden = mlp.up() == null
                ? gateHalves(gate, mlp.activation())
                : gate(gate, linear(x, mlp.up()), mlp.activation());
        return linear(hidden, mlp.down());
    }

    /// `gate = f(gate) * up`, or what the activation says of a gate: returns gate.
    public Tensor gate(Tensor gate, Tensor up, Activation activation) {
        kernels.gate(gate, gate, up, activation);
        return gate;
    }

    private Tensor gateHalves(Tensor both, Activation activation) {
        int hidden = both.columns() / 2;
        return gate(columns(both, 0, hidden), columns(both, hidden, hidden), activation);
    }

    /// down(f(up(x))).
    public Tensor mlp(Tensor x, Linear up, Activation activation, Linear down) {
        Tensor hidden = linear(x, up);
        kernels.activate(hidden, activation);
        return linear(hidden, down);
    }

    /// A layer's network, whichever it has.
    public Tensor feedForward(Tensor x, FeedForward network) {
        return switch (network) {
            case GatedMlp mlp -> gatedMlp(x, mlp);
            case Mixture mixture -> mixture(x, mixture);
        };
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
        if (residency != null) {
            residency.fetch(experts, chosen);
        }
        Tensor gate = experts(x, experts.gate(), chosen);
        Tensor hidden = experts.up() == null
                ? gateHalves(gate, experts.activation())
                : gate(gate, experts(x, experts.up(), chosen), experts.activation());
        Tensor out = combine(experts(hidden, experts.down(), chosen), scaled(weights, chosen, mixture.factors()));
        if (residency != null) {
            residency.trim();
        }
        return mixture.shared() == null ? out : add(out, gatedMlp(x, mixture.shared()));
    }

    /// The weights of the chosen experts times the experts' own factors.
    private Tensor scaled(Tensor weights, Tensor chosen, @Nullable Tensor factors) {
        if (factors == null) {
            return weights;
        }
        Tensor slots = weights.shaped(Math.toIntExact(weights.size()), 1);
        return experts(slots, new Linear(factors, null), chosen).shaped(weights.rows(), weights.columns());
    }

    private Tensor experts(Tensor x, Linear experts, Tensor chosen) {
        Tensor weight = experts.weight();
        Tensor out = scratch.matrix(weight.name(), Math.toIntExact(chosen.size()), weight.rows());
        kernels.matmulExperts(out, x, weight, experts.bias(), chosen);
        if (adapters != null) {
            adapters.addToExperts(kernels, scratch, out, x, weight, chosen);
        }
        return out;
    }

    /// Sums of consecutive rows of x, as many as `weights` has columns, by the weights of each row.
    public Tensor combine(Tensor x, Tensor weights) {
        Tensor out = scratch.matrix("sum", weights.rows(), x.columns());
        kernels.combine(out, x, weights);
        return out;
    }

    /// `x *= factor`: returns x.
    public Tensor scale(Tensor x, float factor) {
        kernels.scale(x, factor);
        return x;
    }

    /// `x *= factors`, column by column: returns x.
    public Tensor scaleColumns(Tensor x, Tensor factors) {
        kernels.scaleColumns(x, factors);
        return x;
    }

    /// `x = cap * tanh(x / cap)`, for a cap of 0 x as it is: returns x.
    public Tensor softcap(Tensor x, float cap) {
        if (cap != 0) {
            kernels.softcap(x, cap);
        }
        return x;
    }

    /// `x += y`: returns x.
    public Tensor add(Tensor x, Tensor y) {
        kernels.add(x, y);
        return x;
    }

    /// Gives each row of x the root mean square of the other tensor's row: returns x.
    public Tensor matchMagnitude(Tensor x, Tensor like) {
        kernels.matchMagnitude(x, like);
        return x;
    }

    /// Keeps what exceeds a row's mean by `deviations` standard deviations: returns x.
    public Tensor excess(Tensor x, float deviations) {
        kernels.excess(x, deviations);
        return x;
    }

    /// Tensors side by side, in new memory.
    public Tensor join(List<Tensor> parts) {
        int columns = parts.stream().mapToInt(Tensor::columns).sum();
        Tensor out = scratch.matrix("joined", parts.getFirst().rows(), columns);
        int column = 0;
        for (Tensor part : parts) {
            put(out, part, column);
            column += part.columns();
        }
        return out;
    }

    /// Copies x to where `out` has its columns from `column` on.
    public void put(Tensor out, Tensor x, int column) {
        kernels.copyColumns(out, x, x.columns(), 0, x.columns(), column, out.columns());
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

    /// The rows whose logits somebody waits for, and behind them those whose hidden states somebody waits for.
    public Tensor outputRows(Tensor x) {
        int[] rows = Arrays.copyOf(batch.outputs(), batch.outputs().length + batch.states().length);
        System.arraycopy(batch.states(), 0, rows, batch.outputs().length, batch.states().length);
        Tensor out = scratch.matrix("outputs", rows.length, x.columns());
        kernels.gatherRows(out, x, rows);
        return out;
    }

    /// The logits that somebody waits for.
    ///
    /// @param x the normalised rows of [#outputRows]
    public Tensor logits(Tensor x, Linear unembedding) {
        int states = batch.states().length;
        if (states == 0) {
            return linear(x, unembedding);
        }
        hiddenStates = x.rows(batch.outputs().length, states);
        return linear(x.rows(0, batch.outputs().length), unembedding);
    }

    /// The hidden states that somebody waits for, in the order of [Batch#states()]: what the network knows of
    /// each row after its last normalisation. They are there after [#logits].
    public Tensor hiddenStates() {
        if (hiddenStates == null) {
            throw new IllegalStateException("nobody waits for hidden states, or they are not computed yet");
        }
        return hiddenStates;
    }
}
