package ouverture.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import ouverture.DefaultModel;
import ouverture.Engine;
import ouverture.ModelInfo;
import ouverture.error.RequestException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ouverture chat`: a conversation, at a terminal or through pipes.
@Command(
        name = "chat",
        description = {
            "Holds a conversation; /help in it lists its commands.",
            "Without a terminal each line of standard input is one message."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false)
final class ChatCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            description = "A GGUF file, a folder with safetensors, or default, the model that comes with Ouverture and"
                    + " is taken where none is named.")
    private Path model = DefaultModel.PATH;

    @Option(names = "--system", paramLabel = "TEXT", description = "Sets the system message.")
    private @Nullable String system;

    @Option(names = "--load", paramLabel = "FILE", description = "Goes on with a conversation that /save has written.")
    private @Nullable Path load;

    @Option(names = "--no-history", description = "Neither reads nor writes the file with what was typed before.")
    private boolean noHistory;

    @Option(
            names = {"-q", "--quiet"},
            description = "Prints no greeting.")
    private boolean quiet;

    @Mixin
    private ThoughtFlags thoughtFlags = new ThoughtFlags();

    @Mixin
    private SamplingFlags sampling = new SamplingFlags();

    @Mixin
    private ConstraintFlags constraintFlags = new ConstraintFlags();

    @Mixin
    private EngineFlags engineFlags = new EngineFlags();

    @Mixin
    private SpeculationFlags guesses = new SpeculationFlags();

    ChatCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        sampling.constraint(constraintFlags.constraint());
        sampling.check();
        thoughtFlags.visible(false);
        guesses.speculation();
        Conversation conversation = new Conversation();
        if (load != null) {
            conversation.load(load);
        }
        if (system != null) {
            conversation.system(system);
        }
        try (Engine engine = engineFlags.open(model, guesses, streams)) {
            requireTemplate(engine.info());
            return streams.inputIsTerminal() && streams.outputIsTerminal()
                    ? atTerminal(engine, conversation)
                    : throughPipes(engine, conversation);
        }
    }

    /// Refuses a model that cannot hold a conversation.
    static void requireTemplate(ModelInfo info) {
        if (!info.hasChatTemplate()) {
            throw new RequestException("The model " + info.name()
                    + " has no chat template, so it can only continue a text; use `ouverture run --raw` for that.");
        }
    }

    private int atTerminal(Engine engine, Conversation conversation) throws IOException {
        Optional<Path> history = noHistory ? Optional.empty() : ChatTerminal.historyFile(System.getenv());
        try (ChatTerminal terminal = new ChatTerminal(history)) {
            ThoughtPrinter thoughts = new ThoughtPrinter(
                    terminal.writer(),
                    thoughtFlags.visible(true),
                    ThoughtPrinter.canDim(System.getenv()),
                    Printable::answer);
            ChatSession session = new ChatSession(
                    engine, conversation, sampling, terminal.writer(), terminal.writer(), Printable::answer, thoughts);
            terminal.hold(session, quiet ? "" : greeting(engine.info()));
        }
        return ExitCode.OK;
    }

    private static String greeting(ModelInfo info) {
        return Printable.line(info.name()) + ", " + Units.count(info.parameters()) + " parameters, context "
                + info.cachePositions() + " tokens. /help lists commands, Ctrl-D leaves.";
    }

    private int throughPipes(Engine engine, Conversation conversation) throws IOException {
        UnaryOperator<String> exact = UnaryOperator.identity();
        ThoughtPrinter thoughts = new ThoughtPrinter(
                streams.err(),
                thoughtFlags.visible(streams.errorIsTerminal()),
                streams.errorIsTerminal() && ThoughtPrinter.canDim(System.getenv()),
                streams.errorIsTerminal() ? Printable::answer : exact);
        ChatSession session =
                new ChatSession(engine, conversation, sampling, streams.out(), streams.err(), exact, thoughts);
        return throughPipes(session, streams.in());
    }

    /// Takes each line as a message until the input ends. Ctrl-C is waited for while a message is answered only:
    /// at other times nothing is lost if the process just ends.
    ///
    /// @return the exit code of the first failure; 0 if there was none
    static int throughPipes(ChatSession session, InputStream input) throws IOException {
        InputStream in = new BufferedInputStream(input);
        for (int number = 1; ; number++) {
            Optional<byte[]> line = line(in);
            if (line.isEmpty()) {
                return session.exitCode();
            }
            try (Interruption interruption = new Interruption(session::cancel)) {
                if (interruption.requested()) {
                    return ExitCode.INTERRUPTED;
                }
                String text = PromptSource.decode(line.get(), "Line " + number + " of standard input");
                if (!session.handle(text.strip())) {
                    return session.exitCode();
                }
            } catch (RequestException e) {
                session.fail(e);
            }
        }
    }

    /// The next line without its end; empty after the last one.
    private static Optional<byte[]> line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return line.size() == 0 ? Optional.empty() : Optional.of(line.toByteArray());
            }
            line.write(next);
        }
        return Optional.of(line.toByteArray());
    }
}
