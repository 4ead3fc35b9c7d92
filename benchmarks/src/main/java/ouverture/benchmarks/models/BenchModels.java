package ouverture.benchmarks.models;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import ouverture.error.OuvertureException;
import ouverture.error.ResourceException;

/// `make bench-models FOLDER`: writes the files that are measured, those that are not there yet.
public final class BenchModels {
    private static final double GIGA = 1e9;

    private BenchModels() {}

    /// @param args one folder
    public static void main(String[] args) throws IOException {
        try {
            List<BenchModel> models = new ArrayList<>(BenchModel.all());
            models.add(BenchModel.safetensors());
            write(models, Path.of(args[0]), System.out);
        } catch (OuvertureException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /// Writes those models that are not there in full length, after saying how much they take.
    ///
    /// @param folder where they go; it is made if it is missing
    /// @param progress where it says what it does
    /// @throws ResourceException if the disk has no room for all of them
    public static void write(List<BenchModel> models, Path folder, PrintStream progress) throws IOException {
        Files.createDirectories(folder);
        List<BenchModel> missing = new ArrayList<>();
        for (BenchModel model : models) {
            if (!model.isIn(folder)) {
                missing.add(model);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        long bytes = missing.stream().mapToLong(BenchModel::bytes).sum();
        long free = Files.getFileStore(folder).getUsableSpace();
        String need = String.format(
                Locale.ROOT,
                "%d models take %.1f GB in %s, whose disk has %.1f GB free",
                missing.size(),
                bytes / GIGA,
                folder.toAbsolutePath().normalize(),
                free / GIGA);
        if (bytes > free) {
            throw new ResourceException(need + "; make room, or set OUVERTURE_BENCH_MODELS to another folder.");
        }
        progress.println(need + ".");
        for (BenchModel model : missing) {
            long start = System.nanoTime();
            model.write(folder);
            double seconds = (System.nanoTime() - start) / GIGA;
            progress.printf(
                    Locale.ROOT,
                    "%s: %.2f GB, %.0f MB/s%n",
                    model.fileName(),
                    model.bytes() / GIGA,
                    model.bytes() / seconds / 1e6);
        }
    }
}
