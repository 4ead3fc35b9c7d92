package ouverture.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import ouverture.file.LowRankUpdate;
import ouverture.tensor.Batch;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// Which adapters the rows of a step have, and how they join the products: y = W x + scale * up (down x). Rows
/// that follow each other and have the same adapters are computed at once. Cost: 2 x rank x (inputs + outputs)
/// FLOP for each row and adapter.
public final class RowAdapters {
    /// Rows that follow each other.
    private record Run(int from, int count, Adapters adapters) {}

    private final int rows;
    private final int outputs;
    private final List<Run> runs;
    private final List<Run> outputRuns;

    private RowAdapters(Batch batch, List<Adapters> ofSequences) {
        rows = batch.rows();
        outputs = batch.outputs().length;
        int[] sequences = batch.sequences();
        int[] outputSequences = new int[outputs];
        for (int i = 0; i < outputSequences.length; i++) {
            outputSequences[i] = sequences[batch.outputs()[i]];
        }
        runs = runs(sequences, ofSequences);
        outputRuns = runs(outputSequences, ofSequences);
    }

    /// The adapters of a batch; empty where no sequence has any.
    ///
    /// @param ofSequences in the order of the batch's tables
    public static Optional<RowAdapters> of(Batch batch, List<Adapters> ofSequences) {
        return ofSequences.stream().allMatch(Adapters::isEmpty)
                ? Optional.empty()
                : Optional.of(new RowAdapters(batch, ofSequences));
    }

    private static List<Run> runs(int[] sequences, List<Adapters> ofSequences) {
        List<Run> runs = new ArrayList<>();
        int from = 0;
        for (int r = 1; r <= sequences.length; r++) {
            Adapters adapters = ofSequences.get(sequences[from]);
            if (r == sequences.length || !ofSequences.get(sequences[r]).equals(adapters)) {
                if (!adapters.isEmpty()) {
                    runs.add(new Run(from, r - from, adapters));
                }
                from = r;
            }
        }
        return runs;
    }

    /// The runs of a matrix that has a row for each token, or for each output.
    private List<Run> runs(int count) {
        assert count == rows || count == outputs : count + " rows of " + rows + " with " + outputs + " outputs";
        return count == rows ? runs : outputRuns;
    }

    /// Adds to `out`, the rows of a table that the tokens have taken.
    void addToEmbedding(Kernels kernels, StepMemory memory, Tensor out, Tensor table, int[] ids) {
        for (Run run : runs(out.rows())) {
            for (Adapters.Part part : run.adapters.parts()) {
                LowRankUpdate update = part.weights().ofTable(table);
                if (update != null) {
                    Tensor low = memory.matrix(update.name(), run.count, update.rank());
                    int[] own = Arrays.copyOfRange(ids, run.from, run.from + run.count);
                    kernels.embed(low, update.down(), own);
                    addUp(kernels, memory, part(out, run.from, run.count), low, update, part.scale());
                }
            }
        }
    }

    /// Adds to `out`, the product of x with a weight.
    void addToProduct(Kernels kernels, StepMemory memory, Tensor out, Tensor x, Tensor weight) {
        for (Run run : runs(x.rows())) {
            for (Adapters.Part part : run.adapters.parts()) {
                LowRankUpdate update = part.weights().ofFactor(weight);
                if (update != null) {
                    Tensor low = memory.matrix(update.name(), run.count, update.rank());
                    kernels.matmul(low, part(x, run.from, run.count), update.down(), null);
                    addUp(kernels, memory, part(out, run.from, run.count), low, update, part.scale());
                }
            }
        }
    }

    private static void addUp(
            Kernels kernels, StepMemory memory, Tensor out, Tensor low, LowRankUpdate update, float scale) {
        kernels.scale(low, scale * update.scale());
        Tensor change = memory.matrix(update.name(), out.rows(), out.columns());
        kernels.matmul(change, low, update.up(), null);
        kernels.add(out, change);
    }

    /// Adds to `out`, the products with chosen experts ([Kernels#matmulExperts]).
    void addToExperts(Kernels kernels, StepMemory memory, Tensor out, Tensor x, Tensor experts, Tensor chosen) {
        int active = chosen.columns();
        int share = x.rows() == chosen.rows() ? 1 : active;
        for (Run run : runs(chosen.rows())) {
            for (Adapters.Part part : run.adapters.parts()) {
                LowRankUpdate update = part.weights().ofFactor(experts);
                if (update != null) {
                    Tensor own = part(chosen, run.from, run.count);
                    Tensor input = part(x, run.from * share, run.count * share);
                    Tensor low = memory.matrix(update.name(), run.count * active, update.rank());
                    kernels.matmulExperts(low, input, update.down(), null, own);
                    kernels.scale(low, part.scale() * update.scale());
                    Tensor change = memory.matrix(update.name(), run.count * active, out.columns());
                    kernels.matmulExperts(change, low, update.up(), null, own);
                    kernels.add(part(out, run.from * active, run.count * active), change);
                }
            }
        }
    }

    private static Tensor part(Tensor x, int from, int count) {
        return count == x.rows() ? x : x.rows(from, count);
    }
}
