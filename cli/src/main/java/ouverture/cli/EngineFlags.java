package ouverture.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.EngineOptions.Activations;
import ouverture.EngineOptions.CacheFormat;
import ouverture.Repack;
import ouverture.Speculation;
import ouverture.error.RequestException;
import ouverture.tensor.PackedFolder;
import picocli.CommandLine.Option;

/// How the engine is to run: the flags that all commands with an engine have.
final class EngineFlags {
    /// Where weights are kept in the order in which they are multiplied.
    enum Packing {
        MEMORY,
        DISK,
        OFF
    }

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Compute threads; 0 takes all processors (default: ${DEFAULT-VALUE}).")
    private int threads = EngineOptions.DEFAULT.threads();

    @Option(
            names = "--kernels",
            paramLabel = "NAME",
            description = "auto, jit, vector or scalar (default: ${DEFAULT-VALUE}).")
    private String kernels = EngineOptions.DEFAULT.kernels();

    @Option(
            names = "--kv-cache",
            paramLabel = "FORMAT",
            description = "Keys and values are kept as f32, f16 or q8_0 (default: f16).")
    private CacheFormat cache = EngineOptions.DEFAULT.cache();

    @Option(
            names = "--activations",
            paramLabel = "FORMAT",
            description = "Inputs of quantised matrices: f32 (exact), q8 (rounded to 8 bits), or auto (the default):"
                    + " q8 where that is faster.")
    private Activations activations = EngineOptions.DEFAULT.activations();

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Tokens that prompt and answer may have together; 0 takes the model's length,"
                    + " at most 4096 (default: ${DEFAULT-VALUE}).")
    private int context = EngineOptions.DEFAULT.context();

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Prompt tokens that are computed at once (default: ${DEFAULT-VALUE}).")
    private int batch = EngineOptions.DEFAULT.batchTokens();

    @Option(
            names = "--repack",
            paramLabel = "WHERE",
            description = "Weights of a model that fits the memory are kept in the order in which they are multiplied,"
                    + " instead of the file's: in memory (the default), on disk, where later starts find them and"
                    + " processes share them, or not at all (off). doctor shows what the disk keeps.")
    private Packing repack = Packing.MEMORY;

    @Option(
            names = "--larger-than-memory",
            description = "Runs a model that does not fit the memory: weights are read from the disk again and again.")
    private boolean largerThanMemory;

    @Option(
            names = "--adapter",
            paramLabel = "FILE[=SCALE]",
            description = "Changes the model by a LoRA adapter, a GGUF file or a PEFT folder; may be repeated. SCALE is"
                    + " what it counts (default: 1). With serve, NAME=FILE makes it a model of that name beside the"
                    + " first one.")
    private List<String> adapters = List.of();

    /// The options, for one sequence at a time and without guesses.
    ///
    /// @throws RequestException if a value is out of its range
    EngineOptions options(Streams streams) {
        return options(1, streams);
    }

    /// The options; throws as the other.
    ///
    /// @param sequences answers that run at the same time
    EngineOptions options(int sequences, Streams streams) {
        return EngineOptions.DEFAULT
                .withThreads(threads)
                .withKernels(kernels)
                .withCache(cache)
                .withActivations(activations)
                .withContext(context)
                .withSequences(sequences)
                .withBatchTokens(batch)
                .withLargerThanMemory(largerThanMemory)
                .withSpeculation(Speculation.OFF)
                .withAdapters(adapters.stream().map(AdapterArgument::parse).toList())
                .withRepack(repack(streams));
    }

    private Repack repack(Streams streams) {
        return switch (repack) {
            case MEMORY -> Repack.MEMORY;
            case OFF -> Repack.OFF;
            case DISK -> {
                PackedFolder folder = packedFolder();
                yield new Repack.Disk(
                        folder.path(),
                        folder.limitBytes(),
                        notice -> streams.err().println("ouverture: " + notice));
            }
        };
    }

    /// The folder of packed weights that the environment names.
    ///
    /// @throws RequestException if a variable of the environment has no use
    static PackedFolder packedFolder() {
        try {
            return PackedFolder.of(System.getenv());
        } catch (IllegalArgumentException e) {
            throw new RequestException(String.valueOf(e.getMessage()), e);
        }
    }

    /// The adapters that are given as `NAME=PATH`, in their order; from now on the options are without them.
    ///
    /// @throws ouverture.error.RequestException if two have the same name
    Map<String, Path> takeNamedAdapters() {
        Map<String, Path> named = new LinkedHashMap<>();
        for (String adapter : adapters) {
            if (AdapterArgument.isNamed(adapter)) {
                int equals = adapter.indexOf('=');
                String name = adapter.substring(0, equals);
                if (named.put(name, Path.of(adapter.substring(equals + 1))) != null) {
                    throw new RequestException("Two adapters are called " + name + "; give one of them another name.");
                }
            }
        }
        adapters = adapters.stream()
                .filter(adapter -> !AdapterArgument.isNamed(adapter))
                .toList();
        return named;
    }

    /// Loads a model with the options of the flags and without guesses; throws as the other.
    Engine open(Path model, Streams streams) {
        return open(model, options(streams), streams);
    }

    /// Loads a model with the options of all flags; throws as the other.
    Engine open(Path model, SpeculationFlags guesses, Streams streams) {
        return open(model, options(streams).withSpeculation(guesses.speculation()), streams);
    }

    /// Loads a model and shows on a terminal that it takes its time.
    ///
    /// @throws ouverture.error.OuvertureException if the model cannot be loaded
    static Engine open(Path model, EngineOptions options, Streams streams) {
        try (var _ = new LoadingNotice(streams)) {
            return Engine.open(model, options);
        }
    }
}
