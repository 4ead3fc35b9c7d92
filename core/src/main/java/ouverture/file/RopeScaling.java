package ouverture.file;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import tools.jackson.databind.JsonNode;

/// How a config.json stretches rotary positions (`rope_scaling`, `rope_parameters` in newer files).
///
/// @param type "linear", "yarn", "llama3", "longrope" or "proportional"
/// @param settings the object that says so
/// @param trainedContext positions seen before stretching
record RopeScaling(String type, HuggingFaceConfig settings, double factor, long trainedContext) {
    /// Divides a frequency so that no context has a position that it turns at; GGUF's number for it.
    private static final float UNROTATED = 1e30f;

    /// The scaling of a model, if it has one.
    ///
    /// @throws ModelFileException if a value is missing or out of range
    /// @throws UnsupportedModelException if its rule is not known
    static Optional<RopeScaling> of(HuggingFaceConfig config) {
        Optional<HuggingFaceConfig> found = config.object("rope_scaling", "rope_parameters");
        if (found.isEmpty()) {
            return Optional.empty();
        }
        // where kinds of layers differ, the whole context's is the one that may be stretched
        HuggingFaceConfig settings = found.get().object("full_attention").orElse(found.get());
        String type = settings.string("rope_type", "type").orElse("default");
        return switch (type) {
            case "default" -> Optional.empty();
            case "linear", "yarn", "llama3" ->
                Optional.of(checked(
                        config, settings, type, settings.number("factor").orElse(0)));
            case "proportional" ->
                Optional.of(checked(
                        config, settings, type, settings.number("factor").orElse(1)));
            case "longrope", "su" -> {
                double longest = config.integer("max_position_embeddings").orElse(0);
                double factor = settings.number("factor").orElse(longest / trainedContext(config, settings));
                yield Optional.of(checked(config, settings, "longrope", factor));
            }
            default ->
                throw new UnsupportedModelException(
                        config.file() + " stretches positions by the rule " + Sentences.quoted(type)
                                + "; this version knows linear, yarn, llama3, longrope and proportional.");
        };
    }

    private static long trainedContext(HuggingFaceConfig config, HuggingFaceConfig settings) {
        String name = "original_max_position_embeddings";
        return settings.integer(name)
                .orElse(config.integer(name, "max_position_embeddings").orElse(0));
    }

    private static RopeScaling checked(
            HuggingFaceConfig config, HuggingFaceConfig settings, String type, double factor) {
        RopeScaling scaling = new RopeScaling(type, settings, factor, trainedContext(config, settings));
        boolean bands = !type.equals("llama3") || scaling.low() > 0 && scaling.high() > scaling.low();
        boolean context = scaling.trainedContext > 0 || type.equals("linear") || type.equals("proportional");
        if (!(factor > 0 && factor < 1e6) || !context || !bands) {
            throw new ModelFileException(
                    settings.file() + " is damaged: its rope scaling lacks a sound factor, context or range.");
        }
        return scaling;
    }

    private double low() {
        return settings.number("low_freq_factor").orElse(0);
    }

    private double high() {
        return settings.number("high_freq_factor").orElse(0);
    }

    /// The scaling in GGUF's keys; the rules of Llama 3.1 and Gemma 4 have none, they
    /// are all in their [#factors].
    Map<String, Object> keys() {
        Map<String, Object> keys = new LinkedHashMap<>();
        if (type.equals("llama3") || type.equals("proportional")) {
            return keys;
        }
        keys.put("rope.scaling.type", type);
        if (!type.equals("longrope")) {
            keys.put("rope.scaling.factor", factor);
        }
        if (!type.equals("linear")) {
            keys.put("rope.scaling.original_context_length", trainedContext);
        }
        if (type.equals("yarn")) {
            double usual = usualAttentionFactor(factor);
            settings.number("attention_factor").ifPresent(n -> keys.put("rope.scaling.attn_factor", n / usual));
            settings.number("beta_fast").ifPresent(n -> keys.put("rope.scaling.yarn_beta_fast", n));
            settings.number("beta_slow").ifPresent(n -> keys.put("rope.scaling.yarn_beta_slow", n));
            settings.flag("truncate").ifPresent(flag -> keys.put("rope.scaling.yarn_truncate", flag));
        } else if (type.equals("longrope")) {
            keys.put(
                    "rope.scaling.attn_factor",
                    settings.number("attention_factor").orElse(longAttentionFactor()));
        }
        return keys;
    }

    /// YaRN's factor on rotated values where none is given (arXiv 2309.00071).
    static double usualAttentionFactor(double factor) {
        return 0.1 * Math.log(factor) + 1;
    }

    /// LongRoPE's factor on rotated values (arXiv 2402.13753).
    private double longAttentionFactor() {
        return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log((double) trainedContext));
    }

    /// What frequencies are divided by, one list for each of GGUF's tensors; none for rules that need no list.
    ///
    /// @param dimensions rotated elements of a head, even
    /// @param base rotary base
    /// @throws ModelFileException if a list has not one number for each pair
    Map<String, float[]> factors(int dimensions, double base) {
        return switch (type) {
            case "llama3" -> Map.of("rope_freqs.weight", bands(dimensions, base));
            case "proportional" -> Map.of("rope_freqs.weight", proportional(dimensions));
            case "longrope" ->
                Map.of(
                        "rope_factors_long.weight", listed("long_factor", dimensions / 2),
                        "rope_factors_short.weight", listed("short_factor", dimensions / 2));
            default -> Map.of();
        };
    }

    /// What rotates only the first `partial_rotary_factor` of the pairs: Gemma 4's global layers.
    private float[] proportional(int dimensions) {
        float[] factors = new float[dimensions / 2];
        double rotated = settings.number("partial_rotary_factor").orElse(1) * dimensions / 2;
        Arrays.fill(factors, UNROTATED);
        Arrays.fill(factors, 0, (int) Math.clamp(rotated, 0, factors.length), (float) factor);
        return factors;
    }

    private float[] listed(String name, int count) {
        List<JsonNode> elements = settings.elements(name);
        float[] factors = new float[elements.size()];
        boolean sound = factors.length == count;
        for (int i = 0; i < factors.length; i++) {
            factors[i] = elements.get(i).isNumber() ? elements.get(i).floatValue() : 0;
            sound &= factors[i] > 0 && factors[i] < Float.POSITIVE_INFINITY;
        }
        if (!sound) {
            throw new ModelFileException(
                    settings.file() + " is damaged: " + name + " should be " + count + " positive numbers.");
        }
        return factors;
    }

    /// What Llama 3.1 divides each frequency by: 1 for short waves, `factor` for long ones, a blend between.
    /// Source: Hugging Face's `rope_type: llama3`.
    ///
    /// @return one factor for each pair
    private float[] bands(int dimensions, double base) {
        float[] factors = new float[dimensions / 2];
        for (int i = 0; i < factors.length; i++) {
            double waveLength = 2 * Math.PI * Math.pow(base, 2.0 * i / dimensions);
            double turns = trainedContext / waveLength;
            double kept = Math.clamp((turns - low()) / (high() - low()), 0.0, 1.0);
            factors[i] = (float) (1 / ((1 - kept) / factor + kept));
        }
        return factors;
    }
}
