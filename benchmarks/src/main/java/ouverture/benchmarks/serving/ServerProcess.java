package ouverture.benchmarks.serving;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import ouverture.error.ResourceException;

/// A server that runs in a process of its own and is ready.
///
/// @param log where the process writes what it says
record ServerProcess(Process process, int port, Path log) implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;
    private static final int START_SECONDS = 180;
    private static final int OK = 200;

    /// What both servers are started with.
    ///
    /// @param threads that compute
    /// @param sequences at the same time, at most
    /// @param positions of each sequence
    record Setting(int threads, int sequences, int positions) {}

    /// Our server, with the options that the launcher gives Java.
    static ServerProcess ours(Path model, Setting setting, Path log) {
        ServerProcess started = start(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:MaxDirectMemorySize=1024g",
                        "-Xms16m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerMain.class.getName(),
                        model.toString(),
                        String.valueOf(setting.threads),
                        String.valueOf(setting.sequences * setting.positions),
                        String.valueOf(setting.sequences)),
                0,
                false,
                log);
        return new ServerProcess(started.process, Integer.parseInt(started.line()), log);
    }

    /// llama.cpp's server with its own defaults but for the size.
    ///
    /// @param program `llama-server`
    static ServerProcess llama(Path program, Path model, Setting setting, Path log) {
        int port = freePort();
        ServerProcess server = start(
                List.of(
                        program.toString(),
                        "--model",
                        model.toString(),
                        "--host",
                        "127.0.0.1",
                        "--port",
                        String.valueOf(port),
                        "--threads",
                        String.valueOf(setting.threads),
                        "--parallel",
                        String.valueOf(setting.sequences),
                        "--ctx-size",
                        String.valueOf(setting.sequences * setting.positions)),
                port,
                true,
                log);
        server.awaitHealth();
        return server;
    }

    /// What a llama-server says of itself, such as `0.7.0 (build 11669)`.
    static String release(Path program) {
        try {
            Process process = new ProcessBuilder(program.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                return out.lines()
                        .filter(line -> line.startsWith("version:"))
                        .map(line -> line.substring("version:".length()).strip())
                        .findFirst()
                        .orElse("unknown release");
            }
        } catch (IOException e) {
            throw new ResourceException(
                    program + " cannot be started (" + e.getMessage() + "); give --llama-server a llama-server.", e);
        }
    }

    private static ServerProcess start(List<String> command, int port, boolean logsAll, Path log) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        if (logsAll) {
            builder.redirectErrorStream(true).redirectOutput(log.toFile());
        }
        try {
            Process process = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            return new ServerProcess(process, port, log);
        } catch (IOException e) {
            throw new ResourceException(command.getFirst() + " cannot be started: " + e.getMessage() + ".", e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitHealth() {
        HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                .build();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (!answers(http, health)) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    close();
                    throw failure();
                }
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new ResourceException("The measurement was interrupted.", e);
        }
    }

    private static boolean answers(HttpClient http, HttpRequest health) throws InterruptedException {
        try {
            return http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == OK;
        } catch (IOException e) {
            return false;
        }
    }

    /// Has our process' bare engine do the work of a load.
    ///
    /// @return seconds
    double engineSeconds(Load load) {
        try {
            process.outputWriter(StandardCharsets.UTF_8).write(load.line() + "\n");
            process.outputWriter(StandardCharsets.UTF_8).flush();
        } catch (IOException e) {
            throw failure();
        }
        return Double.parseDouble(line());
    }

    private String line() {
        @Nullable String line;
        try {
            line = process.inputReader(StandardCharsets.UTF_8).readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (line == null) {
            close();
            throw failure();
        }
        return line;
    }

    private ResourceException failure() {
        return new ResourceException("A server of the measurement ended; " + log + " says why.");
    }

    /// Processor time of all threads since the process started.
    Duration processorTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    @Override
    public void close() {
        process.destroy();
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
