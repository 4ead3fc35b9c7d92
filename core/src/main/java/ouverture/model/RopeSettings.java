package ouverture.model;

import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;
import ouverture.tensor.Rope;

/// How a file's header says that positions are rotated.
public final class RopeSettings {
    private RopeSettings() {}

    /// Plain, linear or YaRN positions with the frequency factors of `rope_freqs.weight` where the file has them.
    /// One key is not GGUF's: `rope.scaling.yarn_truncate`, false where YaRN's range is not rounded.
    ///
    /// @param headSize elements of a head
    /// @throws ModelFileException if the numbers contradict each other
    /// @throws UnsupportedModelException if the file stretches positions in another way
    public static Rope of(Metadata m, Weights w, int headSize) {
        int dimensions = dimensions(m, headSize);
        float base = positive(m, "rope.freq_base", 10_000);
        float factor = positive(m, "rope.scaling.factor", 1);
        // a factor without a rule is a linear one
        String scaling = m.string("rope.scaling.type").orElse("linear");
        Rope rope = switch (scaling) {
            case "none", "longrope" -> Rope.plain(dimensions, base);
            case "linear" -> Rope.plain(dimensions, base).slowed(factor);
            case "yarn" ->
                Rope.yarn(
                        dimensions,
                        base,
                        factor,
                        trainedContext(m),
                        positive(m, "rope.scaling.yarn_beta_fast", 32),
                        positive(m, "rope.scaling.yarn_beta_slow", 1),
                        m.flag("rope.scaling.yarn_truncate", true));
            default ->
                throw new UnsupportedModelException(m.file() + " stretches positions by \"" + scaling
                        + "\", which the family " + m.architecture()
                        + " does not know; it knows none, linear, yarn and longrope.");
        };
        float[] factors = w.numbers("rope_freqs.weight", dimensions / 2);
        return (factors == null ? rope : rope.dividedBy(factors)).magnified(positive(m, "rope.scaling.attn_factor", 1));
    }

    /// Positions that the network was first trained on, before they were stretched.
    ///
    /// @throws ModelFileException if the number is not positive
    public static int trainedContext(Metadata m) {
        int context = m.integer("rope.scaling.original_context_length", 0);
        int trained = context == 0 ? m.integer("context_length") : context;
        if (trained < 1) {
            throw new ModelFileException(
                    m.file() + " was trained on contexts of " + trained + " tokens: the header is damaged.");
        }
        return trained;
    }

    private static float positive(Metadata m, String key, float otherwise) {
        float number = m.number(key, otherwise);
        if (!(number > 0 && number < Float.POSITIVE_INFINITY)) {
            throw new ModelFileException(m.file() + ": " + key + " is " + number
                    + " and should be a positive number: the header is damaged.");
        }
        return number;
    }

    /// Plain positions of layers that attend within a sliding window and have a base of their own,
    /// `rope.freq_base_swa`, 10 000 where the file has none.
    ///
    /// @throws ModelFileException if the number of rotated elements is odd or larger than a head
    public static Rope local(Metadata m, int headSize) {
        int dimensions = m.integer("rope.dimension_count_swa", m.integer("rope.dimension_count", headSize));
        return Rope.plain(checked(m, dimensions, headSize), positive(m, "rope.freq_base_swa", 10_000));
    }

    /// As [#of], with frequency factors that must be there: they say which pairs are rotated at all.
    ///
    /// @throws ModelFileException if the factors are missing or the numbers contradict each other
    public static Rope proportional(Metadata m, Weights w, int headSize) {
        w.vector("rope_freqs.weight", dimensions(m, headSize) / 2);
        return of(m, w, headSize);
    }

    /// The rotated elements of a head: `rope.dimension_count`, or all.
    ///
    /// @throws ModelFileException if the number is odd or larger than a head
    public static int dimensions(Metadata m, int headSize) {
        return checked(m, m.integer("rope.dimension_count", headSize), headSize);
    }

    private static int checked(Metadata m, int dimensions, int headSize) {
        if (dimensions < 2 || dimensions > headSize || dimensions % 2 != 0) {
            throw new ModelFileException(m.file() + " rotates " + dimensions + " elements of heads of " + headSize
                    + ": the header is damaged.");
        }
        return dimensions;
    }
}
