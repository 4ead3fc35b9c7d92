package ouverture.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The `ouverture` command: picks one of its subcommands and turns what happens into an exit code.
@Command(
        name = "ouverture",
        description = "Runs open-weight language models in the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "`ouverture COMMAND --help` explains a command; docs/cli.md has all of it."})
public final class Main implements Runnable {
    private static final List<String> COMMANDS = List.of(
            "run",
            "chat",
            "serve",
            "api-key",
            "train",
            "tune",
            "inspect",
            "quantize",
            "export",
            "adapter",
            "tokenize",
            "template",
            "harmony",
            "logits",
            "bench",
            "doctor");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Main() {}

    /// Starts the command line and ends the process with its exit code.
    public static void main(String[] arguments) {
        StandardError.restore();
        System.exit(run(Streams.ofProcess(), arguments));
    }

    /// Runs one command line to its end.
    ///
    /// @return the exit code, see docs/cli.md
    static int run(Streams streams, String... arguments) {
        try {
            int code = commandLine(streams, arguments).execute(arguments);
            streams.out().flush();
            return code;
        } catch (IOException | Error e) {
            return Failures.report(e, streams.err());
        }
    }

    /// The parser. Reading the options of a class costs time at start-up, so where the first argument names a
    /// command, only that one is known.
    static CommandLine commandLine(Streams streams, String... arguments) {
        CommandLine line = new CommandLine(new Main());
        boolean one = arguments.length > 0 && COMMANDS.contains(arguments[0]);
        for (String name : one ? List.of(arguments[0]) : COMMANDS) {
            line.addSubcommand(name, command(name, streams));
        }
        boolean color = streams.outputIsTerminal() && System.getenv("NO_COLOR") == null;
        return line.setOut(new PrintWriter(streams.out()))
                .setErr(streams.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(color ? Ansi.ON : Ansi.OFF))
                .setExpandAtFiles(false)
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((failure, _) -> Failures.report(failure, streams.err()))
                .setExecutionExceptionHandler((failure, _, _) -> Failures.report(failure, streams.err()));
    }

    private static Object command(String name, Streams streams) {
        return switch (name) {
            case "run" -> new RunCommand(streams);
            case "chat" -> new ChatCommand(streams);
            case "serve" -> new ServeCommand(streams);
            case "api-key" -> new ApiKeyCommand(streams);
            case "train" -> new TrainCommand(streams);
            case "tune" -> new TuneCommand(streams);
            case "inspect" -> new InspectCommand(streams);
            case "quantize" -> new QuantizeCommand(streams);
            case "export" -> new ExportCommand(streams);
            case "adapter" ->
                new CommandLine(new AdapterCommand())
                        .addSubcommand("merge", new AdapterMergeCommand(streams))
                        .addSubcommand("convert", new AdapterConvertCommand(streams));
            case "tokenize" -> new TokenizeCommand(streams);
            case "template" -> new TemplateCommand(streams);
            case "harmony" ->
                new CommandLine(new HarmonyCommand())
                        .addSubcommand("render", new HarmonyRenderCommand(streams))
                        .addSubcommand("parse", new HarmonyParseCommand(streams));
            case "logits" -> new LogitsCommand(streams);
            case "bench" -> new BenchCommand(streams);
            case "doctor" -> new DoctorCommand(streams);
            default -> throw new AssertionError(name);
        };
    }

    /// Without a command there is nothing to do but to say which there are.
    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "Say which command to run: " + String.join(", ", COMMANDS));
    }

    /// The version as the build wrote it into our jar.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties build = new Properties();
            try (InputStream in =
                    Main.class.getResourceAsStream("/META-INF/maven/io.ouverture/ouverture-cli/pom.properties")) {
                if (in != null) {
                    build.load(in);
                }
            }
            return new String[] {
                "ouverture " + build.getProperty("version", "(built from source)") + ", Java " + Runtime.version()
                        + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
            };
        }
    }
}
