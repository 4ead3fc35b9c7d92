package ouverture.train.gradient;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ouverture.model.Adapters;
import ouverture.model.ForwardPass;
import ouverture.model.Model;
import ouverture.model.RowAdapters;
import ouverture.model.Scratch;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// A model that learns: from documents to the gradients of its parameters. One thread at a time; kernels and
/// weights belong to the caller.
///
/// The same documents, parameters and kernels give the same bits, however many threads compute.
public final class Network implements AutoCloseable {
    private static final String OUTPUT = "output.weight";

    private final Model model;
    private final Kernels kernels;
    private final Rows rows;
    private final Arena arena = Arena.ofShared();
    private final Tape tape;
    private final Scratch temporary = new Scratch(arena);
    private final AddressMap gradients = new AddressMap();
    private final double balanceWeight;
    private final Adapters adapters;
    private @Nullable KvCache cache;
    private long floatingPointOperations;

    /// How a network learns.
    ///
    /// @param recomputes whether layers are computed twice, so that less must be in memory
    /// @param balanceWeight factor on the load-balance loss of mixtures, 0 for none
    public record Options(boolean recomputes, double balanceWeight) {}

    /// What came of a batch.
    ///
    /// @param loss the outputs' losses in nats, by their weights
    /// @param weight the sum of these weights
    /// @param balance the mean load-balance loss of all mixtures, 1 where all experts are equally busy; 0 without
    ///     mixtures
    public record Result(double loss, double weight, double balance) {}

    /// @param parameters what is trained; all other weights stay as they are
    public Network(Model model, Kernels kernels, List<Parameter> parameters, Options options) {
        this(model, kernels, parameters, options, Adapters.NONE);
    }

    /// @param parameters what is trained, of the model or of the adapters; all other weights stay as they are
    public Network(Model model, Kernels kernels, List<Parameter> parameters, Options options, Adapters adapters) {
        this.adapters = adapters;
        this.model = model;
        this.kernels = kernels;
        rows = new Rows(kernels);
        balanceWeight = options.balanceWeight;
        tape = new Tape(arena, options.recomputes);
        for (Parameter parameter : parameters) {
            gradients.put(parameter.value(), parameter.gradient());
        }
    }

    /// Adds the gradients of a batch's loss to those of the parameters.
    ///
    /// @param factor on the loss, such as 1 / the weight of all batches of a step
    /// @param share of the step's rows that this batch has, for the load-balance loss
    public Result learn(TrainingBatch batch, double factor, double share) {
        Recorded recorded = record(batch, adapters, share);
        tape.prepare(rows, recorded.logits);
        double[] losses = CrossEntropy.back(recorded.pass, recorded.output, batch, batch.weights(), factor);
        back(recorded);
        return new Result(CrossEntropy.sum(losses, batch), batch.totalWeight(), recorded.balance);
    }

    /// As the other, where what is learned from is a loss made of the documents'. Cost: the product with the output
    /// matrix once more.
    ///
    /// @return what it came to, its weight 1 for each document
    public Result learn(TrainingBatch batch, Objective objective, double factor, double share) {
        Recorded recorded = record(batch, adapters, share);
        tape.prepare(rows, recorded.logits);
        double[] losses = CrossEntropy.losses(recorded.pass, recorded.output, batch);
        Objective.Judgement judgement = objective.judge(batch.sums(losses));
        float[] weights = new float[losses.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (batch.weights()[i] * judgement.slopes()[batch.document(i)]);
        }
        CrossEntropy.back(recorded.pass, recorded.output, batch, weights, factor);
        back(recorded);
        return new Result(judgement.loss(), batch.batch().tables().length, recorded.balance);
    }

    private void back(Recorded recorded) {
        tape.back(kernels, recorded.pass);
        floatingPointOperations +=
                tape.floatingPointOperations(gradients) + recorded.output.floatingPointOperations(gradients);
    }

    /// Additions and multiplications of the matrix products of all that was learned from since the beginning, there
    /// and back; what is computed twice counts once.
    public long floatingPointOperations() {
        return floatingPointOperations;
    }

    /// The loss of each document, the sum of its outputs' by their weights; nothing is learned.
    ///
    /// @param adapted whether the adapters are at work
    public double[] losses(TrainingBatch batch, boolean adapted) {
        Recorded recorded = record(batch, adapted ? adapters : Adapters.NONE, 0);
        return batch.sums(CrossEntropy.losses(recorded.pass, recorded.output, batch));
    }

    /// A forward pass that can be led back.
    private record Recorded(Tensor logits, Output output, BackwardPass pass, double balance) {}

    private Recorded record(TrainingBatch batch, Adapters applied, double share) {
        RecordingKernels recording = new RecordingKernels(kernels, tape);
        // What is changed of the output matrix is computed with it, some rows at a time.
        List<Adapters> each = Collections.nCopies(batch.batch().tables().length, applied.without(OUTPUT));
        RowAdapters ofRows = RowAdapters.of(batch.batch(), each).orElse(null);
        Tensor logits = model.forward(
                new ForwardPass(recording, batch.batch(), cache(batch.cacheBlocks()), tape, null, ofRows));
        BackwardPass pass = new BackwardPass(kernels, rows, tape, gradients, temporary, balanceWeight * share);
        Output output = new Output(recording.output(logits), applied.changes(OUTPUT));
        return new Recorded(logits, output, pass, recording.balance());
    }

    /// A cache for so many blocks. All layers share its memory, as none needs it when the next one begins.
    private KvCache cache(int blocks) {
        KvCache current = cache;
        if (current == null || current.blocks() < blocks) {
            List<KvCache.Layer> layers = new ArrayList<>();
            List<KvCache.Shape> shapes = model.cacheShapes();
            KvCache one = KvCache.allocate(
                    arena,
                    DType.F32,
                    blocks,
                    TrainingBatch.CACHE_BLOCK,
                    shapes.stream().distinct().toList());
            for (KvCache.Shape shape : shapes) {
                KvCache.Layer memory = one.layers().stream()
                        .filter(layer -> layer.shape().equals(shape))
                        .findFirst()
                        .orElseThrow();
                layers.add(new KvCache.Layer(memory.keys(), memory.values(), memory.blockSize(), shape));
            }
            current = new KvCache(blocks, TrainingBatch.CACHE_BLOCK, layers);
            cache = current;
        }
        return current;
    }

    /// Gives the memory back.
    @Override
    public void close() {
        arena.close();
    }
}
