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
    /// is first rounded to Q8_0 along its columns; with [KernelsOptions.Activations#AUTO] for the formats of the
    /// kernel set's choice. Weights in read-only memory must not change as long as that memory lives.
    void matmul(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias);

    /// A matrix for each head: `out[r][h] = weight[h] x[r][h]`. x: rows x (heads * in); weight: heads planes of
    /// outputs x in, any type; out: rows x (heads * outputs). Rounds as [#matmul] does.
    void matmulPerHead(Tensor out, Tensor x, Tensor weight);

    /// A matrix for each chosen expert: `out[s][o] = dot(x[s], experts[chosen[s]][o]) + bias[chosen[s]][o]` with
    /// slots s = row * active + i. x: one row for each slot, or one for each token, which all its slots share;
    /// experts: planes of outputs x in, any type; bias: F32, experts x outputs. Rounds as [#matmul] does.
    ///
    /// @param chosen I32, tokens x active, each less than the number of planes
    void matmulExperts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen);

    /// What [#matmul] sends back to its input: `inputGradient[r] += sum over o of outputGradient[r][o] *
    /// weight[o]`. Nothing is rounded to 8 bits.
    ///
    /// @param inputGradient F32, rows x in; added to
    /// @param outputGradient F32, rows x outputs
    /// @param weight outputs x in, any type
    default void matmulInputGradient(Tensor inputGradient, Tensor outputGradient, Tensor weight) {
        ProductGradients.ofInput(inputGradient, outputGradient, weight);
    }

    /// What [#matmul] sends back to its weight: `weightGradient[o] += sum over r of outputGradient[r][o] * x[r]`.
    ///
    /// @param weightGradient F32, outputs x in; added to
    /// @param outputGradient F32, rows x outputs
    /// @param x F32, rows x in
    default void matmulWeightGradient(Tensor weightGradient, Tensor outputGradient, Tensor x) {
        ProductGradients.ofWeight(weightGradient, outputGradient, x);
    }

    /// The experts of each row and their weights, by [Routing#choose].
    ///
    /// @param chosen I32, rows x active
    /// @param weights F32, rows x active
    /// @param logits F32, rows x experts
    void route(Tensor chosen, Tensor weights, Tensor logits, Routing routing);

    /// `out[r] = sum over i of weights[r][i] * x[r * active + i]`.
    ///
    /// @param weights F32, rows x active
    void combine(Tensor out, Tensor x, Tensor weights);

    /// `out = x / sqrt(mean(x^2) + epsilon) * weight`, row by row (arXiv 1910.07467). May work in place.
    void rmsNorm(Tensor out, Tensor x, @Nullable Tensor weight, float epsilon);

    /// `out = (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias`, row by row (arXiv 1607.06450). May
    /// work in place.
    void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float epsilon);

    /// Rotates in place, in every head of `headSize` columns, the first `2 * inverseFrequencies.length`
    /// dimensions by the row's position.
    void rope(Tensor x, int headSize, int[] positions, Rope rope);

    /// Stores the batch's keys and values in the cache, in its number format. Of a layer with latent values only
    /// the keys are stored.
    void append(KvCache.Layer cache, Tensor keys, Tensor values, Batch batch);

    /// Attention of every row over the positions of its sequence that it sees, up to and including its own, which
    /// must be in the cache. query: rows x (heads x keySize); out: rows x (heads x valueSize).
    void attention(Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention attention);

    /// `x = f(x)`, in place.
    void activate(Tensor x, Activation activation);

    /// `out = f(gate) * up`, or what the activation says of a gate; `out` may be `gate`.
    void gate(Tensor out, Tensor gate, Tensor up, Activation activation);

    /// `x += y`, in place.
    void add(Tensor x, Tensor y);

    /// `x *= factor`, in place.
    void scale(Tensor x, float factor);

    /// `x = cap * tanh(x / cap)`, in place.
    void softcap(Tensor x, float cap);

    /// `x[r][c] *= factors[c]`, in place.
    ///
    /// @param factors F32, one for each column
    default void scaleColumns(Tensor x, Tensor factors) {
        RowOperations.scaleColumns(x, factors);
    }

    /// `x[r] *= sqrt(mean(like[r]^2) / mean(x[r]^2))`, in place; a row of zeros stays one (Gemma 3n's streams).
    default void matchMagnitude(Tensor x, Tensor like) {
        RowOperations.matchMagnitude(x, like);
    }

    /// `x = max(0, x - mean(x) - deviations * deviation(x))`, row by row, in place, where the squared deviation
    /// is the sum of squares divided by one less than their number (Gemma 3n's Gaussian top-k).
    default void excess(Tensor x, float deviations) {
        RowOperations.excess(x, deviations);
    }

    /// In every block of `blockSize` columns of x, copies `count` columns from `from` on to where `out` has
    /// blocks of `outBlockSize`, from `to` on.
    void copyColumns(Tensor out, Tensor x, int blockSize, int from, int count, int to, int outBlockSize);

    /// `out[i] = x[rows[i]]`.
    void gatherRows(Tensor out, Tensor x, int[] rows);

    /// Runs work of the caller's on the kernels' threads, parts 0 to `count`, at least `grain` at a time; the
    /// parts use no kernels. Threads of the caller's own would compete with these for the processors.
    default void run(int count, int grain, WorkerPool.Part part) {
        part.run(0, count);
    }

    /// Ends the worker threads.
    @Override
    void close();
}
