package ouverture.benchmarks.peers;

import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import ouverture.cli.BenchReport.Speed;
import ouverture.cli.Machine;
import ouverture.cli.MemoryBandwidth;
import ouverture.kernels.jit.Ceilings;

/// The most that the machine does, measured beside a match.
///
/// @param bytesPerSecond read from memory by the fastest of several readers
/// @param productsPerSecond of 8-bit integers; null where the processor has no instruction for them
record Limits(double bytesPerSecond, @Nullable Double productsPerSecond) {
    private static final long LEAST_BUFFER = 256L << 20;
    private static final long MOST_BUFFER = 1L << 30;

    /// Measures both; takes about a second.
    ///
    /// @param threads that the engines run with; reading is tried with one as well
    static Limits measure(int threads, Machine machine) {
        long buffer = Math.clamp(4 * machine.lastLevelCacheBytes(), LEAST_BUFFER, MOST_BUFFER);
        double java = MemoryBandwidth.measure(threads, machine).bytesPerSecond();
        double machineCode = Ceilings.bytesReadPerSecond(threads, buffer).orElse(0);
        OptionalDouble products = Ceilings.multiplicationsPerSecond(threads);
        return new Limits(Math.max(java, machineCode), products.isPresent() ? (Double) products.getAsDouble() : null);
    }

    /// The medians of several measurements.
    static Limits median(List<Limits> measured) {
        List<Double> bytes = measured.stream().map(Limits::bytesPerSecond).toList();
        List<Double> products = measured.stream()
                .map(Limits::productsPerSecond)
                .filter(Objects::nonNull)
                .toList();
        return new Limits(
                Speed.of(bytes).median(),
                products.isEmpty() ? null : (Double) Speed.of(products).median());
    }
}
