package ouverture.train;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.Tensor;

/// How fast kernels compute at best.
final class PeakSpeed {
    /// Rows and columns of the matrices, 4 MiB each: enough for every core, and mostly in its caches.
    private static final int SIZE = 1024;

    /// The best of so many counts: the machine does other things, and Java is slower the first times.
    private static final int REPETITIONS = 12;

    private PeakSpeed() {}

    /// Additions and multiplications a second of a product of floats.
    static double measure(Kernels kernels) {
        try (Arena arena = Arena.ofShared()) {
            Tensor x = matrix(arena, "x");
            Tensor weight = matrix(arena, "weight");
            Tensor out = matrix(arena, "out");
            for (long i = 0; i < x.size(); i++) {
                x.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (i % 7 - 3) / 4f);
                weight.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (i % 5 - 2) / 4f);
            }
            double best = Double.POSITIVE_INFINITY;
            for (int i = 0; i < REPETITIONS; i++) {
                long start = System.nanoTime();
                kernels.matmul(out, x, weight, null);
                best = Math.min(best, (System.nanoTime() - start) / 1e9);
            }
            return 2.0 * SIZE * SIZE * SIZE / best;
        }
    }

    private static Tensor matrix(Arena arena, String name) {
        return Tensor.matrix(name, DType.F32, SIZE, SIZE, arena.allocate(4L * SIZE * SIZE, 64));
    }
}
