package ouverture.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import ouverture.error.ResourceException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The record of a run, a JSON object for each step in a line of its own, and the curve drawn from it.
public final class TrainingLog {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private final List<Entry> entries = new ArrayList<>();

    /// What a step was like.
    ///
    /// @param loss mean loss of what is learned, in nats
    /// @param balance mean load-balance loss of the mixtures, 1 where experts are equally busy
    /// @param norm length of the gradients before they are clipped
    /// @param rate learning rate
    /// @param tokens rows that went through the network since the run began
    /// @param seconds of computation since the run began
    public record Entry(
            long step, double loss, double balance, double norm, double rate, long tokens, double seconds) {}

    /// Goes on with a log, or begins one.
    ///
    /// @param steps that are done: entries of later ones, which a run wrote after its last checkpoint, are taken
    /// back
    /// @throws ResourceException if the file cannot be read or written
    public TrainingLog(Path file, long steps) {
        this.file = file;
        try {
            if (steps > 0 && Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    read(line, steps);
                }
            }
            Files.write(file, entries.stream().map(TrainingLog::line).toList());
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void read(String line, long steps) {
        Entry entry;
        try {
            entry = JSON.readValue(line, Entry.class);
        } catch (JacksonException _) {
            return; // the last line of a run that was ended while it wrote
        }
        if (entry.step <= steps) {
            entries.add(entry);
        }
    }

    private static String line(Entry entry) {
        return JSON.writeValueAsString(entry);
    }

    /// Adds a step.
    ///
    /// @throws ResourceException if it cannot be written
    public void add(Entry entry) {
        try {
            Files.write(file, List.of(line(entry)), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            entries.add(entry);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private ResourceException unusable(IOException cause) {
        return new ResourceException(
                "The log " + file + " cannot be read or written (" + cause.getMessage()
                        + "): make room, set its folder's permissions, or name another folder.",
                cause);
    }

    /// All steps.
    public List<Entry> entries() {
        return List.copyOf(entries);
    }
}
