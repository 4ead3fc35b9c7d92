package ouverture.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;
import ouverture.error.OverloadedException;
import ouverture.error.PromptTooLongException;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;
import ouverture.error.TemplateException;
import ouverture.error.TrainingException;
import ouverture.error.UnsupportedModelException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The one place where failures become a line on standard error and an exit code.
final class Failures {
    private Failures() {}

    /// Writes `ouverture: ` and one sentence, and the stack trace if the environment has `OUVERTURE_DEBUG=1`.
    ///
    /// @return the exit code that belongs to the failure
    static int report(Throwable failure, PrintWriter err) {
        if (isReaderGone(failure)) {
            return ExitCode.OK;
        }
        err.println("ouverture: " + sentence(failure));
        if ("1".equals(System.getenv("OUVERTURE_DEBUG"))) {
            failure.printStackTrace(err);
        }
        err.flush();
        return exitCode(failure);
    }

    /// What is wrong and what to do about it, in one sentence on one line.
    static String sentence(Throwable failure) {
        String sentence = switch (failure) {
            case OuvertureException e -> message(e);
            case ParameterException e -> usage(e);
            case UncheckedIOException e -> sentence(cause(e));
            case NoSuchFileException e -> "There is no file " + e.getFile() + "; check the path.";
            case AccessDeniedException e -> "The file " + e.getFile() + " may not be opened; check its permissions.";
            case FileSystemException e -> "The file " + e.getFile() + " cannot be used: " + reason(e) + ".";
            case IOException e -> "Reading or writing failed: " + message(e) + ".";
            case OutOfMemoryError e ->
                "There is too little memory (" + message(e)
                        + "); give Java more with OUVERTURE_JAVA_OPTS=-Xmx8g, or take a smaller --context.";
            default ->
                "Unexpected " + failure.getClass().getSimpleName() + ": " + message(failure)
                        + " (a mistake in Ouverture; OUVERTURE_DEBUG=1 shows where, for a report)";
        };
        return Printable.line(sentence.replaceAll("\\s*\\R\\s*", " "));
    }

    /// The exit code that belongs to a failure.
    static int exitCode(Throwable failure) {
        return switch (failure) {
            case OuvertureException e ->
                switch (e) {
                    case ModelFileException _, UnsupportedModelException _, TemplateException _ -> ExitCode.MODEL;
                    case RequestException _ -> ExitCode.USAGE;
                    case PromptTooLongException _ -> ExitCode.PROMPT_TOO_LONG;
                    case ResourceException _, OverloadedException _ -> ExitCode.MACHINE;
                    case TrainingException _ -> ExitCode.TRAINING;
                };
            case ParameterException _ -> ExitCode.USAGE;
            case IOException _, UncheckedIOException _, OutOfMemoryError _ -> ExitCode.MACHINE;
            default -> ExitCode.FAILED;
        };
    }

    /// Whether the program that reads our output has ended, as `head` does: no failure of ours.
    private static boolean isReaderGone(Throwable failure) {
        return switch (failure) {
            case UncheckedIOException e -> isReaderGone(cause(e));
            case IOException e -> {
                String message = message(e);
                yield message.contains("Broken pipe") || message.contains("The pipe is being closed");
            }
            default -> false;
        };
    }

    private static String usage(ParameterException failure) {
        String help = "see `" + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help`.";
        if (failure instanceof UnmatchedArgumentException unmatched) {
            // The words after the first unknown one may be its values.
            String unknown = unmatched.getUnmatched().getFirst();
            List<String> suggestions = unmatched.getSuggestions();
            String guess = suggestions.isEmpty() ? "" : " (did you mean " + String.join(" or ", suggestions) + "?)";
            return "Unknown " + (unknown.startsWith("-") ? "option " : "argument ") + unknown + guess + "; " + help;
        }
        String message = message(failure);
        return (message.endsWith(".") ? message.substring(0, message.length() - 1) : message) + "; " + help;
    }

    private static Throwable cause(UncheckedIOException failure) {
        Throwable cause = failure.getCause();
        return cause == null ? failure : cause;
    }

    /// What the system says, or the name of the exception where that says it all (`FileAlreadyExistsException`).
    private static String reason(FileSystemException failure) {
        String reason = failure.getReason();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? "no message" : message;
    }
}
