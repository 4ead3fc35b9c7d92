package ouverture.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jline.builtins.Completers.FileNameCompleter;
import org.jline.keymap.KeyMap;
import org.jline.reader.Candidate;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.reader.Widget;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import ouverture.Reasoning;

/// The keyboard and screen of a chat: line editing, history, completion, and what Ctrl-C means.
final class ChatTerminal implements AutoCloseable {
    private static final String PROMPT = "> ";
    private static final String NEXT_LINE_PROMPT = ". ";

    private final Terminal terminal;
    private final Optional<Path> historyFile;

    /// @param historyFile keeps what was typed, if there is one
    /// @throws IOException if there is no terminal
    ChatTerminal(Optional<Path> historyFile) throws IOException {
        this.historyFile = historyFile;
        terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .encoding(UTF_8)
                .build();
    }

    /// The screen.
    PrintWriter writer() {
        return terminal.writer();
    }

    /// Reads messages and has them answered until the user leaves.
    void hold(ChatSession session, String greeting) throws IOException {
        LineReader reader = reader(session.settings());
        terminal.handle(Signal.INT, _ -> session.cancel());
        if (!greeting.isEmpty()) {
            writer().println(greeting);
        }
        boolean leaving = false;
        while (true) {
            try {
                String typed = reader.readLine(PROMPT);
                leaving = false;
                if (!session.handle(MessageSyntax.message(typed))) {
                    return;
                }
            } catch (UserInterruptException e) {
                if (leaving) {
                    return;
                }
                leaving = e.getPartialLine().isEmpty();
                if (leaving) {
                    writer().println("(Ctrl-C once more, Ctrl-D or /exit leaves.)");
                }
            } catch (EndOfFileException _) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }

    private LineReader reader(Settings settings) {
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .appName("ouverture")
                .terminal(terminal)
                .parser(new MessageParser())
                .completer((reader, line, candidates) -> complete(settings, reader, line, candidates))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, NEXT_LINE_PROMPT);
        historyFile.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        LineReader reader = builder.build();
        Widget newLine = () -> {
            reader.getBuffer().write('\n');
            return true;
        };
        Objects.requireNonNull(reader.getKeyMaps().get(LineReader.MAIN))
                .bind(newLine, KeyMap.alt('\r'), KeyMap.alt('\n'));
        return reader;
    }

    private static void complete(Settings settings, LineReader reader, ParsedLine line, List<Candidate> candidates) {
        String command = line.words().getFirst();
        if (line.wordIndex() == 0 && command.startsWith("/")) {
            Stream.of(SlashCommand.values()).forEach(known -> candidates.add(new Candidate(known.word())));
        } else if (line.wordIndex() == 1 && command.equals(SlashCommand.SET.word())) {
            settings.names().forEach(name -> candidates.add(new Candidate(name)));
        } else if (line.wordIndex() == 1 && command.equals(SlashCommand.THINK.word())) {
            Stream.of(Reasoning.Level.values()).forEach(level -> candidates.add(new Candidate(level.text())));
        } else if (command.equals(SlashCommand.SAVE.word()) || command.equals(SlashCommand.LOAD.word())) {
            new FileNameCompleter().complete(reader, line, candidates);
        }
    }

    /// Where what was typed is kept: `$XDG_STATE_HOME/ouverture/history`, by default below `~/.local/state`. The
    /// file is for its owner only; a folder that cannot be written means no history.
    static Optional<Path> historyFile(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        Path base = state.isEmpty() ? Path.of(System.getProperty("user.home"), ".local", "state") : Path.of(state);
        Path file = base.resolve("ouverture").resolve("history");
        try {
            Files.createDirectories(file.getParent());
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
            return Files.isWritable(file) ? Optional.of(file) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Words for the completion; asks for another line while a message is not whole.
    private static final class MessageParser implements Parser {
        private final DefaultParser words =
                new DefaultParser().quoteChars(new char[0]).escapeChars(new char[0]);

        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            if (context == ParseContext.ACCEPT_LINE && !MessageSyntax.isComplete(line)) {
                throw new EOFError(-1, -1, "the message goes on", NEXT_LINE_PROMPT);
            }
            return words.parse(line, cursor, context);
        }
    }
}
