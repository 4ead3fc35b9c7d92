package ouverture.file;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import tools.jackson.databind.JsonNode;

/// The `adapter_config.json` of the PEFT library, as far as it decides what an adapter does. Settings that ask
/// for something else than low-rank changes are refused. Source: PEFT, `src/peft/tuners/lora/config.py`.
///
/// @param file its name, for messages
/// @param rank of all matrices but those that have a pattern of their own
/// @param alpha the scale is this divided by the rank
/// @param rankStabilised whether it is divided by the rank's root instead (arXiv 2312.03732)
/// @param ranks whether some modules have ranks of their own
/// @param alphas by module, or the end of its name
record PeftConfig(
        String file, int rank, double alpha, boolean rankStabilised, boolean ranks, Map<String, Double> alphas) {
    /// Ways to begin that change the base too, which is then not the one that people have.
    private static final Set<String> CHANGED_BASES = Set.of("pissa", "olora", "corda", "loftq");

    private static final Pattern LITERAL = Pattern.compile("\\^?[\\w.\\\\]+\\$?");

    /// @throws ModelFileException if the file is missing or damaged
    /// @throws UnsupportedModelException if it asks for what this version cannot do
    static PeftConfig read(Path path) {
        HuggingFaceConfig json = HuggingFaceConfig.read(path);
        String type = json.string("peft_type").orElse("");
        if (!type.equals("LORA")) {
            throw new UnsupportedModelException(json.file() + " describes an adapter of the type "
                    + Sentences.quoted(type) + "; this version applies those of the type LORA.");
        }
        refuse(json, "use_dora", "splits weights into length and direction (DoRA)");
        refuse(json, "use_qalora", "pools its inputs (QALoRA)");
        refuse(json, "lora_bias", "has biases of its own (lora_bias)");
        refuse(json, "alora_invocation_tokens", "works from certain tokens of the prompt on only (aLoRA)");
        refuse(json, "layer_replication", "repeats layers of its model (layer_replication)");
        refuse(json, "modules_to_save", "replaces whole modules of its model (modules_to_save)");
        refuse(json, "trainable_token_indices", "replaces embeddings of single tokens (trainable_token_indices)");
        if (!json.string("bias").orElse("none").equals("none")) {
            throw unsupported(json, "changes the model's own biases (bias)");
        }
        JsonNode start = json.node().path("init_lora_weights");
        if (start.isString() && CHANGED_BASES.stream().anyMatch(start.stringValue()::startsWith)) {
            throw unsupported(
                    json, "was trained on a changed copy of its model (" + Sentences.clean(start.stringValue()) + ")");
        }
        long rank = json.integer("r").orElse(0);
        double alpha = json.number("lora_alpha").orElse(Double.NaN);
        if (rank < 1 || rank > Integer.MAX_VALUE || !Double.isFinite(alpha)) {
            throw new ModelFileException(
                    json.file() + " is damaged: it lacks a rank of 1 or more (r) or a lora_alpha.");
        }
        return new PeftConfig(
                json.file(),
                (int) rank,
                alpha,
                json.flag("use_rslora").orElse(false),
                !numbers(json, "rank_pattern").isEmpty(),
                numbers(json, "alpha_pattern"));
    }

    /// Refuses a setting unless it is false, null or empty.
    private static void refuse(HuggingFaceConfig json, String setting, String meaning) {
        JsonNode value = json.node().path(setting);
        boolean off = value.isMissingNode()
                || value.isNull()
                || value.isBoolean() && !value.booleanValue()
                || value.isContainer() && value.isEmpty();
        if (!off) {
            throw unsupported(json, meaning);
        }
    }

    private static UnsupportedModelException unsupported(HuggingFaceConfig json, String meaning) {
        return new UnsupportedModelException("The adapter of " + json.file() + " " + meaning
                + ", which this version cannot apply: merge it into its model with the tool that made it.");
    }

    private static Map<String, Double> numbers(HuggingFaceConfig json, String name) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        json.object(name)
                .ifPresent(object -> object.node().properties().forEach(entry -> {
                    if (!entry.getValue().isNumber()) {
                        throw new ModelFileException(
                                json.file() + " is damaged: " + name + " should have a number for each module.");
                    }
                    if (!LITERAL.matcher(entry.getKey()).matches()) {
                        throw new UnsupportedModelException(json.file() + " has the pattern "
                                + Sentences.quoted(entry.getKey()) + " in " + name
                                + "; this version reads names of modules and ends of such names.");
                    }
                    numbers.put(entry.getKey(), entry.getValue().doubleValue());
                }));
        return numbers;
    }

    /// The scale of a module's change.
    ///
    /// @param rankOfModule as its matrices have it
    /// @throws ModelFileException if that contradicts the settings
    float scale(String module, int rankOfModule) {
        if (rankOfModule != rank && !ranks) {
            throw new ModelFileException(file + " gives the rank " + rank + ", and the matrices of "
                    + Sentences.clean(module) + " have " + rankOfModule + ": the two files do not belong together.");
        }
        double own = alphas.entrySet().stream()
                .filter(entry -> names(entry.getKey(), module))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(alpha);
        return (float) (own / (rankStabilised ? Math.sqrt(rankOfModule) : rankOfModule));
    }

    /// Whether a pattern is a module's name or, unless it begins with `^`, the end of one.
    private static boolean names(String pattern, String module) {
        String name = pattern.replace("\\", "").replace("$", "");
        return name.startsWith("^")
                ? module.equals(name.substring(1))
                : module.equals(name) || module.endsWith("." + name);
    }
}
