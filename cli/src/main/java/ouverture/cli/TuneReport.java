package ouverture.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.train.Score;
import ouverture.train.TrainingLog;
import ouverture.train.tune.TuningRun;
import tools.jackson.databind.node.ObjectNode;

/// What came of a fine-tuning.
///
/// @param out the adapter's folder
/// @param peft whether PEFT can read it too
/// @param test the other examples, if there are any
record TuneReport(TuningRun run, Path out, boolean peft, Optional<Test> test) {
    /// How the model does on other examples.
    ///
    /// @param file with them
    record Test(Path file, Outcome before, Outcome after) {}

    /// @param loss mean loss of what counts, in nats
    /// @param exact answers that are exactly those of the examples; null if nobody asked
    record Outcome(double loss, @Nullable Score exact) {}

    /// One JSON object.
    ObjectNode json() {
        List<TrainingLog.Entry> entries = run.trainer().log().entries();
        ObjectNode object = Json.object()
                .put("method", run.method().name().toLowerCase(Locale.ROOT))
                .put("examples", run.count())
                .put("epochs", run.epochs())
                .put("steps", run.steps())
                .put("parameters", run.size().parameters())
                .put("first_loss", entries.getFirst().loss())
                .put("last_loss", entries.getLast().loss())
                .put("seconds", run.trainer().progress().seconds())
                .put("share_of_peak", run.trainer().shareOfPeak())
                .put("peft", peft);
        test.ifPresent(compared -> {
            put(object, "before", compared.before);
            put(object, "after", compared.after);
        });
        return object;
    }

    private static void put(ObjectNode object, String when, Outcome outcome) {
        object.put("test_loss_" + when, outcome.loss);
        if (outcome.exact != null) {
            object.put("test_exact_" + when, outcome.exact.right()).put("test_questions", outcome.exact.of());
        }
    }

    /// For people.
    String page() {
        List<TrainingLog.Entry> entries = run.trainer().log().entries();
        StringBuilder page = new StringBuilder(String.format(
                Locale.ROOT,
                "Loss of the first step %.3f, of the last %.3f.%n",
                entries.getFirst().loss(),
                entries.getLast().loss()));
        test.ifPresent(compared -> page.append(String.format(
                Locale.ROOT,
                "Loss of %s before %.3f, after %.3f.%n%s",
                compared.file,
                compared.before.loss,
                compared.after.loss,
                exact(compared))));
        double share = run.trainer().shareOfPeak();
        if (share > 0) {
            page.append(String.format(
                    Locale.ROOT, "Its steps had %.0f %% of the speed of one large product.%n", 100 * share));
        }
        return page.append("Use it with --adapter ")
                .append(out)
                .append(peft ? ", or with PEFT.\n" : ".\n")
                .toString();
    }

    private static String exact(Test test) {
        Score before = test.before.exact;
        Score after = test.after.exact;
        return before == null || after == null
                ? ""
                : "Exactly right before " + before.text() + ", after " + after.text() + ".\n";
    }
}
