package ouverture.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import ouverture.KernelSets;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Tensor;

/// One weight matrix of 4096 x 4096 times one token (decode: bound by reading the weights) and 64 tokens
/// (prefill: bound by arithmetic, 2 x 64 x 4096 x 4096 FLOP), on every kernel set.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class MatmulBenchmark {
    private static final int SIZE = 4096;

    @Param({"scalar", "vector", "jit"})
    private String kernels = "";

    @Param({"F32", "F16", "BF16", "Q8_0", "Q4_0"})
    private DType type = DType.F32;

    @Param({"F32", "Q8"})
    private Activations activations = Activations.F32;

    @Param({"1", "64"})
    private int tokens;

    @Param("1")
    private int threads;

    private final Arena arena = Arena.ofShared();
    private Kernels set = KernelSets.choose("scalar").create(new KernelsOptions(1, Activations.F32));
    private Tensor weight = matrix(DType.F32, 1);
    private Tensor x = matrix(DType.F32, 1);
    private Tensor out = matrix(DType.F32, 1);

    /// Random weights and activations.
    @Setup(Level.Trial)
    public void setUp() {
        set.close();
        set = KernelSets.choose(kernels).create(new KernelsOptions(threads, activations));
        weight = matrix(type, SIZE);
        x = matrix(DType.F32, tokens);
        out = matrix(DType.F32, tokens);
    }

    private Tensor matrix(DType type, int rows) {
        Random random = new Random(rows);
        MemorySegment data = arena.allocate(type.bytes((long) rows * SIZE), 64);
        float[] row = new float[SIZE];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < SIZE; c++) {
                row[c] = (float) random.nextGaussian();
            }
            BlockCodec.of(type).encode(row, 0, data, r * type.bytes(SIZE), SIZE);
        }
        return Tensor.matrix("matrix", type, rows, SIZE, data);
    }

    @Benchmark
    public Tensor matmul() {
        set.matmul(out, x, weight, null);
        return out;
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        set.close();
        arena.close();
    }
}
