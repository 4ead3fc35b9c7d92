package ouverture.train.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ouverture.Reasoning;
import ouverture.error.ResourceException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// An examination as far as it came, in a file: what was examined, then a line of JSON for each subject, kind and
/// level. An examination of the same model with the same questions goes on with it.
final class AnswerLog {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private final List<Answers> known = new ArrayList<>();

    /// What is examined.
    ///
    /// @param model its name
    /// @param weights says which (SHA-256 of all tensors, in the file's order)
    /// @param lessons says which were taught, as [Lessons#hash]
    /// @param questions of each subject
    record Subject(String model, String weights, String lessons, int questions) {}

    /// Goes on with a file, or begins one.
    ///
    /// @throws ResourceException if it cannot be read or written
    AnswerLog(Path file, Subject subject) {
        this.file = file;
        String head = JSON.writeValueAsString(subject);
        try {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            if (!lines.isEmpty() && lines.getFirst().equals(head)) {
                lines.stream()
                        .skip(1)
                        .map(AnswerLog::read)
                        .flatMap(Optional::stream)
                        .forEach(known::add);
            }
            List<String> kept = new ArrayList<>(List.of(head));
            known.forEach(answers -> kept.add(JSON.writeValueAsString(answers)));
            Files.write(file, kept);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private static Optional<Answers> read(String line) {
        try {
            return Optional.of(JSON.readValue(line, Answers.class));
        } catch (JacksonException _) {
            return Optional.empty(); // the last line of an examination that was ended while it wrote
        }
    }

    /// What was answered before, if it was.
    Optional<Answers> find(Questions questions, String subject, Reasoning.Level level) {
        return known.stream()
                .filter(answers -> answers.questions() == questions
                        && answers.subject().equals(subject)
                        && answers.level() == level)
                .findFirst();
    }

    /// Adds a line.
    ///
    /// @throws ResourceException if it cannot be written
    void add(Answers answers) {
        try {
            Files.write(file, List.of(JSON.writeValueAsString(answers)), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private ResourceException unusable(IOException cause) {
        return new ResourceException(
                "The answers in " + file + " cannot be read or written (" + cause.getMessage()
                        + "): make room, set its folder's permissions, or name another folder.",
                cause);
    }
}
