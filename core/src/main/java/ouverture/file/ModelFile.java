package ouverture.file;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.Tensor;

/// An open model: its header and its tensors, mapped into memory until it is closed. Names are GGUF's, whatever
/// the file; each tensor was checked to lie inside its file.
public sealed interface ModelFile extends AutoCloseable permits GgufFile, SafetensorsFolder {
    /// Stands for the model that comes with Ouverture; `./default` is a file or folder of that name.
    Path BUILT_IN = Path.of("default");

    /// Opens a GGUF file (the first part, if it is split), a folder with safetensors, or the model that comes with
    /// Ouverture, which is read into memory.
    ///
    /// @param path [#BUILT_IN] for the latter
    /// @throws ModelFileException if it is missing, unreadable, truncated or damaged
    /// @throws UnsupportedModelException if it is sound but of a kind that this build cannot read
    static ModelFile open(Path path) {
        return ModelFiles.open(path);
    }

    /// What was opened.
    Path path();

    /// The header, in GGUF's keys.
    Metadata metadata();

    /// The same header as a GGUF file has it.
    Map<String, GgufValue> ggufValues();

    /// Bytes of the files that hold the weights.
    long fileBytes();

    /// The files that hold the weights; none where they lie in memory only.
    List<Path> weightFiles();

    /// Tensors by GGUF's names, in the file's order.
    Map<String, Tensor> tensors();

    /// The tokenizer in Hugging Face's format that lies beside the weights, where there is one.
    Optional<Path> tokenizerJson();

    /// Unmaps the file: its tensors may not be read any more.
    @Override
    void close();
}
