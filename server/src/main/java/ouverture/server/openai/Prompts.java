package ouverture.server.openai;

import java.util.List;
import ouverture.CompletionRequest.Prompt;
import ouverture.server.field.JsonType;
import ouverture.server.field.JsonTypes;

/// Texts that are taken as they are, as strings or as token ids.
final class Prompts {
    private static final JsonType<Prompt> TEXT = JsonTypes.text().as(Prompt.Text::new);
    private static final JsonType<Prompt> IDS = JsonTypes.list(
                    "token ids", JsonTypes.integer(0, Integer.MAX_VALUE), 1, Integer.MAX_VALUE)
            .as(Prompt.Tokens::new);

    private Prompts() {}

    /// One text, or several.
    ///
    /// @param most texts at most
    static JsonType<List<Prompt>> upTo(int most) {
        return JsonTypes.either(
                JsonTypes.either(TEXT.as(List::of), IDS.as(List::of)),
                JsonTypes.list("such", JsonTypes.either(TEXT, IDS), 1, most));
    }
}
