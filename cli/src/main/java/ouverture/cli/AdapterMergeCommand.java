package ouverture.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import ouverture.AdapterSource;
import ouverture.error.RequestException;
import ouverture.file.AdapterFile;
import ouverture.file.AtomicFile;
import ouverture.file.GgufWriter;
import ouverture.file.ModelFile;
import ouverture.file.quantize.AdapterMerge;
import ouverture.text.GgufKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ouverture adapter merge`: a model with its adapters inside.
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        description = {
            "Writes a model with adapters added to its weights, as a GGUF file.",
            "Weights keep their format: quantised ones are rounded again, which loses a little more."
        })
final class AdapterMergeCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A GGUF file, a folder with safetensors, or default.")
    private Path model = Path.of("");

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "ADAPTER[=SCALE]",
            description = "GGUF files or PEFT folders; SCALE is what one counts (default: 1).")
    private List<String> adapters = List.of();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The GGUF file to write; it appears when all is done.")
    private Path out = Path.of("");

    @Option(names = "--force", description = "Replaces FILE if it is there; until all is done it stays as it was.")
    private boolean force;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Compute threads; 0 takes all processors (default: ${DEFAULT-VALUE}).")
    private int threads;

    AdapterMergeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        if (threads < 0) {
            throw new RequestException("The number of threads is " + threads + "; it must be at least 0.");
        }
        AtomicFile.check("--out", out);
        List<AdapterSource> sources =
                adapters.stream().map(AdapterArgument::parse).toList();
        AtomicBoolean stopped = new AtomicBoolean();
        try (var _ = new Interruption(() -> stopped.set(true));
                ModelFile base = ModelFile.open(model)) {
            OutputModel.check("--out", out, "MODEL", base, force);
            List<AdapterMerge.Part> parts = new ArrayList<>();
            for (AdapterSource source : sources) {
                parts.add(new AdapterMerge.Part(AdapterFile.read(source.path(), base), (float) source.scale()));
            }
            AdapterMerge merge = new AdapterMerge(base, parts, GgufKeys.of(base).values());
            if (merge.requantized() > 0) {
                streams.err()
                        .println("Note: " + Units.count(merge.requantized(), "tensor") + " of " + model
                                + " were quantised before; rounding them again loses a little more.");
            }
            return write(merge, stopped);
        }
    }

    private int write(AdapterMerge merge, AtomicBoolean stopped) {
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        try (GgufWriter writer = GgufWriter.create(out, merge.values(), merge.slots())) {
            if (!merge.run(writer, count, _ -> !stopped.get())) {
                return ExitCode.INTERRUPTED;
            }
            writer.commit();
        }
        streams.err().println(Units.count(merge.slots().size(), "tensor") + " written to " + out);
        return ExitCode.OK;
    }
}
