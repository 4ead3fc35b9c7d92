package ouverture.model;

import java.util.List;
import ouverture.file.LowRankUpdate;

/// Adapters that work together: what all of them change is added up.
///
/// @param parts in no order that matters; without any the model is as it is
public record Adapters(List<Part> parts) {
    /// The model as it is.
    public static final Adapters NONE = new Adapters(List.of());

    public Adapters {
        parts = List.copyOf(parts);
    }

    /// An adapter at work.
    ///
    /// @param scale on all that it changes
    public record Part(AdapterWeights weights, float scale) {}

    /// One adapter as it was trained.
    public static Adapters of(AdapterWeights weights) {
        return new Adapters(List.of(new Part(weights, 1)));
    }

    /// What they change of a weight.
    ///
    /// @param weight its name in GGUF
    /// @return the changes, with the scales of their adapters in theirs
    public List<LowRankUpdate> changes(String weight) {
        return parts.stream()
                .flatMap(part -> part.weights.update(weight).stream()
                        .map(update -> new LowRankUpdate(
                                update.name(), update.down(), update.up(), update.scale() * part.scale)))
                .toList();
    }

    /// The same but for what they change of a weight.
    ///
    /// @param weight its name in GGUF
    public Adapters without(String weight) {
        return new Adapters(parts.stream()
                .map(part -> new Part(part.weights.without(weight), part.scale))
                .toList());
    }

    public boolean isEmpty() {
        return parts.isEmpty();
    }

    /// Equal for equal adapters, without keeping their memory.
    public Object key() {
        return parts.stream()
                .map(part -> new Key(part.weights.identity(), part.scale))
                .toList();
    }

    private record Key(Object weights, float scale) {}
}
