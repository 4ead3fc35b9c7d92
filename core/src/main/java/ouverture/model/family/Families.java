package ouverture.model.family;

import java.util.List;
import java.util.stream.Collectors;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.model.Family;
import ouverture.model.Model;
import ouverture.model.Weights;

/// The one list of model families.
public final class Families {
    /// Every family that this build can run.
    public static final List<Family> ALL = List.of(
            Gpt2.FAMILY,
            Llama.FAMILY,
            DeepSeek.FAMILY,
            GptOss.FAMILY,
            Qwen.QWEN2,
            Qwen.QWEN3,
            Qwen.QWEN3_MIXTURE,
            Phi3.FAMILY,
            Gemma.FAMILY,
            Gemma2.FAMILY,
            Gemma3.FAMILY,
            Gemma3n.FAMILY,
            Gemma4.FAMILY);

    private Families() {}

    /// The family of a file.
    ///
    /// @throws UnsupportedModelException if the file's architecture is none of [#ALL]
    public static Family of(Metadata metadata) {
        for (Family family : ALL) {
            if (family.name().equals(metadata.architecture())) {
                return family;
            }
        }
        String known = ALL.stream().map(Family::name).collect(Collectors.joining(", "));
        throw new UnsupportedModelException(metadata.file() + " is of architecture \"" + metadata.architecture()
                + "\", which this version does not run; it runs: " + known + ".");
    }

    /// Builds the network of an open file.
    ///
    /// @param context tokens that a sequence may have
    /// @throws UnsupportedModelException if the file's architecture is none of [#ALL]
    /// @throws ouverture.error.ModelFileException if a part of the network is missing or has a wrong shape
    public static Model load(ModelFile file, int context) {
        return of(file.metadata()).loader().load(file.metadata(), new Weights(file), context);
    }
}
