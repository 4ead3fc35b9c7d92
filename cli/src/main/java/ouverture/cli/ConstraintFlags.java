package ouverture.cli;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ouverture.constrain.Constraint;
import ouverture.error.RequestException;
import picocli.CommandLine.Option;

/// The form that answers are held to.
final class ConstraintFlags {
    @Option(
            names = "--json-schema",
            paramLabel = "SCHEMA",
            description = "Answers in JSON that fits this JSON Schema, a file or its text; {} is any JSON.")
    private @Nullable String schema;

    @Option(
            names = "--regex",
            paramLabel = "EXPRESSION",
            description = "Answers with a text that this regular expression of ECMAScript fits as a whole.")
    private @Nullable String regex;

    @Option(
            names = "--choice",
            paramLabel = "TEXT",
            description = "Answers with this text, or with another --choice; may be repeated.")
    private List<String> choices = new ArrayList<>();

    @Option(
            names = "--grammar",
            paramLabel = "FILE",
            description = "Answers with a text of the grammar in this file, in llama.cpp's notation (GBNF).")
    private @Nullable Path grammar;

    /// What the flags say.
    ///
    /// @throws RequestException if they exclude each other
    /// @throws IOException if a file cannot be read
    Optional<Constraint> constraint() throws IOException {
        List<Constraint> constraints = new ArrayList<>();
        if (schema != null) {
            constraints.add(new Constraint.JsonSchema(schema(schema)));
        }
        if (regex != null) {
            constraints.add(new Constraint.Regex(regex));
        }
        if (!choices.isEmpty()) {
            constraints.add(new Constraint.Choice(choices));
        }
        if (grammar != null) {
            constraints.add(new Constraint.Gbnf(PromptSource.file(grammar)));
        }
        if (constraints.size() > 1) {
            throw new RequestException(
                    "--json-schema, --regex, --choice and --grammar exclude each other; use one of them.");
        }
        return constraints.stream().findFirst();
    }

    /// A schema's text. No file that somebody would name begins as JSON does.
    private static String schema(String given) throws IOException {
        String begun = given.strip();
        if (begun.startsWith("{") || begun.equals("true") || begun.equals("false")) {
            return given;
        }
        try {
            return PromptSource.file(Path.of(given));
        } catch (InvalidPathException e) {
            throw new RequestException(given + " is neither a JSON Schema nor the name of a file.", e);
        }
    }
}
