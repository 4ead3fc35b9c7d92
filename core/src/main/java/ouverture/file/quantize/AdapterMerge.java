package ouverture.file.quantize;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ouverture.error.ModelFileException;
import ouverture.error.RequestException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.AdapterFile;
import ouverture.file.GgufValue;
import ouverture.file.GgufWriter;
import ouverture.file.LowRankUpdate;
import ouverture.file.ModelFile;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkerPool;

/// Writes a model with its adapters in its weights: W + scale * up down, in the format that the weight has. What
/// is quantised is rounded again. Takes a few megabytes beside the adapters; the result does not depend on the
/// number of threads.
public final class AdapterMerge {
    /// Bytes of a weight between two writes, about.
    private static final int WRITTEN_AT_ONCE = 1 << 22;

    private final ModelFile base;
    private final List<Part> parts;
    private final Map<String, GgufValue> values;

    /// An adapter and what it counts.
    public record Part(AdapterFile adapter, float scale) {}

    /// Looks on while the work goes on.
    @FunctionalInterface
    public interface Progress {
        /// @param tensor number of the tensor that is being written, from 0
        /// @return whether to go on
        boolean goesOn(int tensor);
    }

    /// Plans a merge.
    ///
    /// @param parts adapters that were read for this model
    /// @param added keys of the header that go behind those of the model or replace them
    /// @throws UnsupportedModelException if a weight that changes is in a format that cannot be written
    /// @throws RequestException if the table of embeddings changes, which is the output matrix too
    public AdapterMerge(ModelFile base, List<Part> parts, Map<String, Object> added) {
        this.base = base;
        this.parts = List.copyOf(parts);
        values = QuantizationPlan.header(base, added);
        for (Tensor tensor : base.tensors().values()) {
            List<Change> changes = changes(tensor);
            if (!changes.isEmpty() && !BlockCodec.of(tensor.type()).encodes()) {
                throw new UnsupportedModelException(base.metadata().file() + ": " + tensor.name() + " is in format "
                        + tensor.type() + ", which this version cannot write: merge into F16, BF16 or F32 weights.");
            }
            boolean tied = changes.stream().anyMatch(change -> change.update.isEmbedding())
                    && !base.tensors().containsKey("output.weight");
            if (tied) {
                throw new RequestException("The adapter changes the embeddings of "
                        + base.metadata().file() + ", which are its output matrix too, and that it does not change:"
                        + " it cannot be merged; apply it when the model is loaded.");
            }
        }
    }

    /// @param scale of the update and its adapter
    private record Change(LowRankUpdate update, float scale) {}

    private List<Change> changes(Tensor tensor) {
        List<Change> changes = new ArrayList<>();
        for (Part part : parts) {
            for (LowRankUpdate update : part.adapter.updates()) {
                if (update.name().equals(tensor.name())) {
                    changes.add(new Change(update, update.scale() * part.scale));
                }
            }
        }
        return changes;
    }

    /// The header of the new file.
    public Map<String, GgufValue> values() {
        return values;
    }

    /// The tensors of the new file.
    public List<GgufWriter.Slot> slots() {
        return base.tensors().values().stream()
                .map(tensor -> new GgufWriter.Slot(
                        tensor.name(), tensor.type(), tensor.planes(), tensor.rows(), tensor.columns()))
                .toList();
    }

    /// Weights that change and were rounded to blocks before, which loses a little more.
    public long requantized() {
        return base.tensors().values().stream()
                .filter(tensor ->
                        tensor.type().blockElements() > 1 && !changes(tensor).isEmpty())
                .count();
    }

    /// Writes all tensors.
    ///
    /// @param out begun with [#values] and [#slots]; left to the caller to end
    /// @param threads that compute
    /// @return whether all is written: not if `progress` stopped the work
    /// @throws ModelFileException if a sum is no number
    /// @throws ouverture.error.ResourceException if the file cannot be written
    public boolean run(GgufWriter out, int threads, Progress progress) {
        int number = 0;
        try (WorkerPool workers = new WorkerPool(threads)) {
            for (Tensor tensor : base.tensors().values()) {
                if (!progress.goesOn(number++)) {
                    return false;
                }
                List<Change> changes = changes(tensor);
                if (changes.isEmpty()) {
                    out.append(tensor.data().asSlice(0, tensor.bytes()));
                } else {
                    merge(tensor, changes, out, workers);
                }
            }
        }
        return true;
    }

    private static void merge(Tensor tensor, List<Change> changes, GgufWriter out, WorkerPool workers) {
        int most = (int) Math.max(1, Math.min(tensor.rows(), WRITTEN_AT_ONCE / tensor.rowBytes()));
        try (Arena arena = Arena.ofShared()) {
            MemorySegment written = arena.allocate(most * tensor.rowBytes(), Long.BYTES);
            for (int plane = 0; plane < tensor.planes(); plane++) {
                Tensor matrix = tensor.plane(plane);
                List<Factors> factors = new ArrayList<>();
                for (Change change : changes) {
                    factors.add(Factors.of(change, plane));
                }
                for (int first = 0; first < matrix.rows(); first += most) {
                    int start = first;
                    int count = Math.min(most, matrix.rows() - first);
                    workers.run(count, 1, (from, to) -> merge(matrix, factors, written, start, from, to));
                    out.append(written.asSlice(0, count * tensor.rowBytes()));
                }
            }
        }
    }

    /// Merges the rows `from` to `to`, exclusive, behind row `start`.
    private static void merge(
            Tensor matrix, List<Factors> factors, MemorySegment written, int start, int from, int to) {
        BlockCodec codec = BlockCodec.of(matrix.type());
        float[] row = new float[matrix.columns()];
        for (int r = from; r < to; r++) {
            codec.decode(matrix.data(), (start + r) * matrix.rowBytes(), row, 0, row.length);
            for (Factors each : factors) {
                each.addTo(row, start + r);
            }
            for (float number : row) {
                if (!Float.isFinite(number)) {
                    throw new ModelFileException("Tensor " + matrix.name()
                            + " with its adapter holds numbers that are not finite: one of the two is damaged.");
                }
            }
            codec.encode(row, 0, written, r * matrix.rowBytes(), row.length);
        }
    }

    /// The change of a matrix as arrays: row r gets the sum over k of `scale * left[r][k] * right[k]`.
    private record Factors(float[][] left, float[][] right, float scale) {
        static Factors of(Change change, int plane) {
            LowRankUpdate update = change.update;
            return update.isEmbedding()
                    ? new Factors(rows(update.down()), turned(rows(update.up())), change.scale)
                    : new Factors(
                            rows(update.up().plane(plane)), rows(update.down().plane(plane)), change.scale);
        }

        private static float[][] rows(Tensor matrix) {
            float[][] rows = new float[matrix.rows()][matrix.columns()];
            for (int r = 0; r < rows.length; r++) {
                MemorySegment.copy(
                        matrix.data(), ValueLayout.JAVA_FLOAT, r * matrix.rowBytes(), rows[r], 0, rows[r].length);
            }
            return rows;
        }

        private static float[][] turned(float[][] matrix) {
            float[][] turned = new float[matrix[0].length][matrix.length];
            for (int r = 0; r < matrix.length; r++) {
                for (int c = 0; c < turned.length; c++) {
                    turned[c][r] = matrix[r][c];
                }
            }
            return turned;
        }

        void addTo(float[] row, int number) {
            for (int k = 0; k < right.length; k++) {
                float factor = scale * left[number][k];
                for (int c = 0; c < row.length; c++) {
                    row[c] += factor * right[k][c];
                }
            }
        }
    }
}
