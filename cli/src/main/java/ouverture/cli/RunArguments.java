package ouverture.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import ouverture.DefaultModel;
import ouverture.error.ModelFileException;

/// What the arguments of `run` mean: with two, the first is the model; with one, it is the model if it is a file
/// or folder that is there, and otherwise the prompt.
///
/// @param prompt as it was given, if it was
record RunArguments(Path model, @Nullable String prompt) {
    /// A model's file, or a path that begins with a letter, a dot, a slash or a tilde: `12/4` is none.
    private static final Pattern PATH =
            Pattern.compile("(?i)\\S+\\.(gguf|safetensors)|(?=[\\p{L}./\\\\~_])\\S*[/\\\\]\\S*");

    /// Reads them.
    ///
    /// @throws ModelFileException if the only one looks like the path of a model that is not there
    static RunArguments of(@Nullable String first, @Nullable String second) {
        if (first == null) {
            return new RunArguments(DefaultModel.PATH, null);
        }
        if (second != null || isThere(first)) {
            return new RunArguments(Path.of(first), second);
        }
        if (PATH.matcher(first).matches()) {
            throw new ModelFileException("There is no model " + first
                    + "; if that is a prompt for the default model, write: ouverture run default \"" + first + "\"");
        }
        return new RunArguments(DefaultModel.PATH, first);
    }

    private static boolean isThere(String argument) {
        try {
            return argument.equals(DefaultModel.NAME) || Files.exists(Path.of(argument));
        } catch (InvalidPathException _) {
            return false;
        }
    }
}
