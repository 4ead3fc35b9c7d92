package ouverture.model;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.KvCache;
import ouverture.tensor.Tensor;

/// Which weights a step multiplies with, or looks rows up in, by their addresses.
///
/// @param factors of products
/// @param tables whose rows are looked up
/// @param byHead names of those of which each head has its own part, perhaps rearranged
record MultipliedWeights(Set<Long> factors, Set<Long> tables, Set<String> byHead) {
    /// Asks a step of one token that computes nothing.
    static MultipliedWeights of(Model model) {
        MultipliedWeights weights = new MultipliedWeights(new HashSet<>(), new HashSet<>(), new HashSet<>());
        try (Arena arena = Arena.ofConfined();
                Noting kernels = new Noting(weights)) {
            KvCache cache = KvCache.allocate(arena, DType.F32, 1, 1, model.cacheShapes());
            Batch batch = new Batch(new int[1], new int[1], new int[1], new int[][] {{0}}, new int[1]);
            model.forward(new ForwardPass(kernels, batch, cache, new Scratch(arena)));
        }
        return weights;
    }

    private static final class Noting extends IdleKernels {
        private final MultipliedWeights weights;

        Noting(MultipliedWeights weights) {
            this.weights = weights;
        }

        @Override
        public void embed(Tensor out, Tensor table, int[] ids) {
            weights.tables.add(table.data().address());
        }

        @Override
        public void matmul(Tensor out, Tensor x, Tensor weight, @Nullable Tensor bias) {
            weights.factors.add(weight.data().address());
        }

        @Override
        public void matmulPerHead(Tensor out, Tensor x, Tensor weight) {
            weights.byHead.add(weight.name());
        }

        @Override
        public void matmulExperts(Tensor out, Tensor x, Tensor experts, @Nullable Tensor bias, Tensor chosen) {
            weights.factors.add(experts.data().address());
        }
    }
}
