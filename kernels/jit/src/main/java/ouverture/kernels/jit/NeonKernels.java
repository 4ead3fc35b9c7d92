package ouverture.kernels.jit;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Activation;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KvCache;
import ouverture.tensor.Rope;
import ouverture.tensor.Routing;
import ouverture.tensor.Tensor;
import ouverture.tensor.WorkMemory;
import ouverture.tensor.WorkerPool;

/// Kernels for AArch64: products of inputs that are rounded to 8 bits are machine code, and everything else is
/// done by other kernels. For products the same holds as for [JitKernels].
final class NeonKernels implements Kernels {
    private final KernelsOptions options;
    private final Kernels others;
    private final WorkerPool pool;
    private final WorkMemory[] memory;
    private final IntegerMatmul integers;
    private boolean closed;

    /// @param others for all other operations; closed with these
    NeonKernels(InstructionSet set, KernelsOptions options, Kernels others) {
        this.options = options;
        this.others = others;
        pool = new WorkerPool(options.threads());
        memory = IntStream.range(0, options.threads())
                .mapToObj(_ -> new WorkMemory())
                .toArray(WorkMemory[]::new);
        integers = new IntegerMatmul(set, pool, memory, options);
    }

    @Override
    public String name() {
        return JitKernels.NAME;
    }

    /// Whether a product is machine code.
    private boolean serves(Tensor weight) {
        return switch (options.activations()) {
            case F32 -> false;
            case Q8, AUTO -> weight.columns() % DType.Q8_0.blockElements() == 0 && integers.serves(weight);
        };
    }

    @Override
    public synchronized void matmul(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (serves(weight)) {
            integers.multiply(out, x, weight, bias);
        } else {
            others.matmul(out, x, weight, bias);
        }
    }

    @Override
    public synchronized void matmulPerHead(Tensor out, Tensor x, Tensor weight) {
        if (serves(weight)) {
            integers.perHead(out, x, weight);
        } else {
            others.matmulPerHead(out, x, weight);
        }
    }

    @Override
    public synchronized void matmulExperts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen) {
        if (serves(experts)) {
            integers.experts(out, x, experts, bias, chosen);
        } else {
            others.matmulExperts(out, x, experts, bias, chosen);
        }
    }

    @Override
    public void embed(Tensor out, Tensor table, int[] ids) {
        others.embed(out, table, ids);
    }

    @Override
    public void matmulInputGradient(Tensor inputGradient, Tensor outputGradient, Tensor weight) {
        others.matmulInputGradient(inputGradient, outputGradient, weight);
    }

    @Override
    public void matmulWeightGradient(Tensor weightGradient, Tensor outputGradient, Tensor x) {
        others.matmulWeightGradient(weightGradient, outputGradient, x);
    }

    @Override
    public void route(Tensor chosen, Tensor weights, Tensor logits, Routing routing) {
        others.route(chosen, weights, logits, routing);
    }

    @Override
    public void combine(Tensor out, Tensor x, Tensor weights) {
        others.combine(out, x, weights);
    }

    @Override
    public void rmsNorm(Tensor out, Tensor x, @Nullable Tensor weight, float epsilon) {
        others.rmsNorm(out, x, weight, epsilon);
    }

    @Override
    public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float epsilon) {
        others.layerNorm(out, x, weight, bias, epsilon);
    }

    @Override
    public void rope(Tensor x, int headSize, int[] positions, Rope rope) {
        others.rope(x, headSize, positions, rope);
    }

    @Override
    public void append(KvCache.Layer cache, Tensor keys, Tensor values, Batch batch) {
        others.append(cache, keys, values, batch);
    }

    @Override
    public void attention(Tensor out, Tensor query, KvCache.Layer cache, Batch batch, Attention attention) {
        others.attention(out, query, cache, batch, attention);
    }

    @Override
    public void activate(Tensor x, Activation activation) {
        others.activate(x, activation);
    }

    @Override
    public void gate(Tensor out, Tensor gate, Tensor up, Activation activation) {
        others.gate(out, gate, up, activation);
    }

    @Override
    public void add(Tensor x, Tensor y) {
        others.add(x, y);
    }

    @Override
    public void scale(Tensor x, float factor) {
        others.scale(x, factor);
    }

    @Override
    public void softcap(Tensor x, float cap) {
        others.softcap(x, cap);
    }

    @Override
    public void scaleColumns(Tensor x, Tensor factors) {
        others.scaleColumns(x, factors);
    }

    @Override
    public void matchMagnitude(Tensor x, Tensor like) {
        others.matchMagnitude(x, like);
    }

    @Override
    public void excess(Tensor x, float deviations) {
        others.excess(x, deviations);
    }

    @Override
    public void copyColumns(Tensor out, Tensor x, int blockSize, int from, int count, int to, int outBlockSize) {
        others.copyColumns(out, x, blockSize, from, count, to, outBlockSize);
    }

    @Override
    public void gatherRows(Tensor out, Tensor x, int[] rows) {
        others.gatherRows(out, x, rows);
    }

    @Override
    public void run(int count, int grain, WorkerPool.Part part) {
        others.run(count, grain, part);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        pool.close();
        integers.close();
        for (WorkMemory each : memory) {
            each.close();
        }
        others.close();
    }
}
