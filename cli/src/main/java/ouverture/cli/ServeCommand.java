package ouverture.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import ouverture.DefaultModel;
import ouverture.EngineOptions;
import ouverture.error.RequestException;
import ouverture.server.Server;
import ouverture.server.ServerOptions;
import ouverture.server.TlsFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ouverture serve`: models behind HTTP.
@Command(
        name = "serve",
        description = {
            "Answers clients of OpenAI's, Anthropic's and Ollama's APIs; docs/api.md has every field.",
            "Models are loaded as far as they fit together, and others when they are asked for.",
            "Its address goes to standard output, a line of JSON for each request to standard error."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {
    private static final ServerOptions DEFAULT = ServerOptions.DEFAULT;
    private static final String NO_LOG = "off";

    private final Streams streams;

    @Parameters(
            arity = "0..*",
            paramLabel = "[NAME=]MODEL",
            description = "GGUF files, or folders with safetensors; clients call them NAME, or as the file is called."
                    + " Without any it is default, the model that comes with Ouverture.")
    private List<String> models = new ArrayList<>(List.of(DefaultModel.NAME));

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Where to listen; other than this machine's own address only with --api-key-file"
                    + " (default: ${DEFAULT-VALUE}).")
    private String host = DEFAULT.host();

    @Option(names = "--port", paramLabel = "N", description = "0 lets the system choose (default: ${DEFAULT-VALUE}).")
    private int port = DEFAULT.port();

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            description = "Answers those with a key only; `ouverture api-key` makes them.")
    private @Nullable Path keys;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Speaks HTTPS with this certificate, and those that vouch for it behind it, in PEM.")
    private @Nullable Path certificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The certificate's private key: PEM, PKCS#8, not encrypted.")
    private @Nullable Path certificateKey;

    @Option(
            names = "--cors-origin",
            paramLabel = "ORIGIN",
            description = "Lets web pages of another host ask, as https://example.org; may be repeated.")
    private List<String> origins = new ArrayList<>();

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "Answers that a model gives at once; they share its context (default: ${DEFAULT-VALUE}).")
    private int parallel = EngineOptions.DEFAULT.sequences();

    @Option(
            names = "--queue",
            paramLabel = "N",
            description = "Answers that a key, or an address, may have waiting (default: ${DEFAULT-VALUE}).")
    private int queue = EngineOptions.DEFAULT.queue();

    @Option(
            names = "--answer-timeout",
            paramLabel = "SECONDS",
            description = "Gives an answer up after this time (default: ${DEFAULT-VALUE}).")
    private int answerTimeout = (int) DEFAULT.answerTimeout().toSeconds();

    @Option(
            names = "--share-prompts",
            description = "What one key's prompts have computed serves other keys' too. How fast an answer comes then"
                    + " tells them what was asked before.")
    private boolean sharesPrompts;

    @Option(
            names = "--shutdown-timeout",
            paramLabel = "SECONDS",
            description = "How long running answers may go on after Ctrl-C (default: ${DEFAULT-VALUE}).")
    private int shutdownTimeout = (int) DEFAULT.patience().toSeconds();

    @Option(
            names = "--access-log",
            paramLabel = "FILE",
            description = "Writes the lines of the requests to a file instead; off writes none.")
    private @Nullable String accessLog;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where conversations of the web page are kept (default: ouverture in $$XDG_DATA_HOME, or in"
                    + " ~/.local/share).")
    private @Nullable Path data;

    @Option(names = "--no-history", description = "Keeps no conversations.")
    private boolean noHistory;

    @Mixin
    private SpeculationFlags guesses = new SpeculationFlags();

    @Mixin
    private EngineFlags engineFlags = new EngineFlags();

    ServeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        Map<String, Path> named = named();
        Map<String, Path> adapters = engineFlags.takeNamedAdapters();
        EngineOptions engine =
                engineFlags.options(parallel, streams).withQueue(queue).withSpeculation(guesses.speculation());
        CountDownLatch interrupted = new CountDownLatch(1);
        // The server closes before the interruption: the process waits for its last answers.
        try (var _ = new Interruption(interrupted::countDown, Duration.ofSeconds(shutdownTimeout + 10L));
                Log log = log();
                Server server = open(options(log.out::println), named, adapters, engine)) {
            streams.out().write(address(server.port()) + "\n");
            streams.out().flush();
            interrupted.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.INTERRUPTED;
    }

    private Server open(
            ServerOptions options, Map<String, Path> named, Map<String, Path> adapters, EngineOptions engine) {
        try (var _ = new LoadingNotice(streams)) {
            return Server.open(options, named, adapters, engine);
        }
    }

    private String address(int listening) {
        return (certificate == null ? "http://" : "https://") + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + listening;
    }

    private ServerOptions options(Consumer<String> log) {
        if (port < 0 || port > 65535) {
            throw new RequestException("The port is " + port + "; it must be 0 to 65535.");
        }
        return DEFAULT.withHost(host)
                .withPort(port)
                .withKeys(Optional.ofNullable(keys))
                .withTls(tls())
                .withOrigins(new HashSet<>(origins))
                .withAnswerTimeout(seconds("--answer-timeout", answerTimeout, 1))
                .withPatience(seconds("--shutdown-timeout", shutdownTimeout, 0))
                .withSharedPrompts(sharesPrompts)
                .withTracing(tracing(System.getenv()))
                .withHistory(noHistory ? Optional.empty() : Optional.of(data == null ? home(System.getenv()) : data))
                .withLog(log);
    }

    /// OpenTelemetry's variables under the names that their properties have: `OTEL_SERVICE_NAME` is
    /// `otel.service.name`.
    private static Map<String, String> tracing(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("OTEL_"))
                .collect(Collectors.toMap(
                        variable -> variable.getKey().toLowerCase(Locale.ROOT).replace('_', '.'), Map.Entry::getValue));
    }

    /// The user's own folder for data (XDG Base Directory Specification: paths that are not absolute do not count).
    private static Path home(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("XDG_DATA_HOME"))
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local", "share"))
                .resolve("ouverture");
    }

    private Optional<TlsFiles> tls() {
        if (certificate == null && certificateKey == null) {
            return Optional.empty();
        }
        if (certificate == null || certificateKey == null) {
            throw new RequestException("HTTPS takes both --tls-cert and --tls-key; give the other one too.");
        }
        return Optional.of(new TlsFiles(certificate, certificateKey));
    }

    private static Duration seconds(String name, int value, int min) {
        if (value < min) {
            throw new RequestException("The " + name + " is " + value + " seconds; it must be at least " + min + ".");
        }
        return Duration.ofSeconds(value);
    }

    /// Where the lines of the requests go.
    ///
    /// @param isOurs whether it is closed with the server
    private record Log(PrintWriter out, boolean isOurs) implements AutoCloseable {
        @Override
        public void close() {
            if (isOurs) {
                out.close();
            }
        }
    }

    private Log log() throws IOException {
        if (accessLog == null) {
            return new Log(streams.err(), false);
        }
        if (accessLog.equals(NO_LOG)) {
            return new Log(new PrintWriter(Writer.nullWriter()), true);
        }
        Writer file = Files.newBufferedWriter(Path.of(accessLog), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return new Log(new PrintWriter(file, true), true);
    }

    /// Models by their names: the one that stands before them, or the file's without its ending.
    private Map<String, Path> named() {
        Map<String, Path> named = new LinkedHashMap<>();
        for (String model : models) {
            int equals = model.indexOf('=');
            boolean hasName = equals > 0 && !Files.exists(Path.of(model));
            Path path = Path.of(hasName ? model.substring(equals + 1) : model);
            String name = hasName ? model.substring(0, equals) : name(path);
            if (named.put(name, path) != null) {
                throw new RequestException(
                        "Two models are called " + name + "; give one of them another: NAME=" + path + ".");
            }
        }
        return named;
    }

    private static String name(Path path) {
        Path last = path.toAbsolutePath().normalize().getFileName();
        String name = last == null ? path.toString() : last.toString();
        return name.endsWith(".gguf") ? name.substring(0, name.length() - ".gguf".length()) : name;
    }
}
