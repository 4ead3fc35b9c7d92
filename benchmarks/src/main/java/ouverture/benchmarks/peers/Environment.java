package ouverture.benchmarks.peers;

import java.nio.file.Path;
import java.util.List;
import ouverture.cli.Machine;
import ouverture.error.ResourceException;

/// Where something was measured.
///
/// @param threads that computed
public record Environment(
        String processor, int processors, List<String> features, String system, String java, int threads) {
    public Environment {
        features = List.copyOf(features);
    }

    /// This machine and this Java.
    public static Environment of(Machine machine, int threads) {
        return new Environment(
                machine.processor(),
                machine.processors(),
                machine.features(),
                machine.system(),
                Runtime.version().toString(),
                threads);
    }

    /// Refuses a file of figures of this environment where another one measures.
    ///
    /// @throws ResourceException if they differ
    public void require(Environment here, Path file) {
        if (!equals(here)) {
            throw new ResourceException(file + " holds figures of " + processor + ", " + system + ", Java " + java
                    + " and " + threads + " threads, which this is not; move it elsewhere.");
        }
    }
}
