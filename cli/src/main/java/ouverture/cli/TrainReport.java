package ouverture.cli;

import java.util.List;
import java.util.Locale;
import ouverture.train.Score;
import ouverture.train.TrainingLog;
import ouverture.train.recipe.Recipe;
import ouverture.train.recipe.RecipeRun;

/// What came of a training; the names of its parts are those of `--json` and of the file `record.json`.
///
/// @param recipe all of it
/// @param start SHA-256 of the model that it started from, empty if it started from nothing
/// @param lessons says which lessons were taught (SHA-256)
/// @param model the file
/// @param parameters numbers that were trained
/// @param steps changes of them
/// @param tokens that were computed
/// @param seconds of computation, over all interruptions
/// @param shareOfPeak speed of the steps since the last interruption, as a share of that of one large product
/// @param loss mean loss of the last tenth of the steps, in nats
/// @param questions that were asked, none of which was taught
/// @param right answers
/// @param share of right answers
/// @param shareLow lower end of its 95 % interval (Wilson)
/// @param shareHigh upper end
record TrainReport(
        Recipe recipe,
        String start,
        String lessons,
        String model,
        long parameters,
        long steps,
        long tokens,
        double seconds,
        double shareOfPeak,
        double loss,
        int questions,
        int right,
        double share,
        double shareLow,
        double shareHigh) {
    static TrainReport of(Recipe recipe, RecipeRun run, Score score) {
        List<TrainingLog.Entry> entries = run.trainer().log().entries();
        List<TrainingLog.Entry> last = entries.subList(entries.size() * 9 / 10, entries.size());
        return new TrainReport(
                recipe,
                run.startHash(),
                run.lessonsHash(),
                run.modelFile().toString(),
                run.blueprint().parameters(),
                run.trainer().progress().step(),
                run.trainer().progress().tokens(),
                run.trainer().progress().seconds(),
                run.trainer().shareOfPeak(),
                last.stream().mapToDouble(TrainingLog.Entry::loss).average().orElse(0),
                score.of(),
                score.right(),
                score.share(),
                score.low(),
                score.high());
    }

    /// For people.
    String page() {
        return String.format(
                Locale.ROOT,
                "Trained  %s steps on %s tokens in %s s, loss %.3f%n"
                        + "Speed    %.0f %% of that of one large product%n"
                        + "Right    %d of %d questions that it was not taught: %.1f %% (%.1f to %.1f %%)%n"
                        + "Model    %s%n",
                Units.digits(steps),
                Units.digits(tokens),
                Units.threeDigits(seconds),
                loss,
                100 * shareOfPeak,
                right,
                questions,
                100 * share,
                100 * shareLow,
                100 * shareHigh,
                model);
    }
}
