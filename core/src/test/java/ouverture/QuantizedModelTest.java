package ouverture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ouverture.EngineOptions.Activations;
import ouverture.EngineOptions.CacheFormat;
import ouverture.file.quantize.Conversion;
import ouverture.file.quantize.FileType;
import ouverture.model.Expected;

/// Models that we quantised answer as well as those that another engine quantised: the marks are what its own
/// weights of one format do to exact logits.
class QuantizedModelTest {
    private static final EngineOptions EXACT = EngineOptions.DEFAULT
            .withKernels("scalar")
            .withActivations(Activations.F32)
            .withCache(CacheFormat.F32)
            .withThreads(2);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MXFP4")
    void logitsAreAsNearAsThoseOfTheReference(FileType type) {
        Expected exact = Expected.of("quants", "llama-F32");
        Expected rounded = Expected.of("quants", "llama-" + type.base());
        Path ours = folder.resolve("ours.gguf");
        Conversion.run(exact.model(), ours, type);

        try (Engine engine = Engine.open(ours, EXACT)) {
            for (int i = 0; i < exact.prompts().size(); i++) {
                Expected.Prompt prompt = exact.prompts().get(i);
                float[][] logits = engine.logits(prompt.tokens(), true);
                float[][] recorded = java.util.Arrays.copyOfRange(
                        logits, prompt.rowsFrom(), prompt.rowsFrom() + prompt.exact().length);
                double theirs = Expected.difference(rounded.prompts().get(i).exact(), prompt.exact())[1];
                double rootMeanSquare = Expected.difference(recorded, prompt.exact())[1];
                // mixtures differ from the reference in single matrices only, which rounding may hit either way
                assertThat(rootMeanSquare).as(prompt.name()).isLessThanOrEqualTo(1.2 * theirs + 5e-5);
            }
        }
    }
}
