package ouverture.benchmarks.peers;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// All that one run measured, as `latest.json` has it.
///
/// @param date in ISO form
/// @param commit of Ouverture
/// @param command that made it
/// @param peer the other engine, its release and where it came from, if one ran
/// @param repetitions of each measurement
/// @param memoryBytesPerSecond measured speed of reading
/// @param integerMultiplicationsPerSecond measured speed of multiplying 8-bit integers, if the processor has VNNI
record Results(
        String date,
        String commit,
        String command,
        Environment machine,
        @Nullable String peer,
        int repetitions,
        double memoryBytesPerSecond,
        @Nullable Double integerMultiplicationsPerSecond,
        List<Row> rows,
        List<Memory> memory) {
    Results {
        rows = List.copyOf(rows);
        memory = List.copyOf(memory);
    }

    /// Where it was measured.
    ///
    /// @param load programs that wanted to run when the measurements began, on average over a minute; negative
    ///     if unknown
    /// @param threads that computed
    record Environment(
            String processor,
            int processors,
            List<String> features,
            String system,
            String java,
            double load,
            int threads) {
        Environment {
            features = List.copyOf(features);
        }
    }

    /// What our process held after the measurements of a file.
    ///
    /// @param residentBytes pages in memory, those of the mapped file included
    record Memory(String file, long fileBytes, long cacheBytes, long residentBytes) {
        /// Memory without the cache, as a multiple of the file.
        double overFile() {
            return (double) (residentBytes - cacheBytes) / fileBytes;
        }
    }
}
