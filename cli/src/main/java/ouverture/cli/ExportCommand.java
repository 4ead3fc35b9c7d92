package ouverture.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import ouverture.error.RequestException;
import ouverture.file.GptOssExport;
import ouverture.file.ModelFile;
import ouverture.tensor.DType;
import ouverture.text.HuggingFaceFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ouverture export`: writes a model as a Hugging Face folder.
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        description = {
            "Writes a model of gpt-oss's architecture as a folder that Hugging Face's transformers reads.",
            "It holds the weights in safetensors, the settings, the tokenizer and the chat template."
        })
final class ExportCommand implements Callable<Integer> {
    private static final String WEIGHTS_INDEX = "model.safetensors.index.json";

    private final Streams streams;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A GGUF file, a folder with safetensors, or default.")
    private Path in = Path.of("");

    @Parameters(index = "1", paramLabel = "FOLDER", description = "The folder to write; it is made if it is not there.")
    private Path folder = Path.of("");

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "F32",
            description = "What all weights become: F32, which loses nothing, or BF16, which rounds and takes half the"
                    + " room (default: ${DEFAULT-VALUE}).")
    private Type type = Type.F32;

    @Option(names = "--force", description = "Replaces the files of FOLDER if it is there; others in it stay.")
    private boolean force;

    ExportCommand(Streams streams) {
        this.streams = streams;
    }

    /// What weights can be written as.
    enum Type {
        F32(DType.F32),
        BF16(DType.BF16);

        private final DType format;

        Type(DType format) {
            this.format = format;
        }
    }

    @Override
    public Integer call() throws IOException {
        AtomicBoolean stopped = new AtomicBoolean();
        try (var _ = new Interruption(() -> stopped.set(true));
                ModelFile model = ModelFile.open(in)) {
            check(model);
            GptOssExport export = GptOssExport.of(model, type.format);
            Map<String, byte[]> texts = HuggingFaceFiles.of(model);
            if (!texts.containsKey("tokenizer.json")) {
                streams.err().println("Note: " + in + " has no tokenizer, so the folder has none either.");
            }
            if (!export.write(folder, texts, stopped::get)) {
                return ExitCode.INTERRUPTED;
            }
            streams.err()
                    .println(Units.count(export.tensors(), "tensor") + " in " + type + " and "
                            + Units.count(texts.size() + 1, "file") + " beside them written to " + folder);
        }
        return ExitCode.OK;
    }

    private void check(ModelFile model) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new RequestException("FOLDER is the file " + folder + ": name a folder.");
        }
        for (Path file : model.weightFiles()) {
            if (Files.isSameFile(folder, file.toAbsolutePath().getParent())) {
                throw new RequestException("FOLDER is where MODEL lies, " + folder + ": name another one.");
            }
        }
        if (!force) {
            throw new RequestException(
                    "FOLDER is there already, " + folder + ": name another one, or add --force to replace its files.");
        }
        if (Files.exists(folder.resolve(WEIGHTS_INDEX))) {
            throw new RequestException("FOLDER holds weights in several files, which " + folder.resolve(WEIGHTS_INDEX)
                    + " lists: name another one.");
        }
    }
}
