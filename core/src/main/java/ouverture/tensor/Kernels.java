package ouverture.tensor;

import org.jspecify.annotations.Nullable;

/// Everything a machine must be able to do, as few coarse operations; one implementation for each kind of
/// hardware. [ScalarKernels] defines the meaning of each operation, and every other set is tested against it.
///
/// Activations are F32 matrices with one row for each token of the batch; weights may have any [DType]. `out`
/// never overlaps an input unless the operation says so. Results for a row do not depend on the other rows, on
/// the number of rows, nor on the number of threads: the same input gives the same bits. Not thread-safe: one
/// step at a time.
public interface Kernels extends AutoCloseable {
    /// Short name, as `--kernels` takes it.
    String name();

    /// `out[r] = table[ids[r]]`.
    void embed(Tensor out, Tensor table, int[] ids);

    /// `out[r][o] = dot(x[r], weight[o]) + bias[o]`. x: rows x in; weight: outputs x in, any type; bias: F32.
    /// With 8-bit activations ([KernelsOptions.Activations#Q8]) and a quantised weight (block longer than 1), x
    /// is first rounded to Q8_0 along its columns.
    void matmul(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias);

    /// `out = x / sqrt(mean(x^2) + epsilon) * weight`, row by row (arXiv 1910.07467). May work in place.
    void rmsNorm(Tensor out, Tensor x, @Nullable Tensor weight, float epsilon);

    /// `out = (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias`, row by row (arXiv 1607.06450). May
    /// work in place.
    void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float epsilon);

    /// Rotates in place, in every head of `headSize` columns, the first `2 * inverseFrequencies.length`
    /// dimensions by the row's position.
    void rope(Tensor x, int headSize, int[] positions, Rope rope);

    /// Stores the batch's keys and values in the cache, in its number format.
    void append(KvCache.Layer cache, Tensor keys, Tensor values, Batch batch);

    /// Attention of every row over the positions of its sequence up to and including its own, which must be in
    /// the cache. query: rows x (heads x keySize); out: rows x (heads x valueSize).
    void attention(Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention attention);

    /// `x = f(x)`, in place.
    void activate(Tensor x, Activation activation);

    /// `out = f(gate) * up`; `out` may be `gate`.
    void gate(Tensor out, Tensor gate, Tensor up, Activation activation);

    /// `x += y`, in place.
    void add(Tensor x, Tensor y);

    /// In every block of `blockSize` columns of x, copies `count` columns from `from` on to where `out` has
    /// blocks of `outBlockSize`, from `to` on.
    void copyColumns(Tensor out, Tensor x, int blockSize, int from, int count, int to, int outBlockSize);

    /// `out[i] = x[rows[i]]`.
    void gatherRows(Tensor out, Tensor x, int[] rows);

    /// Ends the worker threads.
    @Override
    void close();
}
