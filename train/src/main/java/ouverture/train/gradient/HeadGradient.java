package ouverture.train.gradient;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import ouverture.tensor.Attention;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// The way back through attention for one key head of one document and its query heads. With P the softmax of the
/// scores and dP = dO V^T: dV = P^T dO, dS = scale P (dP - sum(P dP)), dQ = dS K, dK = dS^T Q; a sink, which has
/// no value, gets -(its share) sum(P dP). P is computed once more, some rows at a time, so that no matrix of all
/// positions by all positions is ever in memory (FlashAttention, arXiv 2205.14135).
///
/// The query heads of a key head are one matrix: its row h * count + r is row r of head h.
final class HeadGradient {
    /// Rows of a document that are led back at once.
    private static final int BLOCK = 128;

    private final BackwardPass pass;
    private final CachedAttention operation;
    private final Attention attention;
    private final int start;
    private final int length;
    private final int kvHead;
    private final int group;
    private final Tensor key;
    private final Tensor value;
    private final Tensor keyGradient;
    private final Tensor valueGradient;

    /// @param start the document's first row, of `length`
    HeadGradient(BackwardPass pass, CachedAttention operation, int start, int length, int kvHead) {
        this.pass = pass;
        this.operation = operation;
        this.start = start;
        this.length = length;
        this.kvHead = kvHead;
        attention = operation.attention();
        group = attention.heads() / attention.kvHeads();
        key = columns(operation.keys(), attention.keySize(), kvHead, 1, 0, length);
        value = columns(operation.values(), attention.valueSize(), kvHead, 1, 0, length);
        keyGradient = pass.zeros(length, attention.keySize());
        valueGradient = pass.zeros(length, attention.valueSize());
    }

    /// @param sinkGradients of all heads; added to
    void back(double[] sinkGradients) {
        Tensor scores = pass.temporary(group * Math.min(BLOCK, length), length);
        Tensor weightGradients = pass.temporary(group * Math.min(BLOCK, length), length);
        for (int from = 0; from < length; from += BLOCK) {
            int count = Math.min(BLOCK, length - from);
            int first = attention.firstVisible(from);
            int visible = from + count - first;
            double[] sinks = back(
                    from,
                    count,
                    first,
                    start(scores, group * count, visible),
                    start(weightGradients, group * count, visible));
            for (int i = 0; i < sinks.length; i++) {
                sinkGradients[kvHead * group + i / count] += sinks[i];
            }
        }
        add(keyGradient, pass.gradient(operation.keys()), kvHead, 1, 0, length);
        add(valueGradient, pass.gradient(operation.values()), kvHead, 1, 0, length);
    }

    /// The start of a memory as another matrix.
    private static Tensor start(Tensor memory, int rows, int columns) {
        return Tensor.matrix(memory.name(), memory.type(), rows, columns, memory.data());
    }

    /// Rows `from` to `from + count`.
    ///
    /// @param first position that the first of them sees
    /// @return the gradient of each row's sink
    private double[] back(int from, int count, int first, Tensor weights, Tensor weightGradients) {
        Kernels kernels = pass.kernels();
        int visible = weights.columns();
        Tensor keys = key.rows(first, visible);
        Tensor values = value.rows(first, visible);
        int head = kvHead * group;
        Tensor queries = columns(operation.query(), attention.keySize(), head, group, from, count);
        Tensor towards = columns(pass.gradient(operation.result()), attention.valueSize(), head, group, from, count);
        kernels.matmul(weights, queries, keys, null);
        kernels.matmul(weightGradients, towards, values, null);
        double[] sinks = new double[weights.rows()];
        pass.rows().each(weights.rows(), 8 * visible, (begin, end) -> {
            float[] row = new float[visible];
            float[] gradients = new float[visible];
            for (int i = begin; i < end; i++) {
                int position = from + i % count;
                int hidden = attention.firstVisible(position) - first;
                Rows.read(weights, i, row);
                Rows.read(weightGradients, i, gradients);
                sinks[i] = throughSoftmax(row, gradients, hidden, position + 1 - first, sink(head + i / count));
                Rows.write(weights, i, row);
                Rows.write(weightGradients, i, gradients);
            }
        });
        kernels.matmulWeightGradient(valueGradient.rows(first, visible), weights, towards);
        kernels.matmulWeightGradient(keyGradient.rows(first, visible), weightGradients, queries);
        Tensor queryGradients = pass.zeros(group * count, attention.keySize());
        kernels.matmulInputGradient(queryGradients, weightGradients, keys);
        add(queryGradients, pass.gradient(operation.query()), head, group, from, count);
        return sinks;
    }

    private double sink(int head) {
        Tensor sinks = attention.sinks();
        return sinks == null ? Double.NEGATIVE_INFINITY : sinks.data().getAtIndex(ValueLayout.JAVA_FLOAT, head);
    }

    /// Turns products of queries and keys into weights, and the weights' gradients into those of the products.
    ///
    /// @param from the first visible column, before `to`
    /// @return the gradient of the sink
    private double throughSoftmax(float[] row, float[] gradients, int from, int to, double sink) {
        float scale = attention.scale();
        float max = (float) sink;
        for (int p = from; p < to; p++) {
            row[p] *= scale;
            max = Math.max(max, row[p]);
        }
        for (int p = from; p < to; p++) {
            row[p] -= max;
        }
        Exponential.inPlace(row, from, to);
        double sinkWeight = Math.exp(sink - max);
        double sum = sinkWeight;
        for (int p = from; p < to; p++) {
            sum += row[p];
        }
        float factor = (float) (1 / sum);
        double mean = 0;
        for (int p = from; p < to; p++) {
            row[p] *= factor;
            mean += (double) row[p] * gradients[p];
        }
        for (int p = from; p < to; p++) {
            gradients[p] = scale * row[p] * (gradients[p] - (float) mean);
        }
        for (float[] values : new float[][] {row, gradients}) {
            Arrays.fill(values, 0, from, 0);
            Arrays.fill(values, to, values.length, 0);
        }
        return -sinkWeight * factor * mean;
    }

    /// Copies heads of some rows of the document into a matrix, head after head.
    private Tensor columns(Tensor matrix, int size, int head, int heads, int from, int count) {
        Tensor out = pass.temporary(heads * count, size);
        pass.rows().each(out.rows(), size, (begin, end) -> {
            for (int i = begin; i < end; i++) {
                long at = place(matrix, size, head, from, count, i);
                MemorySegment.copy(matrix.data(), at, out.data(), i * out.rowBytes(), 4L * size);
            }
        });
        return out;
    }

    /// Adds rows of a matrix to where [#columns] copies them from.
    private void add(Tensor matrix, Tensor to, int head, int heads, int from, int count) {
        int size = matrix.columns();
        pass.rows().each(heads * count, size, (begin, end) -> {
            float[] values = new float[size];
            float[] sum = new float[size];
            for (int i = begin; i < end; i++) {
                long at = place(to, size, head, from, count, i);
                Rows.read(matrix, i, values);
                MemorySegment.copy(to.data(), ValueLayout.JAVA_FLOAT, at, sum, 0, size);
                Rows.add(sum, values);
                MemorySegment.copy(sum, 0, to.data(), ValueLayout.JAVA_FLOAT, at, size);
            }
        });
    }

    /// Where row `i` of the heads' matrix begins in a matrix with one row for each token.
    private long place(Tensor matrix, int size, int head, int from, int count, int i) {
        return (start + from + i % count) * matrix.rowBytes() + 4L * size * (head + i / count);
    }
}
