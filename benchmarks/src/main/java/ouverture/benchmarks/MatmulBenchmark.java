package ouverture.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
import ouverture.cli.Machine;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Tensor;

/// A weight matrix of 2048 x 4096 times one token (decode: bound by reading the weights), eight (decode of eight
/// sequences) and 512 (prefill: bound by arithmetic), on every kernel set. Matrices take turns that together are
/// four times the processor's largest cache, as those of a model do, so that every one is read from memory.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class MatmulBenchmark {
    private static final int ROWS = 2048;
    private static final int COLUMNS = 4096;

    /// How much of a matrix is drawn; the rest repeats it.
    private static final int DRAWN_ROWS = 64;

    @Param({"jit", "vector"})
    private String kernels = "";

    @Param({"Q4_0", "Q8_0", "Q4_K", "Q5_K", "Q6_K", "Q2_K", "Q3_K", "IQ4_NL", "IQ4_XS", "MXFP4", "BF16", "F16", "F32"})
    private DType type = DType.F32;

    @Param({"Q8", "F32"})
    private Activations activations = Activations.F32;

    @Param({"1", "8", "512"})
    private int tokens;

    @Param("1")
    private int threads;

    private final Arena arena = Arena.ofShared();
    private final List<Tensor> weights = new ArrayList<>();
    private Kernels set = KernelSets.choose("scalar").create(new KernelsOptions(1, Activations.F32));
    private Tensor x = floats(1, COLUMNS);
    private Tensor out = floats(1, ROWS);
    private int turn;

    /// What the operations of a second come to.
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Rates {
        /// Gigabytes of weights.
        public double gigabytes;

        /// Billions of multiplications.
        public double billions;

        @Setup(Level.Iteration)
        public void reset() {
            gigabytes = 0;
            billions = 0;
        }
    }

    /// Random weights and activations.
    @Setup(Level.Trial)
    public void setUp() {
        set.close();
        set = KernelSets.choose(kernels).create(new KernelsOptions(threads, activations));
        long bytes = type.bytes((long) ROWS * COLUMNS);
        MemorySegment drawn = draw(type, DRAWN_ROWS, COLUMNS);
        long matrices = Math.max(1, Math.ceilDiv(4 * Machine.here().lastLevelCacheBytes(), bytes));
        for (long i = 0; i < matrices; i++) {
            MemorySegment data = arena.allocate(bytes, 64);
            for (long at = 0; at < bytes; at += drawn.byteSize()) {
                MemorySegment.copy(drawn, 0, data, at, drawn.byteSize());
            }
            weights.add(Tensor.matrix("matrix", type, ROWS, COLUMNS, data));
        }
        x = floats(tokens, COLUMNS);
        out = floats(tokens, ROWS);
    }

    private Tensor floats(int rows, int columns) {
        return Tensor.matrix("matrix", DType.F32, rows, columns, draw(DType.F32, rows, columns));
    }

    private MemorySegment draw(DType format, int rows, int columns) {
        Random random = new Random(rows);
        MemorySegment data = arena.allocate(format.bytes((long) rows * columns), 64);
        float[] row = new float[columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                row[c] = (float) random.nextGaussian();
            }
            BlockCodec.of(format).encode(row, 0, data, r * format.bytes(columns), columns);
        }
        return data;
    }

    @Benchmark
    public Tensor matmul(Rates rates) {
        turn = (turn + 1) % weights.size();
        Tensor weight = weights.get(turn);
        set.matmul(out, x, weight, null);
        rates.gigabytes += weight.bytes() / 1e9;
        rates.billions += (double) tokens * weight.size() / 1e9;
        return out;
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        set.close();
        arena.close();
    }
}
