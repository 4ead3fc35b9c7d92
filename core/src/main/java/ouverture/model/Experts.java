package ouverture.model;

import ouverture.error.ModelFileException;
import ouverture.file.Metadata;

/// Sizes of a mixture of experts.
///
/// @param count number of experts
/// @param active experts that a token goes to, at most `count`
/// @param hidden columns between an expert's matrices
public record Experts(int count, int active, int hidden) {
    /// What a file's header says.
    ///
    /// @param hidden columns between an expert's matrices, by the rule of the family
    /// @throws ModelFileException if the numbers contradict each other
    public static Experts of(Metadata metadata, int hidden) {
        int count = metadata.integer("expert_count");
        int active = metadata.integer("expert_used_count");
        if (active < 1 || active > count || hidden < 1) {
            throw new ModelFileException(metadata.file() + " sends each token to " + active + " of " + count
                    + " experts of " + hidden + " columns: the header is damaged.");
        }
        return new Experts(count, active, hidden);
    }
}
