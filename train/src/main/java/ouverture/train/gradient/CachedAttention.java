package ouverture.train.gradient;

import java.util.ArrayList;
import java.util.List;
import ouverture.tensor.Attention;
import ouverture.tensor.Batch;
import ouverture.tensor.Kernels;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// Attention within each document of the batch, led back document by document and head by head ([HeadGradient]).
///
/// @param keys what the cache was given in this pass, as are `values`; every document begins at position 0
record CachedAttention(
        Tensor result, Tensor query, Tensor keys, Tensor values, KvCache.Layer cache, Batch batch, Attention attention)
        implements Operation {
    @Override
    public void run(Kernels kernels) {
        kernels.append(cache, keys, values, batch);
        kernels.attention(result, query, cache, batch, attention);
    }

    @Override
    public void back(BackwardPass pass) {
        int[] starts = batch.starts(batch.rows());
        double[] sinkGradients = new double[attention.heads()];
        for (int d = 0; d + 1 < starts.length; d++) {
            for (int head = 0; head < attention.kvHeads(); head++) {
                pass.temporary().reset();
                new HeadGradient(pass, this, starts[d], starts[d + 1] - starts[d], head).back(sinkGradients);
            }
        }
        Tensor gradient = attention.sinks() == null ? null : pass.parameter(attention.sinks());
        if (gradient != null) {
            float[] sum = Rows.vector(gradient);
            for (int h = 0; h < sum.length; h++) {
                sum[h] += (float) sinkGradients[h];
            }
            Rows.write(gradient.shaped(1, sum.length), 0, sum);
        }
    }

    /// Two products there, four back; the scores that the way back computes once more are left out.
    @Override
    public long floatingPointOperations(AddressMap parameters) {
        long visible = 0;
        for (int position : batch.positions()) {
            visible += position + 1 - attention.firstVisible(position);
        }
        return 3 * 2 * visible * attention.heads() * (attention.keySize() + attention.valueSize());
    }

    @Override
    public List<Tensor> needed() {
        List<Tensor> needed = new ArrayList<>(List.of(query, keys, values));
        if (attention.sinks() != null) {
            needed.add(attention.sinks());
        }
        return needed;
    }
}
