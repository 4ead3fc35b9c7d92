package ouverture.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Adapters of random numbers for any model.
public final class RandomAdapter {
    private RandomAdapter() {}

    /// An adapter of all linear layers in a format that can be compared after a merge.
    public static AdapterFile of(ModelFile base, long seed, int rank) {
        return of(
                base,
                seed,
                rank,
                base.tensors().values().stream()
                        .filter(RandomAdapter::isLinear)
                        .map(Tensor::name)
                        .toList());
    }

    private static boolean isLinear(Tensor tensor) {
        boolean other = tensor.name()
                .matches(".*(norm|_scale|position_embd|token_embd|rope_|sinks|attn_k_b|attn_v_b|attn_kv_b).*");
        boolean experts = tensor.name().contains("_exps.") && tensor.type().blockElements() > 1;
        return tensor.rows() > 1 && tensor.name().endsWith(".weight") && !other && !experts;
    }

    /// An adapter of some weights.
    public static AdapterFile of(ModelFile base, long seed, int rank, List<String> names) {
        Random random = new Random(seed);
        List<LowRankUpdate> updates = new ArrayList<>();
        for (String name : names) {
            Tensor weight = base.tensors().get(name);
            boolean table = LowRankUpdate.isEmbedding(name);
            Tensor down = table
                    ? random(random, 1, weight.rows(), rank, 0.3)
                    : random(random, weight.planes(), rank, weight.columns(), 1 / Math.sqrt(weight.columns()));
            Tensor up = table
                    ? random(random, 1, weight.columns(), rank, 0.3)
                    : random(random, weight.planes(), weight.rows(), rank, 0.2);
            updates.add(new LowRankUpdate(name, down, up, 2f / rank));
        }
        return new AdapterFile("random", updates);
    }

    private static Tensor random(Random random, int planes, int rows, int columns, double spread) {
        MemorySegment data = Arena.ofAuto().allocate(DType.F32.bytes((long) planes * rows * columns), Long.BYTES);
        for (long i = 0; i < (long) planes * rows * columns; i++) {
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (random.nextGaussian() * spread));
        }
        return new Tensor("random", DType.F32, planes, rows, columns, data);
    }
}
