package ouverture.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import ouverture.ChatModel;
import ouverture.Generation;
import ouverture.Message;
import ouverture.Reasoning;
import ouverture.error.RequestException;

/// A chat without its keyboard: takes messages and commands one by one, writes answers. A failure is one
/// sentence, and the conversation goes on.
final class ChatSession {
    private final ChatModel model;
    private final Conversation conversation;
    private final SamplingFlags sampling;
    private final Settings settings;
    private final Writer out;
    private final PrintWriter notices;
    private final UnaryOperator<String> shown;
    private final ThoughtPrinter thoughts;
    private volatile @Nullable Generation running;
    private volatile boolean stopped;
    private @Nullable Answer last;
    private int exitCode = ExitCode.OK;

    /// @param out gets the answers, each with a line end after it
    /// @param notices gets everything else
    /// @param shown makes a piece of an answer fit for `out`; what is remembered stays as the model wrote it
    /// @param thoughts shows what the model thinks
    ChatSession(
            ChatModel model,
            Conversation conversation,
            SamplingFlags sampling,
            Writer out,
            PrintWriter notices,
            UnaryOperator<String> shown,
            ThoughtPrinter thoughts) {
        this.model = model;
        this.conversation = conversation;
        this.sampling = sampling;
        this.settings = new Settings(sampling);
        this.out = out;
        this.notices = notices;
        this.shown = shown;
        this.thoughts = thoughts;
    }

    /// Answers a message, or does what a command says. A line that begins with `/` is a command; `//` begins a
    /// message with one slash.
    ///
    /// @return whether the chat goes on
    /// @throws IOException if the answer cannot be written
    boolean handle(String line) throws IOException {
        try {
            if (line.startsWith("/") && !line.startsWith("//")) {
                return command(line);
            }
            String message = line.startsWith("//") ? line.substring(1) : line;
            if (!message.isBlank()) {
                answer(message);
            }
        } catch (RuntimeException e) {
            fail(e);
        }
        return true;
    }

    /// Tells about a failure and remembers its exit code.
    void fail(Throwable failure) {
        int code = Failures.report(failure, notices);
        exitCode = exitCode == ExitCode.OK ? code : exitCode;
    }

    /// Stops the running answer, if there is one, or the one that is just being prepared; may be called from any
    /// thread.
    void cancel() {
        stopped = true;
        Generation generation = running;
        if (generation != null) {
            generation.cancel();
        }
    }

    /// The exit code of the first failure; 0 if there was none.
    int exitCode() {
        return exitCode;
    }

    /// Names for `/set`.
    Settings settings() {
        return settings;
    }

    private void answer(String message) throws IOException {
        conversation.add(Message.user(message));
        Answer answer = null;
        stopped = false;
        try {
            Generation generation = model.chat(sampling.chat(conversation.messages()));
            running = generation;
            if (stopped) {
                generation.cancel();
            }
            answer = Answer.read(generation, new Answer.Listener() {
                @Override
                public void piece(String text) throws IOException {
                    thoughts.end();
                    out.write(shown.apply(text));
                    out.flush();
                }

                @Override
                public void thought(String text) throws IOException {
                    thoughts.piece(text);
                }
            });
        } finally {
            running = null;
            thoughts.end();
            if (answer == null || answer.text().isEmpty()) {
                conversation.removeLast();
            } else {
                conversation.add(Message.assistant(answer.text(), answer.thoughts(), List.of()));
            }
            out.write('\n');
            out.flush();
        }
        last = answer;
        switch (answer.reason()) {
            case STOP, TOOL_CALLS -> {}
            case LENGTH -> notices.println("(The answer reached its greatest length.)");
            case CANCELLED -> notices.println("(The answer was stopped.)");
        }
        if (!answer.note().isEmpty()) {
            notices.println("(" + answer.note() + ")");
        }
    }

    private boolean command(String line) {
        String[] words = line.strip().split("\\s+", 2);
        String argument = words.length == 2 ? words[1] : "";
        SlashCommand command = SlashCommand.of(words[0])
                .orElseThrow(() -> new RequestException(
                        "There is no command " + words[0] + "; /help lists them, // begins a message with a slash."));
        switch (command) {
            case HELP -> notices.print(SlashCommand.help());
            case RESET -> {
                conversation.reset();
                notices.println("A new conversation.");
            }
            case SAVE ->
                files(() -> {
                    conversation.save(path(argument, command));
                    notices.println("Messages saved: " + conversation.messages().size() + ".");
                });
            case LOAD ->
                files(() -> notices.println("Messages loaded: " + conversation.load(path(argument, command)) + "."));
            case SYSTEM -> {
                conversation.system(argument);
                notices.println(argument.isEmpty() ? "No system message any more." : "A new system message.");
            }
            case THINK -> {
                if (!argument.isEmpty()) {
                    sampling.reasoning(Reasoning.parse(argument));
                }
                notices.println("Reasoning is " + sampling.reasoning().text() + ".");
            }
            case SET -> set(argument);
            case STATS -> notices.println(last == null ? "There is no answer yet." : last.statistics());
            case EXIT -> {
                return false;
            }
        }
        notices.flush();
        return true;
    }

    private void set(String argument) {
        String[] words = argument.split("[\\s=]+", 2);
        if (argument.isEmpty()) {
            notices.print(settings.list());
        } else if (words.length < 2) {
            throw new RequestException("/set needs a name and a value, as in /set temperature 0.5.");
        } else {
            settings.set(words[0], words[1]);
            notices.println(words[0] + " is now " + words[1] + ".");
        }
    }

    private interface FileAction {
        void run() throws IOException;
    }

    /// Failures of the user's files are sentences, unlike those of our own output.
    private void files(FileAction action) {
        try {
            action.run();
        } catch (IOException e) {
            fail(e);
        }
    }

    private static Path path(String argument, SlashCommand command) {
        if (argument.isEmpty()) {
            throw new RequestException(command.word() + " needs the name of a file.");
        }
        try {
            return argument.startsWith("~/")
                    ? Path.of(System.getProperty("user.home"), argument.substring(2))
                    : Path.of(argument);
        } catch (InvalidPathException e) {
            throw new RequestException(argument + " cannot be the name of a file.", e);
        }
    }
}
