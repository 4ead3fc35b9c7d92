package ouverture.model;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ouverture.error.UnsupportedModelException;
import ouverture.file.AdapterFile;
import ouverture.file.LowRankUpdate;
import ouverture.tensor.Tensor;

/// An adapter's changes by where the weights that they change lie: a family may use rows of a weight, or one of
/// its planes. The adapter's own memory lives as long as this does.
public final class AdapterWeights {
    /// @param base the whole weight
    private record Bound(Tensor base, LowRankUpdate update) {}

    private final String name;
    private final Object identity = new Object();
    private final NavigableMap<Long, Bound> byAddress = new TreeMap<>();

    /// Binds changes to a model's weights.
    ///
    /// @param name of the adapter, for messages
    /// @param updates that fit the weights
    /// @param weights of the model by name, where it uses them
    public AdapterWeights(String name, List<LowRankUpdate> updates, Map<String, Tensor> weights) {
        this.name = name;
        for (LowRankUpdate update : updates) {
            Tensor base = weights.get(update.name());
            if (base == null) {
                throw new IllegalArgumentException(update.name() + " is no weight of the model");
            }
            byAddress.put(base.data().address(), new Bound(base, update));
        }
    }

    /// Binds an adapter to a model. What it changes of weights that the model does not use has no effect.
    ///
    /// @param file read for this model
    /// @param weights of the model by name, where it uses them
    /// @throws UnsupportedModelException if it changes a weight that the model does not multiply with as it is
    public static AdapterWeights of(AdapterFile file, Map<String, Tensor> weights, Model model) {
        AdapterWeights adapter = new AdapterWeights(file.name(), file.updates(), weights);
        MultipliedWeights used = MultipliedWeights.of(model);
        for (Bound bound : adapter.byAddress.values()) {
            LowRankUpdate update = bound.update;
            boolean lookedUp = used.tables().contains(bound.base.data().address());
            if (used.byHead().contains(update.name()) || lookedUp && !update.isEmbedding()) {
                throw new UnsupportedModelException(file.name() + " changes " + update.name()
                        + ", which this model does not use as one matrix: merge the adapter into the model (on the"
                        + " command line: adapter merge).");
            }
        }
        return adapter;
    }

    /// The weights that a model multiplies with as they are, so that an adapter can change them.
    ///
    /// @param weights of the model by name, where it uses them
    /// @return their names, in the order of the map
    public static List<String> adaptable(Model model, Map<String, Tensor> weights) {
        Set<Long> factors = MultipliedWeights.of(model).factors();
        return weights.entrySet().stream()
                .filter(entry -> factors.stream().anyMatch(address -> offset(entry.getValue(), address) >= 0))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Its name, for messages.
    public String name() {
        return name;
    }

    /// Its change of a weight.
    Optional<LowRankUpdate> update(String weight) {
        return byAddress.values().stream()
                .map(Bound::update)
                .filter(update -> update.name().equals(weight))
                .findFirst();
    }

    /// The same but for its change of a weight.
    AdapterWeights without(String weight) {
        AdapterWeights rest = new AdapterWeights(name, List.of(), Map.of());
        byAddress.forEach((address, bound) -> {
            if (!bound.update.name().equals(weight)) {
                rest.byAddress.put(address, bound);
            }
        });
        return rest;
    }

    /// Stands for this without keeping its memory.
    Object identity() {
        return identity;
    }

    private static long offset(Tensor base, long address) {
        long offset = address - base.data().address();
        return offset >= 0 && offset < base.bytes() ? offset : -1;
    }

    private @Nullable Bound find(Tensor weight, boolean isEmbedding) {
        Map.Entry<Long, Bound> floor = byAddress.floorEntry(weight.data().address());
        if (floor == null) {
            return null;
        }
        Bound bound = floor.getValue();
        boolean found = offset(bound.base, weight.data().address()) >= 0 && bound.update.isEmbedding() == isEmbedding;
        return found ? bound : null;
    }

    /// The change of a table's rows, null if there is none.
    @Nullable
    LowRankUpdate ofTable(Tensor table) {
        Bound bound = find(table, true);
        return bound == null ? null : bound.update;
    }

    /// The change of a weight, of some of its rows or of one of its planes; null if there is none.
    @Nullable
    LowRankUpdate ofFactor(Tensor weight) {
        Bound bound = find(weight, false);
        if (bound == null) {
            return null;
        }
        LowRankUpdate update = bound.update;
        if (weight.bytes() == bound.base.bytes()) {
            return update;
        }
        long row = offset(bound.base, weight.data().address()) / bound.base.rowBytes();
        int plane = Math.toIntExact(row / bound.base.rows());
        int first = Math.toIntExact(row % bound.base.rows());
        return new LowRankUpdate(
                update.name(),
                update.down().plane(plane),
                update.up().plane(plane).rows(first, weight.rows()),
                update.scale());
    }
}
