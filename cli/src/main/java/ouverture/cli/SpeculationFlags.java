package ouverture.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ouverture.Speculation;
import ouverture.error.RequestException;
import picocli.CommandLine.Option;

/// How tokens are guessed before the model says them.
final class SpeculationFlags {
    private enum Kind {
        OFF,
        NGRAM
    }

    @Option(
            names = "--speculate",
            paramLabel = "HOW",
            description = "Guesses tokens that a pass then checks together: ngram, by what followed earlier in prompt"
                    + " and answer, or off. Changes the speed, no answer (default: ngram).")
    private @Nullable Kind kind;

    @Option(
            names = "--draft",
            paramLabel = "MODEL",
            description = "Guesses by this smaller model, of the same vocabulary, instead.")
    private @Nullable Path draft;

    /// What the flags say.
    ///
    /// @throws RequestException if they exclude each other
    Speculation speculation() {
        if (draft != null && kind != null) {
            throw new RequestException("--draft guesses in its own way; leave --speculate out.");
        }
        if (draft != null) {
            return new Speculation.DraftModel(draft);
        }
        return kind == Kind.OFF ? Speculation.OFF : Speculation.NGRAM;
    }
}
