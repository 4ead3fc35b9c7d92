package ouverture.text.harmony;

import java.io.IOException;
import java.io.InputStream;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.text.TiktokenEncoding;
import ouverture.text.Tokenizer;

/// A tokenizer whose vocabulary has the format's control tokens. Immutable and safe for use by many threads.
public final class HarmonyVocabulary {
    /// Published ids of the control tokens that are not reserved.
    private static final Map<Integer, String> PUBLISHED = Map.of(
            199_998, "<|startoftext|>",
            199_999, "<|endoftext|>",
            200_002, HarmonyControl.RETURN.text(),
            200_003, HarmonyControl.CONSTRAIN.text(),
            200_005, HarmonyControl.CHANNEL.text(),
            200_006, HarmonyControl.START.text(),
            200_007, HarmonyControl.END.text(),
            200_008, HarmonyControl.MESSAGE.text(),
            200_012, HarmonyControl.CALL.text());

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

    /// The vocabulary that gpt-oss was published with (`o200k_harmony`), made from the ranks of tiktoken's
    /// `o200k_base`. Control tokens as in the reference library, up to its last reserved id.
    ///
    /// @param o200kBase the file `o200k_base.tiktoken`; read to its end and left open
    /// @throws ModelFileException if it is damaged or another file
    public static HarmonyVocabulary published(InputStream o200kBase) throws IOException {
        Map<Integer, String> controls = new HashMap<>();
        for (int id = 199_998; id <= 201_088; id++) {
            controls.put(id, PUBLISHED.getOrDefault(id, "<|reserved_" + id + "|>"));
        }
        var encoding = new TiktokenEncoding("o200k_base.tiktoken", "gpt-4o", controls, 199_998, 200_002);
        return new HarmonyVocabulary(Tokenizer.ofTiktoken(o200kBase, encoding));
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
