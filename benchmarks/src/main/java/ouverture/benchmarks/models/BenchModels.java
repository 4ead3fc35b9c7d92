package ouverture.benchmarks.models;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// `make bench-models FOLDER`: writes the files that are measured, those that are not there yet.
public final class BenchModels {
    private BenchModels() {}

    /// @param args one folder
    public static void main(String[] args) throws IOException {
        PrintStream out = System.out;
        Path folder = Files.createDirectories(Path.of(args[0]));
        for (BenchModel model : BenchModel.all()) {
            Path file = model.writeTo(folder);
            out.printf("%s: %,d bytes%n", file, Files.size(file));
        }
    }
}
