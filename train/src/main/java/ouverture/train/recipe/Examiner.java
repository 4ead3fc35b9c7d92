package ouverture.train.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import ouverture.error.ResourceException;
import ouverture.file.ModelFile;
import ouverture.tensor.Tensor;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Examines a model in the subjects of a recipe's last stage, and leaves what came of it in a folder:
/// `answers.jsonl`, with which a stopped examination goes on, `marks.json`, `marks.md` and `levels.svg`.
public final class Examiner {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Recipe recipe;
    private final Lessons lessons;
    private final Path folder;
    private final int threads;

    /// @param folder that there is
    /// @param threads that compute, at least 1
    /// @throws ouverture.error.RequestException if the recipe names a subject that there is not
    public Examiner(Recipe recipe, Path folder, int threads) {
        this(recipe, new Lessons(recipe), folder, threads);
    }

    Examiner(Recipe recipe, Lessons lessons, Path folder, int threads) {
        this.recipe = recipe;
        this.lessons = lessons;
        this.folder = folder;
        this.threads = threads;
    }

    /// Asks what was never taught.
    ///
    /// @param listener hears of each mark
    /// @throws ouverture.error.OuvertureException if the model cannot be loaded or talked to
    /// @throws ResourceException if a file cannot be written
    public List<Answers> examine(Path model, Consumer<Mark> listener) {
        List<String> subjects = List.copyOf(recipe.stages().getLast().shares().keySet());
        int count = recipe.evaluation().questions();
        AnswerLog log = new AnswerLog(
                folder.resolve("answers.jsonl"),
                new AnswerLog.Subject(recipe.name(), weightsHash(model), lessons.hash(), count));
        List<Answers> answers =
                new Examination(lessons, recipe.evaluation()).examine(model, subjects, log, threads, listener);
        List<Mark> marks = answers.stream().map(Answers::mark).toList();
        write("marks.json", JSON.writeValueAsString(marks) + "\n");
        write("marks.md", MarkPage.of(answers));
        write("levels.svg", LevelPlot.svg(answers));
        return answers;
    }

    private void write(String name, String content) {
        Path file = folder.resolve(name);
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new ResourceException("The marks in " + file + " cannot be written: make room.", e);
        }
    }

    private static String weightsHash(Path model) {
        try (ModelFile file = ModelFile.open(model)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Tensor tensor : file.tensors().values()) {
                digest.update(tensor.data().asSlice(0, tensor.bytes()).asByteBuffer());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
