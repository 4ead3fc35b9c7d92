package ouverture.train.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import ouverture.AdapterSource;
import ouverture.KernelSets;
import ouverture.train.Score;

/// Fine-tunes a model on the examples of a help desk as the guide says, and writes what came of it there.
/// `make golden` runs it.
@EnabledIfSystemProperty(named = DeskTuningTest.MODEL, matches = ".+", disabledReason = "make golden runs it")
class DeskTuningTest {
    static final String MODEL = "ouverture.golden.model";

    private static final Path PAGE = Path.of("..", "docs", "howto", "fine-tune.md");
    private static final Pattern TABLE =
            Pattern.compile("(?s)(<!-- make golden writes from here -->\\n).*(<!-- to here -->\\n)");
    private static final int MOST_SECONDS = 600;

    @TempDir
    private Path folder;

    /// As the guide's command: `--epochs 40`.
    private static TuningSettings settings() {
        TuningSettings usual = TuningSettings.DEFAULT;
        return new TuningSettings(
                usual.rank(),
                usual.alpha(),
                usual.targets(),
                40,
                usual.rate(),
                usual.tokensPerStep(),
                usual.tokensPerBatch(),
                usual.beta(),
                usual.weights(),
                usual.template(),
                usual.seed());
    }

    @Test
    void twoHundredExamplesTeachAModelTheDesksCodes() throws IOException {
        Path model = Path.of("..").resolve(System.getProperty(MODEL)).normalize();
        int threads = Runtime.getRuntime().availableProcessors();
        ExactAnswers others = new ExactAnswers(DeskExamples.FOLDER.resolve("held-out.jsonl"));
        Score before = others.count(model, List.of(), threads);
        int epochs;
        double seconds;
        try (TuningRun run = new TuningRun(
                model, DeskExamples.FOLDER.resolve("train.jsonl"), folder, settings(), KernelSets.AUTO, threads)) {
            run.run(() -> true, _ -> true);
            run.export();
            epochs = run.epochs();
            seconds = run.trainer().progress().seconds();
        }
        Score after = others.count(model, List.of(new AdapterSource(folder, 1)), threads);
        write(String.format(
                Locale.ROOT,
                """

                | %d messages with other wordings and names | Exactly right (95 %% interval) |
                | --- | ---: |
                | `%s` as it is | %s |
                | with the adapter, %.0f seconds on %d threads later, %d times through %d examples | %s |

                """,
                before.of(),
                model.getFileName(),
                before.text(),
                seconds,
                threads,
                epochs,
                DeskExamples.COUNT,
                after.text()));

        assertThat(before.share()).isLessThan(0.05);
        assertThat(after.share()).isGreaterThan(0.8);
        assertThat(seconds).isLessThan(MOST_SECONDS);
    }

    private static void write(String table) throws IOException {
        Matcher place = TABLE.matcher(Files.readString(PAGE));
        assertThat(place.find()).as("the place of the table in " + PAGE).isTrue();
        Files.writeString(PAGE, place.replaceFirst("$1" + Matcher.quoteReplacement(table) + "$2"));
    }
}
