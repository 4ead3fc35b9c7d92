package ouverture.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a command reads and writes. Text is UTF-8 whatever the locale.
///
/// @param in standard input
/// @param out standard output, buffered: flush where a reader waits. Unlike [System#out] it throws when the
///     reader is gone or the disk is full
/// @param err standard error: statistics, progress and failures
/// @param inputIsTerminal whether a person types the input
/// @param outputIsTerminal whether a person reads the output
/// @param errorIsTerminal whether a person reads standard error, so that a line of it may be redrawn
record Streams(
        InputStream in,
        Writer out,
        PrintWriter err,
        boolean inputIsTerminal,
        boolean outputIsTerminal,
        boolean errorIsTerminal) {

    /// The streams of this process.
    static Streams ofProcess() {
        return new Streams(
                new FileInputStream(FileDescriptor.in),
                new BufferedWriter(new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), UTF_8)),
                new PrintWriter(new OutputStreamWriter(new FileOutputStream(FileDescriptor.err), UTF_8), true),
                isTerminal(0),
                isTerminal(1),
                isTerminal(2));
    }

    /// The JDK tells only whether input and output both are a terminal; Linux shows where each descriptor leads.
    @SuppressWarnings("SystemConsoleNull") // JDK 25 gives null again where input or output is no terminal
    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        if (Files.isSymbolicLink(link)) {
            try {
                String target = Files.readSymbolicLink(link).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            } catch (IOException e) {
                return false;
            }
        }
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
