package ouverture.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import ouverture.tensor.PackedFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `ouverture doctor`: what this computer offers, what Ouverture makes of it, and what holds it back.
@Command(
        name = "doctor",
        description = "Shows JDK, processor, memory and kernels, and what makes Ouverture slow here.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
    private final Streams streams;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Option(
            names = "--clear-packed",
            description = "Deletes the packed weights that --repack disk has kept; models that run keep theirs.")
    private boolean clearPacked;

    DoctorCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        if (clearPacked) {
            PackedFolder folder = EngineFlags.packedFolder();
            PackedFolder.Contents cleared = folder.clear();
            streams.err()
                    .println("ouverture: " + cleared.files() + (cleared.files() == 1 ? " file" : " files")
                            + " of packed weights deleted in " + folder.path() + ", "
                            + Units.bytes(cleared.bytes()) + ".");
        }
        Diagnosis diagnosis = Diagnosis.here();
        streams.out().write(json ? Json.line(Json.object(diagnosis)) + "\n" : diagnosis.page());
        return ExitCode.OK;
    }
}
