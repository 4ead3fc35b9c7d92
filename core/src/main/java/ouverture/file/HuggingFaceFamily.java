package ouverture.file;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.Tensor;

/// How one kind of model of Hugging Face's library is called in GGUF: one entry of [HuggingFaceFamilies].
///
/// @param architecture GGUF's name for it
/// @param classes the names in `architectures` of config.json
/// @param prefix what may stand in front of every tensor's name
/// @param fixed settings of config.json that would change the mathematics, each with the values that are
///     understood
/// @param derivation adds the keys that are not just renamed ([HuggingFaceFamilies#COMMON_KEYS])
/// @param tensors by Hugging Face's name, numbers between dots written as `{}`
/// @param quantisation the `quant_method` of quantised weights that can be read; empty for none
/// @param assembly what is done when all tensors are there
record HuggingFaceFamily(
        String architecture,
        List<String> classes,
        String prefix,
        Map<String, List<String>> fixed,
        Derivation derivation,
        Map<String, Target> tensors,
        String quantisation,
        Assembly assembly) {
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,5}");

    /// What stands before the names of the language model in a file that has other parts too.
    private static final Pattern LANGUAGE_MODEL = Pattern.compile("^(model\\.)?language_model\\.");

    /// Parts that see and hear, which text does not need.
    private static final Pattern OTHER_SENSES = Pattern.compile(
            "(model\\.)?(vision_tower|multi_modal_projector|embed_vision|audio_tower|embed_audio)\\..*");

    /// The output matrix, which has no prefix in any family.
    private static final String OUTPUT = "lm_head";

    /// Of families whose tensors are published whole.
    static final Assembly WHOLE = (_, _) -> {};

    /// A family whose tensors are published whole and not quantised.
    HuggingFaceFamily(
            String architecture,
            List<String> classes,
            String prefix,
            Map<String, List<String>> fixed,
            Derivation derivation,
            Map<String, Target> tensors) {
        this(architecture, classes, prefix, fixed, derivation, tensors, "", WHOLE);
    }

    /// Puts together what is published in pieces.
    @FunctionalInterface
    interface Assembly {
        /// @param tensors all of the model by name; changed in place
        /// @param arena where copies may live
        /// @throws ModelFileException if pieces are missing or do not fit
        void assemble(Map<String, Tensor> tensors, Arena arena);
    }

    /// Adds keys that must be computed.
    @FunctionalInterface
    interface Derivation {
        /// @param keys by GGUF's names without the architecture's prefix; those of the common table are there
        void add(HuggingFaceConfig config, Map<String, Object> keys);
    }

    /// Where a tensor goes.
    ///
    /// @param name in GGUF, its first `{}` standing for the layer; empty for tensors that are not needed
    /// @param change what happens to its elements
    record Target(String name, TensorChange change) {}

    /// Where one tensor goes.
    ///
    /// @param name in GGUF
    /// @param plane its number where many tensors become planes of one, otherwise -1
    record Place(String name, int plane, TensorChange change) {}

    /// The header in GGUF's keys.
    ///
    /// @throws ModelFileException if a value has the wrong type
    /// @throws UnsupportedModelException if a setting has a value that changes the mathematics
    Map<String, Object> keys(HuggingFaceConfig config) {
        fixed.forEach((name, understood) -> {
            String value = config.node().path(name).asString("");
            if (!value.isEmpty() && !understood.contains(value)) {
                throw new UnsupportedModelException(config.file() + ": " + name + " is " + Sentences.quoted(value)
                        + "; for this architecture it can be " + String.join(" or ", understood) + ".");
            }
        });
        Map<String, Object> keys = new LinkedHashMap<>();
        for (HuggingFaceFamilies.Key key : HuggingFaceFamilies.COMMON_KEYS) {
            if (key.integer() && config.isList(key.names())) {
                keys.put(key.gguf(), config.integers(key.names()));
            } else if (key.integer()) {
                config.integer(key.names()).ifPresent(n -> keys.put(key.gguf(), n));
            } else {
                config.number(key.names()).ifPresent(n -> keys.put(key.gguf(), n));
            }
        }
        if (!config.flag("use_sliding_window").orElse(true)) {
            keys.remove("attention.sliding_window");
        }
        derivation.add(config, keys);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("general.architecture", architecture);
        keys.forEach((key, value) -> values.put(architecture + "." + key, value));
        return values;
    }

    /// Whether a tensor is copied on its way to its place.
    boolean copies(Place place) {
        boolean assembled = !assembly.equals(WHOLE) && place.name.contains("_exps.");
        return place.plane >= 0 || !place.change.equals(TensorChange.NONE) || assembled;
    }

    /// @throws UnsupportedModelException if the weights are quantised in a way that cannot be read
    void checkQuantisation(HuggingFaceConfig config) {
        config.object("quantization_config").ifPresent(settings -> {
            String method = settings.string("quant_method").orElse("");
            if (method.isEmpty() || !method.equals(quantisation)) {
                throw new UnsupportedModelException(config.file() + " says that its weights are quantised by "
                        + Sentences.quoted(method)
                        + ", which this version cannot read from safetensors: try a GGUF file of the model.");
            }
        });
    }

    /// Where the tensor of a name goes; empty if the name is not known.
    Optional<Place> place(String name) {
        if (OTHER_SENSES.matcher(name).matches()) {
            return Optional.of(new Place("", -1, TensorChange.NONE));
        }
        String text = LANGUAGE_MODEL.matcher(name).replaceFirst("");
        String inner = text.startsWith(prefix) ? text.substring(prefix.length()) : text;
        String[] parts = inner.split("\\.", -1);
        List<Integer> numbers = Arrays.stream(parts)
                .filter(HuggingFaceFamily::isNumber)
                .map(Integer::valueOf)
                .toList();
        String pattern =
                Arrays.stream(parts).map(part -> isNumber(part) ? "{}" : part).collect(Collectors.joining("."));
        String suffix = pattern.endsWith(".weight") ? ".weight" : pattern.endsWith(".bias") ? ".bias" : "";
        Target target = tensors.get(pattern.substring(0, pattern.length() - suffix.length()));
        if (target == null) {
            return Optional.empty();
        }
        String layer = numbers.isEmpty() ? "" : numbers.getFirst().toString();
        int planeAt = target.name.contains("{}") ? 1 : 0;
        int plane = numbers.size() > planeAt ? numbers.get(planeAt) : -1;
        String gguf = target.name.isEmpty() ? "" : target.name.replace("{}", layer) + suffix;
        return Optional.of(new Place(gguf, plane, target.change));
    }

    /// Where a weight comes from.
    ///
    /// @param name of its module, with `{}` for the number of a plane where it is made of many
    record Origin(String name, TensorChange change) {}

    /// The module that a weight of GGUF comes from, whole or as planes; empty if it is not known.
    Optional<Origin> origin(String gguf) {
        return listed(gguf.replaceFirst("\\.weight$", ""));
    }

    /// The name that a tensor of GGUF has in Hugging Face's files; empty if it is not known.
    Optional<String> published(String gguf) {
        String stem = gguf.replaceFirst("\\.(weight|bias)$", "");
        return listed(gguf)
                .map(Origin::name)
                .or(() -> listed(stem).map(module -> module.name() + gguf.substring(stem.length())));
    }

    /// The entry of the table for a name, its layer filled in.
    private Optional<Origin> listed(String name) {
        int layer = layer(name);
        String pattern = layer < 0 ? name : name.replaceFirst("\\." + layer + "\\.", ".{}.");
        return tensors.entrySet().stream()
                .filter(entry -> entry.getValue().name.equals(pattern))
                .min(Map.Entry.comparingByKey())
                .map(entry -> {
                    String module = entry.getKey().replaceFirst("\\{}", String.valueOf(layer));
                    return new Origin((module.equals(OUTPUT) ? "" : prefix) + module, entry.getValue().change);
                });
    }

    /// The layer in a tensor's name; -1 if it names none.
    static int layer(String name) {
        return Arrays.stream(name.split("\\.", -1))
                .filter(HuggingFaceFamily::isNumber)
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(-1);
    }

    private static boolean isNumber(String part) {
        return NUMBER.matcher(part).matches();
    }
}
