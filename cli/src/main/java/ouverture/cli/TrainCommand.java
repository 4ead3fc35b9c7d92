package ouverture.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import ouverture.KernelSets;
import ouverture.error.RequestException;
import ouverture.error.TrainingException;
import ouverture.train.Score;
import ouverture.train.Trainer;
import ouverture.train.recipe.Answers;
import ouverture.train.recipe.Examiner;
import ouverture.train.recipe.Mark;
import ouverture.train.recipe.MarkPage;
import ouverture.train.recipe.Recipe;
import ouverture.train.recipe.RecipeRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ouverture train`: makes a model from a recipe.
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        description = {
            "Trains a model from nothing, as a recipe says, and examines it.",
            "Ctrl-C stops with a checkpoint; the same command goes on from it, to the same bytes as without a stop."
        })
final class TrainCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(index = "0", paramLabel = "RECIPE", description = "A folder with a recipe.json.")
    private Path recipeFolder = Path.of("");

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where checkpoint, log, loss curve and model are put (default: runs/NAME).")
    private @Nullable Path out;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Compute threads; 0 takes all processors (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--kernels",
            paramLabel = "NAME",
            description = "auto, jit, vector or scalar (default: ${DEFAULT-VALUE}).")
    private String kernels = KernelSets.AUTO;

    @Option(
            names = "--score",
            description = "Trains no further: examines the model as the checkpoint has it, and prints a table.")
    private boolean scores;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "With --score: examines this model instead, a GGUF file or default, and goes on with an"
                    + " examination of it that was stopped.")
    private @Nullable Path model;

    @Option(names = "--json", description = "Prints the report as one JSON object.")
    private boolean json;

    TrainCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        if (threads < 0 || threads > 1024) {
            throw new RequestException("The number of threads is " + threads + "; it must be from 0 to 1024.");
        }
        Recipe recipe = Recipe.read(recipeFolder);
        Path folder = out == null ? Path.of("runs", recipe.name()) : out;
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        if (model != null) {
            return score(recipe, folder, model, count);
        }
        AtomicBoolean stopped = new AtomicBoolean();
        try (var _ = new Interruption(() -> stopped.set(true));
                RecipeRun run = new RecipeRun(recipe, folder, kernels, count)) {
            Trainer trainer = run.trainer();
            streams.err()
                    .println("Training " + recipe.name() + ", "
                            + Units.digits(run.blueprint().parameters())
                            + " parameters, in " + folder + ": step "
                            + trainer.progress().step() + " of "
                            + recipe.training().steps() + ".");
            if (scores) {
                run.export();
                print(run.examine(this::tell));
                return ExitCode.OK;
            }
            try (TrainProgress progress =
                    new TrainProgress(streams, recipe.training().steps(), trainer.progress())) {
                boolean done = trainer.run(step -> {
                    progress.show(step);
                    return !stopped.get();
                });
                if (!done) {
                    streams.err()
                            .println("Stopped after step " + trainer.progress().step() + "; the same command goes on.");
                    return ExitCode.INTERRUPTED;
                }
            }
            run.export();
            return report(recipe, run, folder);
        }
    }

    private int score(Recipe recipe, Path folder, Path examined, int count) throws IOException {
        if (!scores) {
            throw new RequestException("--model names a model to examine; add --score.");
        }
        if (!Files.isDirectory(folder)) {
            throw new RequestException("There is no folder " + folder + "; make it, or name another with --out.");
        }
        print(new Examiner(recipe, folder, count).examine(examined, this::tell));
        return ExitCode.OK;
    }

    private void print(List<Answers> answers) throws IOException {
        List<Mark> marks = answers.stream().map(Answers::mark).toList();
        streams.out().write(json ? Json.line(Json.MAPPER.valueToTree(marks)) + "\n" : MarkPage.of(answers));
    }

    /// Tells a mark on a terminal as it comes.
    private void tell(Mark mark) {
        if (streams.errorIsTerminal()) {
            streams.err().println(mark.subject() + ", " + mark.level() + ": " + mark.right() + " of " + mark.of());
            streams.err().flush();
        }
    }

    /// Examines the model and says how it went.
    private int report(Recipe recipe, RecipeRun run, Path folder) throws IOException {
        List<Mark> marks = run.examine(this::tell).stream().map(Answers::mark).toList();
        Score score = Mark.total(marks);
        TrainReport report = TrainReport.of(recipe, run, score);
        String record = Json.indented(Json.object(report)) + "\n";
        Files.writeString(folder.resolve("record.json"), record);
        streams.out().write(json ? Json.line(Json.object(report)) + "\n" : report.page());
        if (score.share() < recipe.evaluation().atLeast()) {
            streams.out().flush();
            throw new TrainingException(String.format(
                    Locale.ROOT,
                    "The model answers %.1f %% of the questions right and its recipe asks for %.1f %%: more steps or"
                            + " another learning rate may help.",
                    100 * score.share(),
                    100 * recipe.evaluation().atLeast()));
        }
        return ExitCode.OK;
    }
}
