package ouverture.model;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import ouverture.file.MappedPages;
import ouverture.tensor.Tensor;

/// Keeps the experts that tokens go to most often in memory, up to a budget, and leaves the others in the mapped
/// file: for mixtures larger than memory, where the system's own choice, the pages read last, would drop hot
/// experts for cold ones.
///
/// Every step, an expert's score grows by the tokens that chose it; scores fade by half every [#HALF_LIFE]
/// steps. The chosen experts' pages are fetched at once, before their matrices are read one by one. Afterwards
/// the experts of least score are dropped until the others fit the budget, so that the peak is the budget and
/// what one layer's step needs. Where the system takes no advice only the accounting is left. Not thread-safe:
/// one step at a time.
public final class ExpertResidency {
    /// Steps after which a choice counts half.
    static final int HALF_LIFE = 256;

    private static final double GROWTH = Math.pow(2, 1.0 / HALF_LIFE);
    private static final double LARGEST_SCORE = 1e200;

    private final long budget;
    private final Optional<MappedPages> pages;
    private final IdentityHashMap<GatedMlp, Layer> layers = new IdentityHashMap<>();
    private double weight = 1;
    private long residentBytes;

    /// The experts of one mixture.
    private static final class Layer {
        private final List<Tensor> weights;
        private final double[] scores;
        private final BitSet resident = new BitSet();
        private final long expertBytes;

        private Layer(GatedMlp experts) {
            weights = Stream.of(experts.gate(), experts.up(), experts.down())
                    .filter(Objects::nonNull)
                    .map(Linear::weight)
                    .toList();
            scores = new double[weights.getFirst().planes()];
            expertBytes = weights.stream().mapToLong(Tensor::bytes).sum() / scores.length;
        }
    }

    /// One expert that is in memory.
    private record Resident(Layer layer, int expert, double score) {}

    /// @param budget bytes that experts may take between steps
    /// @param pages how the system takes advice, if it does
    public ExpertResidency(long budget, Optional<MappedPages> pages) {
        this.budget = budget;
        this.pages = pages;
    }

    /// Bytes of the experts that are kept now.
    public long residentBytes() {
        return residentBytes;
    }

    /// Begins a step: earlier choices count a little less.
    void step() {
        weight *= GROWTH;
        if (weight > LARGEST_SCORE) {
            for (Layer layer : layers.values()) {
                for (int e = 0; e < layer.scores.length; e++) {
                    layer.scores[e] /= weight;
                }
            }
            weight = 1;
        }
    }

    /// Fetches the experts that are read next.
    ///
    /// @param chosen I32, the experts of every token
    void fetch(GatedMlp experts, Tensor chosen) {
        Layer layer = layers.computeIfAbsent(experts, this::layer);
        BitSet missing = new BitSet();
        for (int expert : chosen.integers()) {
            layer.scores[expert] += weight;
            missing.set(expert);
        }
        missing.andNot(layer.resident);
        missing.stream().forEach(expert -> {
            pages.ifPresent(system -> layer.weights.forEach(
                    weights -> system.fetch(weights.plane(expert).data())));
            layer.resident.set(expert);
            residentBytes += layer.expertBytes;
        });
    }

    private Layer layer(GatedMlp experts) {
        Layer layer = new Layer(experts);
        pages.ifPresent(system -> layer.weights.forEach(weights -> system.random(weights.data())));
        return layer;
    }

    /// Drops what is over the budget, the least wanted first.
    void trim() {
        if (residentBytes <= budget) {
            return;
        }
        List<Resident> all = new ArrayList<>();
        for (Layer layer : layers.values()) {
            layer.resident.stream().forEach(e -> all.add(new Resident(layer, e, layer.scores[e])));
        }
        all.sort(Comparator.comparingDouble(Resident::score));
        for (Resident coldest : all) {
            if (residentBytes <= budget) {
                return;
            }
            Layer layer = coldest.layer;
            layer.resident.clear(coldest.expert);
            residentBytes -= layer.expertBytes;
            pages.ifPresent(system -> layer.weights.forEach(weights -> {
                long bytes = weights.rows() * weights.rowBytes();
                system.drop(weights.data(), coldest.expert * bytes, bytes);
            }));
        }
    }
}
