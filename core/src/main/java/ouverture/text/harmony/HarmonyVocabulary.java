package ouverture.text.harmony;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.error.UnsupportedModelException;
import ouverture.text.Tokenizer;

/// A tokenizer whose vocabulary has the format's control tokens. Immutable and safe for use by many threads.
public final class HarmonyVocabulary {
    private final Tokenizer tokenizer;
    private final Map<HarmonyControl, Integer> ids = new EnumMap<>(HarmonyControl.class);
    private final Map<Integer, HarmonyControl> controls = new HashMap<>();

    /// @throws UnsupportedModelException if the vocabulary lacks one of the control tokens
    public HarmonyVocabulary(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        for (HarmonyControl control : HarmonyControl.values()) {
            int id = tokenizer
                    .id(control.text())
                    .orElseThrow(() -> new UnsupportedModelException("The model does not know the harmony format: its "
                            + "vocabulary has no " + control.text() + "; take a gpt-oss model."));
            ids.put(control, id);
            controls.put(id, control);
        }
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /// The token id of a control token.
    public int id(HarmonyControl control) {
        return ids.getOrDefault(control, -1);
    }

    /// The control token with this id, if it is one of the format's.
    public Optional<HarmonyControl> control(int id) {
        return Optional.ofNullable(controls.get(id));
    }

    /// Ids that end a message.
    public List<Integer> stopTokens() {
        return List.of(id(HarmonyControl.CALL), id(HarmonyControl.END), id(HarmonyControl.RETURN));
    }

    /// Ids at which sampling stops: the turn is over, or a tool's result is waited for.
    public List<Integer> stopTokensForAssistantActions() {
        return List.of(id(HarmonyControl.RETURN), id(HarmonyControl.CALL));
    }
}
