package ouverture.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import ouverture.Engine;
import ouverture.file.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes a model's logits, for comparison with any other engine.
@Command(
        name = "logits",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        description = {
            "Writes the logits after a prompt of token ids.",
            "Each position is a row of float32, little-endian, one for each token of the vocabulary.",
            "With --activations f32 --kv-cache f32 nothing is rounded that the file has not rounded."
        })
final class LogitsCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A GGUF file, a folder with safetensors, or default.")
    private Path model = Path.of("");

    @Option(
            names = "--ids",
            required = true,
            paramLabel = "IDS",
            description = "The prompt, as in 1,2,3; no start token is added. @FILE reads the ids from a file.")
    private String ids = "";

    @Option(names = "--all-positions", description = "Writes a row for each position instead of the last one only.")
    private boolean allPositions;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Where to write; an existing file is replaced when all is computed. - is standard output.")
    private String out = "";

    @Mixin
    private EngineFlags flags = new EngineFlags();

    LogitsCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        String text = ids.startsWith("@") ? PromptSource.file(Path.of(ids.substring(1))) : ids;
        int[] prompt = TokenIds.parse("--ids", text);
        if (!out.equals("-")) {
            AtomicFile.check("--out", Path.of(out));
        }
        float[][] rows = compute(prompt);
        if (out.equals("-")) {
            write(rows, new FileOutputStream(FileDescriptor.out));
        } else {
            WholeFile.write(Path.of(out), stream -> write(rows, stream));
        }
        streams.err()
                .println(Units.count(rows.length, "row") + " of " + Units.count(rows[0].length, "logit") + " written");
        return ExitCode.OK;
    }

    private float[][] compute(int[] prompt) {
        try (Engine engine = flags.open(model, streams)) {
            return engine.logits(prompt, allPositions);
        }
    }

    private static void write(float[][] rows, OutputStream stream) throws IOException {
        for (float[] row : rows) {
            ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(row);
            stream.write(bytes.array());
        }
        stream.flush();
    }
}
