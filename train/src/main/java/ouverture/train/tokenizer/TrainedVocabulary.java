package ouverture.train.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.file.Metadata;
import ouverture.text.Tokenizer;

/// A vocabulary of a byte-level byte-pair encoding.
///
/// @param rule the splitting rule, as `tokenizer.ggml.pre` names it
/// @param pieces all tokens by id: the bytes, then the merged pieces in the order of the merges, then control
///     tokens
/// @param merges left and right piece with a space between, the first to be merged first
/// @param controls number of control tokens
public record TrainedVocabulary(String rule, List<String> pieces, List<String> merges, int controls) {
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;

    /// The header's keys, in GGUF's names.
    ///
    /// @param end the control token that ends an answer
    public Map<String, Object> header(String end) {
        int[] types = new int[pieces.size()];
        Arrays.fill(types, NORMAL);
        Arrays.fill(types, pieces.size() - controls, pieces.size(), CONTROL);
        int id = pieces.indexOf(end);
        assert id >= 0 : end;
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("tokenizer.ggml.model", "gpt2");
        header.put("tokenizer.ggml.pre", rule);
        header.put("tokenizer.ggml.tokens", new ArrayList<>(pieces));
        header.put("tokenizer.ggml.token_type", types);
        header.put("tokenizer.ggml.merges", new ArrayList<>(merges));
        header.put("tokenizer.ggml.eos_token_id", (long) id);
        header.put("tokenizer.ggml.add_bos_token", false);
        return header;
    }

    /// The tokenizer that reads it.
    public Tokenizer tokenizer(String end) {
        return Tokenizer.of(new Metadata("the trained vocabulary", header(end)));
    }
}
