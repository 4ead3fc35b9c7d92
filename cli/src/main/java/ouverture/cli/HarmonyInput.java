package ouverture.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.text.harmony.HarmonyVocabulary;

/// What the two harmony commands read.
final class HarmonyInput {
    private HarmonyInput() {}

    /// The vocabulary of the model that was given, or null.
    ///
    /// @throws RequestException if a model was given that nothing needs
    static @Nullable HarmonyVocabulary vocabulary(@Nullable Path model, boolean jsonLines) {
        if (model != null && !jsonLines) {
            throw new RequestException("MODEL is for the token ids of --jsonl; leave it out, or add --jsonl.");
        }
        return model == null ? null : new HarmonyVocabulary(ModelTokenizer.read(model));
    }

    /// All of standard input.
    ///
    /// @throws RequestException if a person sits there
    static String text(Streams streams) throws IOException {
        if (streams.inputIsTerminal()) {
            throw new RequestException("There is no input; give it on standard input, as in `… < file`.");
        }
        return PromptSource.standardInput(streams.in());
    }
}
