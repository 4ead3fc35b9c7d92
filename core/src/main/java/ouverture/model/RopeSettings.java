package ouverture.model;

import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;
import ouverture.tensor.Rope;

/// How a file's header says that positions are rotated.
public final class RopeSettings {
    private RopeSettings() {}

    /// Plain, linear or YaRN positions with the frequency factors of `rope_freqs.weight` where the file has them.
    ///
    /// @param headSize elements of a head
    /// @throws ModelFileException if the numbers contradict each other
    /// @throws UnsupportedModelException if the file stretches positions in another way
    public static Rope of(Metadata m, Weights w, int headSize) {
        int dimensions = dimensions(m, headSize);
        float base = m.number("rope.freq_base", 10_000);
        float factor = m.number("rope.scaling.factor", 1);
        String scaling = m.string("rope.scaling.type").orElse("none");
        Rope rope = switch (scaling) {
            case "none" -> Rope.plain(dimensions, base);
            case "linear" -> Rope.plain(dimensions, base).slowed(factor);
            case "yarn" ->
                Rope.yarn(
                        dimensions,
                        base,
                        factor,
                        m.integer("rope.scaling.original_context_length", m.integer("context_length")),
                        m.number("rope.scaling.yarn_beta_fast", 32),
                        m.number("rope.scaling.yarn_beta_slow", 1));
            default ->
                throw new UnsupportedModelException(m.file() + " stretches positions by \"" + scaling
                        + "\", which the family " + m.architecture()
                        + " does not know; it knows none, linear and yarn.");
        };
        float[] factors = w.numbers("rope_freqs.weight", dimensions / 2);
        return factors == null ? rope : rope.dividedBy(factors);
    }

    /// The rotated elements of a head: `rope.dimension_count`, or all.
    ///
    /// @throws ModelFileException if the number is odd or larger than a head
    public static int dimensions(Metadata m, int headSize) {
        int dimensions = m.integer("rope.dimension_count", headSize);
        if (dimensions < 2 || dimensions > headSize || dimensions % 2 != 0) {
            throw new ModelFileException(m.file() + ": rope.dimension_count is " + dimensions + " for heads of "
                    + headSize + ": the header is damaged.");
        }
        return dimensions;
    }
}
