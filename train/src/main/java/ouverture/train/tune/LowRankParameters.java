package ouverture.train.tune;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import ouverture.error.RequestException;
import ouverture.file.AdapterFile;
import ouverture.file.GgufWriter.Slot;
import ouverture.file.LowRankUpdate;
import ouverture.model.AdapterWeights;
import ouverture.model.Model;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import ouverture.train.ParameterSet;
import ouverture.train.gradient.Parameter;

/// The matrices of an adapter that learns. They begin as PEFT's do: `down` random by the number of its columns,
/// `up` zero, so that the model is at first as it was.
public final class LowRankParameters implements AutoCloseable {
    private static final String DOWN = ".lora_a";
    private static final String UP = ".lora_b";

    private static final String EMBEDDING = "token_embd";

    /// Weights that are left out unless they are named: the output matrix, and who chooses experts.
    private static final List<String> SELDOM = List.of("output", EMBEDDING, "ffn_gate_inp");

    private final ParameterSet parameters;
    private final List<LowRankUpdate> updates = new ArrayList<>();

    /// @param weights that change
    private LowRankParameters(List<Tensor> weights, int rank, double alpha) {
        List<Slot> slots = new ArrayList<>();
        for (Tensor weight : weights) {
            slots.add(new Slot(weight.name() + DOWN, DType.F32, weight.planes(), rank, weight.columns()));
            slots.add(new Slot(weight.name() + UP, DType.F32, weight.planes(), weight.rows(), rank));
        }
        parameters = new ParameterSet(slots);
        List<Tensor> values = parameters.all().stream().map(Parameter::value).toList();
        for (int i = 0; i < weights.size(); i++) {
            Tensor down = values.get(2 * i);
            updates.add(new LowRankUpdate(weights.get(i).name(), down, values.get(2 * i + 1), (float) (alpha / rank)));
        }
    }

    /// The matrices for a model, with their first values.
    ///
    /// @throws RequestException if a target names no weight that can be changed
    static LowRankParameters of(Model model, Map<String, Tensor> weights, TuningSettings settings) {
        List<String> names = chosen(AdapterWeights.adaptable(model, weights), settings.targets());
        LowRankParameters parameters = new LowRankParameters(
                weights.values().stream()
                        .filter(weight -> names.contains(weight.name()))
                        .toList(),
                settings.rank(),
                settings.alpha());
        for (LowRankUpdate update : parameters.updates) {
            fill(update.down(), settings.seed(), update.name());
        }
        return parameters;
    }

    private static List<String> chosen(List<String> adaptable, List<String> targets) {
        List<String> chosen = adaptable.stream()
                .filter(name -> targets.stream().anyMatch(target -> matches(target, name)))
                .filter(name -> !part(name).equals(EMBEDDING))
                .toList();
        for (String target : targets) {
            if (adaptable.stream().noneMatch(name -> matches(target, name))) {
                throw new RequestException("The target " + target + " names no weight of this model; there are all,"
                        + " attention, feed-forward, and "
                        + adaptable.stream()
                                .map(LowRankParameters::part)
                                .collect(Collectors.toCollection(TreeSet::new))
                                .stream()
                                .collect(Collectors.joining(", "))
                        + ".");
            }
        }
        if (chosen.isEmpty()) {
            throw new RequestException("The table of embeddings cannot be trained by an adapter; name other targets.");
        }
        return chosen;
    }

    private static boolean matches(String target, String name) {
        String part = part(name);
        return switch (target) {
            case "all" -> !SELDOM.contains(part);
            case "attention" -> part.startsWith("attn_");
            case "feed-forward" -> part.startsWith("ffn_") && !SELDOM.contains(part);
            default -> part.equals(target);
        };
    }

    /// A weight's name without its layer and ending.
    private static String part(String name) {
        return name.replaceFirst("^blk\\.\\d+\\.", "").replaceFirst("\\.weight$", "");
    }

    private static void fill(Tensor tensor, long seed, String name) {
        Random random = new Random(seed ^ Integer.toUnsignedLong(name.hashCode()) << 32);
        double bound = 1 / Math.sqrt(tensor.columns());
        for (long i = 0; i < tensor.size(); i++) {
            tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (bound * (2 * random.nextDouble() - 1)));
        }
    }

    /// What is trained.
    public ParameterSet parameters() {
        return parameters;
    }

    /// The changes, on the parameters' memory.
    public List<LowRankUpdate> updates() {
        return updates;
    }

    /// Numbers in all matrices.
    public long count() {
        return new AdapterFile("", updates).parameters();
    }

    /// Gives the memory back.
    @Override
    public void close() {
        parameters.close();
    }
}
