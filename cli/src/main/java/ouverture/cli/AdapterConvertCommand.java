package ouverture.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import ouverture.error.RequestException;
import ouverture.file.AdapterFile;
import ouverture.file.AtomicFile;
import ouverture.file.ModelFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ouverture adapter convert`: GGUF to PEFT and back.
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        description = {
            "Writes an adapter in the other form: as a GGUF file, or as a folder of the PEFT library.",
            "Its model is needed for the names and the order of its rows."
        })
final class AdapterConvertCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The model that the adapter is for.")
    private Path model = Path.of("");

    @Parameters(index = "1", paramLabel = "ADAPTER", description = "A GGUF file, or a PEFT folder.")
    private Path adapter = Path.of("");

    @Option(
            names = "--out",
            required = true,
            paramLabel = "PATH",
            description = "A name that ends in .gguf for a GGUF file; any other is a folder.")
    private Path out = Path.of("");

    AdapterConvertCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        boolean gguf = out.toString().endsWith(".gguf");
        if (gguf) {
            AtomicFile.check("--out", out);
        } else if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new RequestException("--out is the file " + out + "; name a folder, or a file that ends in .gguf.");
        }
        try (ModelFile base = ModelFile.open(model)) {
            AdapterFile read = AdapterFile.read(adapter, base);
            if (gguf) {
                read.writeGguf(out, base);
            } else {
                read.writePeft(out, base);
            }
            streams.err()
                    .println(Units.count(read.updates().size(), "weight") + " changed by "
                            + Units.digits(read.parameters()) + " parameters, written to " + out);
        }
        return ExitCode.OK;
    }
}
