package ouverture.benchmarks.peers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import ouverture.error.ResourceException;

/// The other end of [ContestantMain].
final class ContestantProcess implements AutoCloseable {
    private static final List<String> OPTIONS =
            List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");

    /// What `./ouverture` starts Java with besides.
    private static final List<String> LAUNCHER_OPTIONS =
            List.of("-XX:MaxDirectMemorySize=1024g", "-Xms16m", "-XX:+UseSerialGC");

    private static final int LAST_LINES = 5;
    private static final int PATIENCE_SECONDS = 20;

    private final Process process;
    private final Path log;
    private final PrintWriter questions;
    private final BufferedReader answers;

    /// Starts the process of an engine, which loads nothing before [#load].
    ///
    /// @param peer the engine, or null for Ouverture
    /// @param log file for what the process says on standard error
    ContestantProcess(@Nullable Peer peer, Path model, Setting setting, Path log) {
        this.log = log;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(peer == null ? LAUNCHER_OPTIONS : List.of());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ContestantMain.class.getName()));
        command.addAll(List.of(
                (peer == null ? ContestantMain.Kind.OUVERTURE : peer.kind()).name(),
                peer == null ? "" : peer.libraries().toString(),
                model.toString(),
                String.valueOf(setting.threads()),
                String.valueOf(setting.context()),
                String.valueOf(setting.sequences())));
        File errors = log.toFile();
        try {
            process = new ProcessBuilder(command).redirectError(errors).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        questions = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        answers = process.inputReader(StandardCharsets.UTF_8);
        expect(ContestantMain.HERE);
    }

    /// Loads the model.
    ///
    /// @throws ResourceException if that fails, with the end of the engine's log
    void load() {
        questions.println(ContestantMain.LOAD);
        expect(ContestantMain.READY);
    }

    private void expect(String expected) {
        String answer = answer();
        if (!answer.equals(expected)) {
            throw failure();
        }
    }

    private String answer() {
        try {
            String line = answers.readLine();
            if (line != null) {
                return line;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw failure();
    }

    /// Ends the process, which may say anything once its engine is in trouble.
    private ResourceException failure() {
        process.destroyForcibly();
        try {
            List<String> lines = Files.readAllLines(log);
            return new ResourceException("its process ended; the last lines of " + log.getFileName() + " are: "
                    + String.join(" | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Does work once.
    ///
    /// @return tokens per second
    double tokensPerSecond(Work work) {
        questions.println(work.line());
        String answer = answer();
        try {
            return Double.parseDouble(answer);
        } catch (NumberFormatException e) {
            throw failure();
        }
    }

    /// What an engine tells of itself.
    ///
    /// @param cacheBytes of keys and values
    /// @param kernels the code that computes
    record About(long cacheBytes, String kernels) {}

    About about() {
        questions.println(ContestantMain.ABOUT);
        String[] words = answer().split(" ", 2);
        return new About(Long.parseLong(words[0]), words[1]);
    }

    /// Processor time of all threads since the process started.
    Duration processorTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// Memory that the process has now.
    ResidentSet residentSet() {
        return ResidentSet.of(process.pid());
    }

    @Override
    public void close() {
        questions.close();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
