package ouverture.train.gradient;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;

/// Kernels that let others compute and note on a [Tape] what. A product waits until the next operation is asked
/// for: if none is, it is the output matrix's, and its result, one number for each row and token of the
/// vocabulary, need never be in memory at once ([CrossEntropy]).
final class RecordingKernels implements Kernels {
    private record Appended(Tensor keys, Tensor values) {}

    private final Kernels kernels;
    private final Tape tape;
    private final IdentityHashMap<KvCache.Layer, Appended> appended = new IdentityHashMap<>();
    private final List<Double> balances = new ArrayList<>();
    private @Nullable Product waiting;

    RecordingKernels(Kernels kernels, Tape tape) {
        this.kernels = kernels;
        this.tape = tape;
    }

    private void add(Operation operation) {
        runWaiting();
        tape.add(operation);
        operation.run(kernels);
    }

    private void runWaiting() {
        Product product = waiting;
        if (product != null) {
            waiting = null;
            tape.add(product);
            product.run(kernels);
        }
    }

    /// The product with the output matrix, which was not computed.
    ///
    /// @param logits what the network returned
    /// @throws UnsupportedModelException if they come from another operation
    Product output(Tensor logits) {
        if (waiting == null || !waiting.result().equals(logits)) {
            throw untrained("what follows its output matrix");
        }
        return Objects.requireNonNull(waiting);
    }

    /// The mean load-balance loss of all mixtures; 0 without mixtures.
    double balance() {
        return balances.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private static UnsupportedModelException untrained(String operation) {
        return new UnsupportedModelException(
                "This architecture cannot be trained yet: there is no gradient of " + operation + ".");
    }

    @Override
    public String name() {
        return kernels.name();
    }

    @Override
    public void embed(Tensor out, Tensor table, int[] ids) {
        add(new Embedding(out, table, ids));
    }

    @Override
    public void matmul(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias) {
        runWaiting();
        waiting = new Product(out, x, weight, bias);
    }

    @Override
    public void matmulPerHead(Tensor out, Tensor x, Tensor weight) {
        throw untrained("a matrix for each head");
    }

    @Override
    public void matmulExperts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen) {
        add(new ExpertProduct(out, x, experts, bias, chosen));
    }

    @Override
    public void route(Tensor chosen, Tensor weights, Tensor logits, Routing routing) {
        if (routing.score() == Routing.Score.SIGMOID) {
            throw untrained("a choice of experts by sigmoids");
        }
        Choice choice = new Choice(chosen, weights, logits, routing);
        add(choice);
        balances.add(choice.balance());
    }

    @Override
    public void combine(Tensor out, Tensor x, Tensor weights) {
        add(new Combination(out, x, weights));
    }

    @Override
    public void rmsNorm(Tensor out, Tensor x, @Nullable Tensor weight, float epsilon) {
        add(new Normalisation(out, x, tape.copyOf(x), false, weight, null, epsilon));
    }

    @Override
    public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float epsilon) {
        add(new Normalisation(out, x, tape.copyOf(x), true, weight, bias, epsilon));
    }

    @Override
    public void rope(Tensor x, int headSize, int[] positions, Rope rope) {
        add(new Rotation(x, headSize, positions, rope));
    }

    @Override
    public void append(KvCache.Layer cache, Tensor keys, Tensor values, Batch batch) {
        appended.put(cache, new Appended(keys, values));
    }

    @Override
    public void attention(Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention attention) {
        Appended stored = appended.get(cache);
        if (stored == null || attention.latent() || attention.softcap() != 0) {
            throw untrained("this kind of attention");
        }
        add(new CachedAttention(out, query, stored.keys, stored.values, cache, batch, attention));
    }

    @Override
    public void activate(Tensor x, Activation activation) {
        add(new Activated(x, tape.copyOf(x), activation));
    }

    @Override
    public void gate(Tensor out, Tensor gate, Tensor up, Activation activation) {
        add(new Gated(out, gate, tape.copyOf(gate), up, activation));
    }

    @Override
    public void add(Tensor x, Tensor y) {
        add(new Sum(x, y));
    }

    @Override
    public void scale(Tensor x, float factor) {
        add(new Scaled(x, factor));
    }

    @Override
    public void softcap(Tensor x, float cap) {
        throw untrained("a soft cap");
    }

    @Override
    public void scaleColumns(Tensor x, Tensor factors) {
        throw untrained("factors of columns");
    }

    @Override
    public void matchMagnitude(Tensor x, Tensor like) {
        throw untrained("matched magnitudes");
    }

    @Override
    public void excess(Tensor x, float deviations) {
        throw untrained("an excess over the mean");
    }

    @Override
    public void copyColumns(Tensor out, Tensor x, int blockSize, int from, int count, int to, int outBlockSize) {
        add(new ColumnCopy(out, x, blockSize, from, count, to, outBlockSize));
    }

    @Override
    public void gatherRows(Tensor out, Tensor x, int[] rows) {
        add(new RowCopy(out, x, rows));
    }

    /// Leaves the kernels open, which belong to somebody else.
    @Override
    public void close() {}
}
