package ouverture.file;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ouverture.error.ModelFileException;

/// An adapter (LoRA, arXiv 2106.09685), read for the model that it changes and checked against it. Its numbers
/// are copies, so that the file may go.
///
/// @param name of the file or folder, for messages
/// @param updates of different weights, at least one
public record AdapterFile(String name, List<LowRankUpdate> updates) {
    public AdapterFile {
        updates = List.copyOf(updates);
    }

    /// The GGUF file in a folder that also may hold PEFT's form.
    public static final String GGUF = "adapter.gguf";

    /// Reads an adapter: a GGUF file, or a folder of the PEFT library with `adapter_config.json` and
    /// `adapter_model.safetensors`, or one of these two files, or a folder with an `adapter.gguf`.
    ///
    /// @param base the model that it is for
    /// @throws ModelFileException if it is missing, damaged, or made for another model
    /// @throws ouverture.error.UnsupportedModelException if it is of a kind that this version cannot apply
    /// @throws ouverture.error.ResourceException if there is no memory for it
    public static AdapterFile read(Path path, ModelFile base) {
        AdapterFile adapter = readUnchecked(path, base);
        Set<String> names = new HashSet<>();
        for (LowRankUpdate update : adapter.updates) {
            update.check(adapter.name, base);
            Json.expect(names.add(update.name()), adapter.name, "it changes " + update.name() + " twice");
        }
        if (adapter.updates.isEmpty()) {
            throw new ModelFileException(adapter.name + " holds no change of any weight: it is incomplete.");
        }
        return adapter;
    }

    private static AdapterFile readUnchecked(Path path, ModelFile base) {
        String name = ModelFiles.fileName(path);
        if (Files.isDirectory(path)) {
            Path gguf = path.resolve(GGUF);
            return Files.exists(gguf) ? GgufAdapter.read(gguf, base) : PeftFolder.read(path, base);
        }
        boolean part = name.equals(PeftFolder.CONFIG) || name.equals(PeftFolder.WEIGHTS);
        return part ? PeftFolder.read(path.toAbsolutePath().resolveSibling(""), base) : GgufAdapter.read(path, base);
    }

    /// Writes the adapter as a GGUF file.
    ///
    /// @param base the model that it is for
    /// @throws ouverture.error.ResourceException if it cannot be written; an old file is then as it was
    public void writeGguf(Path path, ModelFile base) {
        GgufAdapter.write(path, this, base.metadata());
    }

    /// Writes the adapter as a folder of the PEFT library.
    ///
    /// @param base the model that it is for
    /// @throws ouverture.error.UnsupportedModelException if PEFT has no name for a weight that it changes
    /// @throws ouverture.error.ResourceException if it cannot be written
    public void writePeft(Path folder, ModelFile base) {
        PeftWriter.write(folder, this, base);
    }

    /// Numbers in all matrices.
    public long parameters() {
        return updates.stream()
                .mapToLong(update -> update.down().size() + update.up().size())
                .sum();
    }
}
