package ouverture.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import ouverture.error.RequestException;
import ouverture.file.AtomicFile;
import ouverture.file.GgufWriter;
import ouverture.file.ModelFile;
import ouverture.file.quantize.FileType;
import ouverture.file.quantize.QuantizationPlan;
import ouverture.file.quantize.QuantizationPlan.Step;
import ouverture.file.quantize.Quantizer;
import ouverture.text.GgufKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ouverture quantize`: writes a model in fewer bits.
@Command(
        name = "quantize",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        description = {
            "Writes a model as a GGUF file with smaller numbers.",
            "Most types are mixtures: tensors that answers depend on most get more bits. Rows that a format's"
                    + " blocks do not divide get one that fits, and the report says so."
        })
final class QuantizeCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(
            index = "0",
            paramLabel = "IN",
            description = "A GGUF file in F32, F16 or BF16, a folder with safetensors, or default.")
    private Path in = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "The GGUF file to write; it appears when all is done.")
    private Path out = Path.of("");

    @Parameters(
            index = "2",
            paramLabel = "TYPE",
            description = "F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K_S, Q3_K_M, Q3_K_L, Q4_K_S, Q4_K_M,"
                    + " Q5_K_S, Q5_K_M, Q6_K, IQ4_NL, IQ4_XS, or MXFP4 for a mixture of experts.")
    private String type = "";

    @Option(names = "--force", description = "Replaces OUT if it is there; until all is done it stays as it was.")
    private boolean force;

    @Option(
            names = "--requantize",
            description = "Quantises tensors that are quantised already, which loses more than starting from the"
                    + " original.")
    private boolean requantize;

    @Option(names = "--no-tokenizer", description = "Leaves the tokenizer.json of a folder out.")
    private boolean noTokenizer;

    @Option(names = "--dry-run", description = "Shows which tensor would get which format, and writes nothing.")
    private boolean dryRun;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Compute threads; 0 takes all processors (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--json", description = "Prints the report as one JSON object.")
    private boolean json;

    QuantizeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        FileType fileType = FileType.of(type);
        if (threads < 0) {
            throw new RequestException("The number of threads is " + threads + "; it must be at least 0.");
        }
        AtomicFile.check("OUT", out);
        AtomicBoolean stopped = new AtomicBoolean();
        try (var _ = new Interruption(() -> stopped.set(true));
                ModelFile model = ModelFile.open(in)) {
            OutputModel.check("OUT", out, "IN", model, force || dryRun);
            GgufKeys tokenizer = noTokenizer ? GgufKeys.none(model) : GgufKeys.of(model);
            tokenizer.notes().forEach(note -> streams.err().println("Note: " + note));
            QuantizationPlan plan = QuantizationPlan.of(model, tokenizer.values(), fileType, requantize);
            warn(plan);
            if (dryRun) {
                QuantizeReport report = QuantizeReport.planned(plan);
                print(report, report.page(plan));
                return ExitCode.OK;
            }
            return write(plan, stopped);
        }
    }

    private void warn(QuantizationPlan plan) {
        long again = plan.steps().stream().filter(Step::requantizes).count();
        if (again > 0) {
            streams.err()
                    .println("Note: " + Units.count(again, "tensor") + " of " + in + " were quantised before; what that"
                            + " lost stays lost, and quantising again loses more.");
        }
    }

    private int write(QuantizationPlan plan, AtomicBoolean stopped) throws IOException {
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        long start = System.nanoTime();
        Optional<List<Quantizer.Change>> changes;
        try (GgufWriter writer = GgufWriter.create(out, plan.values(), plan.slots());
                Quantizer quantizer = new Quantizer(count);
                QuantizeProgress progress = new QuantizeProgress(streams, plan)) {
            changes = quantizer.run(plan, writer, (tensor, bytes) -> {
                progress.show(tensor, bytes);
                return !stopped.get();
            });
            if (changes.isPresent()) {
                writer.commit();
            }
        }
        if (changes.isEmpty()) {
            return ExitCode.INTERRUPTED;
        }
        QuantizeReport report = QuantizeReport.done(plan, changes.get(), Duration.ofNanos(System.nanoTime() - start));
        print(report, report.page());
        return ExitCode.OK;
    }

    private void print(QuantizeReport report, String page) throws IOException {
        streams.out().write(json ? Json.line(Json.object(report)) + "\n" : page);
    }
}
