package ouverture.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import ouverture.error.RequestException;
import ouverture.error.UnsupportedModelException;
import ouverture.text.harmony.HarmonyVocabulary;

/// What the two harmony commands read.
final class HarmonyInput {
    /// The ranks of tiktoken's `o200k_base`, which jtokkit carries.
    private static final String RANKS = "com/knuddels/jtokkit/o200k_base.tiktoken";

    private HarmonyInput() {}

    /// The vocabulary of the model that was given; without one the vocabulary that gpt-oss was published with.
    static HarmonyVocabulary vocabulary(@Nullable Path model) throws IOException {
        if (model != null) {
            return new HarmonyVocabulary(ModelTokenizer.read(model));
        }
        // Of the class loader, since a class in a module finds resources of its own module only.
        try (InputStream ranks = HarmonyInput.class.getClassLoader().getResourceAsStream(RANKS)) {
            if (ranks == null) {
                throw new UnsupportedModelException(
                        "The vocabulary of gpt-oss is not installed (com.knuddels:jtokkit is"
                                + " missing); name a gpt-oss model after --jsonl.");
            }
            return HarmonyVocabulary.published(ranks);
        }
    }

    /// All of standard input.
    ///
    /// @param model that was given
    /// @throws RequestException if one was, since text needs none, or if a person sits at standard input
    static String text(Streams streams, @Nullable Path model) throws IOException {
        if (model != null) {
            throw new RequestException("MODEL is for the token ids of --jsonl; leave it out, or add --jsonl.");
        }
        if (streams.inputIsTerminal()) {
            throw new RequestException("There is no input; give it on standard input, as in `… < file`.");
        }
        return PromptSource.standardInput(streams.in());
    }
}
