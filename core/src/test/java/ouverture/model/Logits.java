package ouverture.model;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.stream.IntStream;
import ouverture.file.ModelFile;
import ouverture.model.family.Families;
import ouverture.tensor.Batch;
import ouverture.tensor.DType;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KvCache;
import ouverture.tensor.ScalarKernels;
import ouverture.tensor.Tensor;

/// Runs a prompt through a model on the scalar kernels.
final class Logits {
    private Logits() {}

    /// The logits after each token, computed at once with a cache of F32.
    ///
    /// @throws ouverture.error.OuvertureException if the model cannot be loaded
    static float[][] of(Path path, int... tokens) {
        try (Arena arena = Arena.ofShared();
                ModelFile file = ModelFile.open(path);
                ScalarKernels kernels = new ScalarKernels(new KernelsOptions(1, KernelsOptions.Activations.F32))) {
            Model model = Families.load(file, tokens.length);
            KvCache cache = KvCache.allocate(arena, DType.F32, 1, tokens.length, model.cacheShapes());
            int[] positions = IntStream.range(0, tokens.length).toArray();
            Batch batch = new Batch(tokens, positions, new int[tokens.length], new int[][] {{0}}, positions);
            Tensor logits = model.forward(new ForwardPass(kernels, batch, cache, new Scratch(arena)));
            return IntStream.range(0, logits.rows()).mapToObj(logits::floats).toArray(float[][]::new);
        }
    }
}
