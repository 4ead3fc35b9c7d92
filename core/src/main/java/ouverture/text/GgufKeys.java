package ouverture.text;

import java.util.List;
import java.util.Map;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.GgufFile;
import ouverture.file.ModelFile;
import ouverture.file.SafetensorsFolder;
import ouverture.tensor.Tensor;

/// The tokenizer that a model needs in its header when it is written as one GGUF file.
///
/// @param values keys `tokenizer.ggml.*` with values as [ouverture.file.Metadata] has them, for the header to add
/// @param notes sentences about what the file will lack; mostly none
public record GgufKeys(Map<String, Object> values, List<String> notes) {
    private static final Map<String, Object> NO_TOKENIZER = Map.of("tokenizer.ggml.model", "none");

    /// The keys that a model's header lacks: none for a GGUF file; for a folder those of its `tokenizer.json`.
    ///
    /// @throws ModelFileException if that is damaged
    /// @throws UnsupportedModelException if a GGUF header has no words for what it does
    public static GgufKeys of(ModelFile model) {
        return switch (model) {
            case GgufFile _ -> new GgufKeys(Map.of(), List.of());
            case SafetensorsFolder folder ->
                folder.tokenizerJson()
                        .map(json -> GgufKeysOfJson.of(json, folder.metadata(), embeddings(folder)))
                        .orElseGet(() -> new GgufKeys(
                                NO_TOKENIZER,
                                List.of("there is no tokenizer.json in " + folder.path()
                                        + ", so the new file has no tokenizer either.")));
        };
    }

    private static int embeddings(ModelFile model) {
        Tensor table = model.tensors().get(Tokenizer.EMBEDDING);
        return table == null ? Integer.MAX_VALUE : table.rows();
    }

    /// The keys of a file without tokenizer, or with the one that is in the header already.
    public static GgufKeys none(ModelFile model) {
        return new GgufKeys(model instanceof GgufFile ? Map.of() : NO_TOKENIZER, List.of());
    }
}
