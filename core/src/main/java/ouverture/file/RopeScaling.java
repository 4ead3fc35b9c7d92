package ouverture.file;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;

/// How a config.json stretches rotary positions (`rope_scaling`, `rope_parameters` in newer files).
///
/// @param type "linear", "yarn" or "llama3"
/// @param settings the object that says so
/// @param trainedContext positions seen before stretching
record RopeScaling(String type, HuggingFaceConfig settings, double factor, long trainedContext) {
    /// The scaling of a model, if it has one.
    ///
    /// @throws ModelFileException if a value is missing or out of range
    /// @throws UnsupportedModelException if its rule is not known
    static Optional<RopeScaling> of(HuggingFaceConfig config) {
        Optional<HuggingFaceConfig> found = config.object("rope_scaling", "rope_parameters");
        if (found.isEmpty()) {
            return Optional.empty();
        }
        HuggingFaceConfig settings = found.get();
        String type = settings.string("rope_type", "type").orElse("default");
        return switch (type) {
            case "default" -> Optional.empty();
            case "linear", "yarn", "llama3" -> {
                long context = settings.integer("original_max_position_embeddings")
                        .orElse(config.integer("max_position_embeddings").orElse(0));
                RopeScaling scaling = new RopeScaling(
                        type, settings, settings.number("factor").orElse(0), context);
                scaling.check();
                yield Optional.of(scaling);
            }
            default ->
                throw new UnsupportedModelException(config.file() + " stretches positions by the rule "
                        + Sentences.quoted(type) + "; this version knows linear, yarn and llama3.");
        };
    }

    private void check() {
        boolean bands = !type.equals("llama3") || low() > 0 && high() > low();
        if (!(factor > 0 && factor < 1e6) || trainedContext < 1 || !bands) {
            throw new ModelFileException(
                    settings.file() + " is damaged: its rope scaling lacks a sound factor, context or range.");
        }
        double usual = 0.1 * Math.log(factor) + 1;
        if (type.equals("yarn") && Math.abs(settings.number("attention_factor").orElse(usual) - usual) > 1e-3 * usual) {
            throw new UnsupportedModelException(settings.file()
                    + " sets an attention_factor of its own for yarn, which this version cannot apply.");
        }
    }

    private double low() {
        return settings.number("low_freq_factor").orElse(0);
    }

    private double high() {
        return settings.number("high_freq_factor").orElse(0);
    }

    /// The scaling in GGUF's keys; the rule of Llama 3.1 has none, its [#factors] are a tensor.
    Map<String, Object> keys() {
        Map<String, Object> keys = new LinkedHashMap<>();
        if (type.equals("llama3")) {
            return keys;
        }
        keys.put("rope.scaling.type", type);
        keys.put("rope.scaling.factor", factor);
        if (type.equals("yarn")) {
            keys.put("rope.scaling.original_context_length", trainedContext);
            settings.number("beta_fast").ifPresent(n -> keys.put("rope.scaling.yarn_beta_fast", n));
            settings.number("beta_slow").ifPresent(n -> keys.put("rope.scaling.yarn_beta_slow", n));
        }
        return keys;
    }

    /// What Llama 3.1 divides each frequency by: 1 for short waves, `factor` for long ones, a blend between.
    /// Source: Hugging Face's `rope_type: llama3`.
    ///
    /// @param dimensions rotated elements of a head, even
    /// @param base rotary base
    /// @return one factor for each pair
    float[] factors(int dimensions, double base) {
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
