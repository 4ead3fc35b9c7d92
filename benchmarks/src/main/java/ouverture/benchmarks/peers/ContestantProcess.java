package ouverture.benchmarks.peers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import ouverture.error.ResourceException;

/// The other end of [ContestantMain].
final class ContestantProcess implements AutoCloseable {
    /// What `./ouverture` starts Java with.
    private static final List<String> LAUNCHER_OPTIONS = List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:MaxDirectMemorySize=1024g",
            "-XX:+UseSerialGC");

    private static final int LAST_LINES = 5;
    private static final int PATIENCE_SECONDS = 20;

    /// @param residentBytes in memory, mapped files included
    /// @param cacheBytes of these, for keys and values; 0 if unknown
    record Memory(long residentBytes, long cacheBytes) {}

    private final Process process;
    private final Path log;
    private final PrintWriter questions;
    private final BufferedReader answers;

    /// Starts an engine and waits until it has loaded a model.
    ///
    /// @param libraries folder of llama.cpp's libraries, or an empty text for Ouverture
    /// @param log file for what the process says on standard error
    /// @throws ResourceException if it fails, with the end of its log
    ContestantProcess(String libraries, Path model, Setting setting, Path log) {
        this.log = log;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(LAUNCHER_OPTIONS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ContestantMain.class.getName()));
        command.addAll(List.of(
                libraries,
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
        String answer = answer();
        if (!answer.equals(ContestantMain.READY)) {
            throw new ResourceException("An engine began with \"" + answer + "\".");
        }
    }

    private String answer() {
        try {
            String line = answers.readLine();
            if (line != null) {
                return line;
            }
            List<String> lines = Files.readAllLines(log);
            throw new ResourceException("An engine ended early; the last lines of " + log + " are: "
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
        return Double.parseDouble(answer());
    }

    /// Memory that the engine has now.
    Memory memory() {
        questions.println(ContestantMain.MEMORY);
        String[] numbers = answer().split(" ", -1);
        return new Memory(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
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
