package ouverture.file.quantize;

import java.nio.file.Path;
import java.util.List;
import ouverture.file.GgufWriter;
import ouverture.file.ModelFile;
import ouverture.text.GgufKeys;

/// Whole files converted, as the command does it.
public final class Conversion {
    private static final int THREADS = 2;

    private Conversion() {}

    /// Writes the model at `in` to `out`.
    public static List<Quantizer.Change> run(Path in, Path out, FileType type) {
        return run(in, out, type, THREADS);
    }

    static List<Quantizer.Change> run(Path in, Path out, FileType type, int threads) {
        try (ModelFile model = ModelFile.open(in)) {
            QuantizationPlan plan =
                    QuantizationPlan.of(model, GgufKeys.of(model).values(), type, false);
            try (GgufWriter writer = GgufWriter.create(out, plan.values(), plan.slots());
                    Quantizer quantizer = new Quantizer(threads)) {
                List<Quantizer.Change> changes =
                        quantizer.run(plan, writer, (_, _) -> true).orElseThrow();
                writer.commit();
                return changes;
            }
        }
    }
}
