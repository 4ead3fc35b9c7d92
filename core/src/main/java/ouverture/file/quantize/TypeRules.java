package ouverture.file.quantize;

import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ouverture.file.Metadata;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Which number format each tensor of a model gets. Matrices that answers depend on most get more bits than the
/// others: the last one, those that make values in attention, and those that end a layer's network, the latter
/// two in the first and last eighth of the layers and in every third between. The choices are those of
/// llama.cpp's `llama-quantize`, so that files come out alike; it was read, not copied.
final class TypeRules {
    private static final Pattern LAYER = Pattern.compile("blk\\.(\\d{1,6})\\..*");

    /// Layers from which on a Llama counts as the 70B model, whose few values are cheap.
    private static final int MANY_LAYERS = 80;

    /// Parts of names of matrices that are small or sensitive.
    private static final List<String> KEPT = List.of(
            "_norm.weight",
            "ffn_gate_inp.weight",
            "altup",
            "laurel",
            "per_layer_model_proj",
            "ssm_conv1d",
            "shortconv.conv.weight",
            "attn_rel_b.weight");

    private static final Set<String> KEPT_NAMES = Set.of("position_embd.weight", "token_types.weight");

    /// What a matrix does, as far as its format depends on it.
    private enum Role {
        OUTPUT,
        EMBEDDING,
        VALUE,
        KEY,
        ATTENTION_OUTPUT,
        DOWN,
        OTHER;

        static Role of(String name) {
            if (name.equals("output.weight")) {
                return OUTPUT;
            }
            if (name.equals("token_embd.weight") || name.equals("per_layer_token_embd.weight")) {
                return EMBEDDING;
            }
            if (name.contains("attn_v.weight")
                    || name.contains("attn_qkv.weight")
                    || name.contains("attn_kv_b.weight")) {
                return VALUE;
            }
            if (name.contains("attn_k.weight")) {
                return KEY;
            }
            if (name.contains("attn_output.weight")) {
                return ATTENTION_OUTPUT;
            }
            return name.contains("ffn_down") ? DOWN : OTHER;
        }
    }

    /// What attention's output gets, where it differs from other matrices.
    private static final Map<FileType, DType> MORE_FOR_OUTPUT =
            Map.of(FileType.Q2_K, DType.Q3_K, FileType.Q3_K_M, DType.Q4_K, FileType.Q3_K_L, DType.Q5_K);

    /// Where it is Q5_K if there are eight experts, beside which it is small.
    private static final Set<FileType> MORE_FOR_OUTPUT_OF_EIGHT = EnumSet.of(
            FileType.Q2_K,
            FileType.Q3_K_S,
            FileType.Q3_K_M,
            FileType.Q4_K_S,
            FileType.Q4_K_M,
            FileType.IQ4_NL,
            FileType.IQ4_XS);

    /// For each format with blocks of 256 numbers, one of about as many bits with blocks of 32.
    private static final Map<DType, DType> SMALLER_BLOCKS = Map.of(
            DType.Q2_K, DType.Q4_0,
            DType.Q3_K, DType.Q4_0,
            DType.Q4_K, DType.Q5_0,
            DType.Q5_K, DType.Q5_1,
            DType.Q6_K, DType.Q8_0,
            DType.IQ4_XS, DType.IQ4_NL);

    private final FileType type;
    private final int layers;
    private final int experts;
    private final int queriesPerKey;
    private final boolean seventyBillion;
    private final boolean tied;

    /// Where each matrix stands among those of its role, layer by layer.
    private final Map<String, Integer> order = new HashMap<>();

    private final int values;

    /// @param metadata of the model
    /// @param tensors all of the model
    TypeRules(FileType type, Metadata metadata, Collection<Tensor> tensors) {
        this.type = type;
        this.layers = metadata.integer("block_count", 0);
        this.experts = metadata.integer("expert_count", 0);
        int heads = first(metadata, "attention.head_count");
        int keys = first(metadata, "attention.head_count_kv");
        this.queriesPerKey = keys == 0 ? 0 : heads / keys;
        this.seventyBillion = metadata.architecture().equals("llama") && layers == MANY_LAYERS && queriesPerKey > 1;
        this.tied = tensors.stream().noneMatch(tensor -> Role.of(tensor.name()) == Role.OUTPUT);
        Map<Role, Integer> counts = new HashMap<>();
        tensors.stream()
                .filter(TypeRules::isMatrix)
                .map(Tensor::name)
                .sorted(Comparator.comparingInt(TypeRules::layer).thenComparing(Comparator.naturalOrder()))
                .forEach(name -> order.put(name, counts.merge(Role.of(name), 1, Integer::sum) - 1));
        this.values = counts.getOrDefault(Role.VALUE, 0);
    }

    /// A number that may be given for each layer: that of the first one, or 0.
    private static int first(Metadata metadata, String key) {
        return metadata.values().get(metadata.architecture() + "." + key) instanceof Long
                ? metadata.integer(key)
                : metadata.integers(key)
                        .filter(list -> list.length > 0)
                        .map(list -> list[0])
                        .orElse(0);
    }

    private static int layer(String name) {
        Matcher matcher = LAYER.matcher(name);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    /// Whether a tensor is a large matrix of weights. Vectors, norms, routers and positions are not.
    static boolean isMatrix(Tensor tensor) {
        String name = tensor.name();
        return (tensor.rows() > 1 || tensor.planes() > 1)
                && name.endsWith("weight")
                && !KEPT_NAMES.contains(name)
                && KEPT.stream().noneMatch(name::contains);
    }

    /// Whether a tensor holds the experts of a layer.
    static boolean isExperts(Tensor tensor) {
        return tensor.planes() > 1 && tensor.name().contains("_exps.");
    }

    /// The format that a matrix should have, whatever the length of its rows.
    DType wanted(Tensor matrix) {
        if (type.isPlain()) {
            return type.base();
        }
        Role role = Role.of(matrix.name());
        if (type == FileType.MXFP4) {
            return isExperts(matrix) ? DType.MXFP4 : DType.Q8_0;
        }
        return switch (role) {
            case OUTPUT -> output(matrix);
            case EMBEDDING -> tied ? output(matrix) : type.base();
            case VALUE -> value(order.getOrDefault(matrix.name(), 0));
            case KEY -> experts == 8 ? DType.Q8_0 : type.base();
            case ATTENTION_OUTPUT -> attentionOutput();
            case DOWN -> down(experts > 1 ? layer(matrix.name()) : order.getOrDefault(matrix.name(), 0));
            case OTHER -> type.base();
        };
    }

    private DType output(Tensor matrix) {
        boolean fits = matrix.columns() % type.base().blockElements() == 0;
        return fits && type.base() != DType.Q8_0 ? DType.Q6_K : DType.Q8_0;
    }

    private DType value(int index) {
        boolean shared = queriesPerKey >= 4;
        DType chosen = switch (type) {
            case Q2_K -> shared ? DType.Q4_K : DType.Q3_K;
            case Q3_K_M -> index < 2 ? DType.Q5_K : DType.Q4_K;
            case Q3_K_L -> DType.Q5_K;
            case Q4_K_S -> index < 4 ? DType.Q5_K : DType.Q4_K;
            case Q4_K_M, Q5_K_M -> needsMore(index, values) ? DType.Q6_K : type.base();
            case IQ4_NL, IQ4_XS -> shared ? DType.Q5_K : type.base();
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q3_K_S, Q5_K_S, Q6_K, MXFP4 -> type.base();
        };
        if (experts == 8) {
            return DType.Q8_0;
        }
        return seventyBillion && (chosen == DType.Q3_K || chosen == DType.Q4_K) ? DType.Q5_K : chosen;
    }

    private DType attentionOutput() {
        if (experts == 8) {
            return MORE_FOR_OUTPUT_OF_EIGHT.contains(type) ? DType.Q5_K : type.base();
        }
        return MORE_FOR_OUTPUT.getOrDefault(type, type.base());
    }

    private DType down(int layer) {
        boolean firstEighth = layer < layers / 8;
        return switch (type) {
            case Q2_K -> DType.Q3_K;
            case Q3_K_M -> layer < layers / 16 ? DType.Q5_K : DType.Q4_K;
            case Q3_K_L -> DType.Q5_K;
            case Q4_K_S, IQ4_NL, IQ4_XS -> firstEighth ? DType.Q5_K : type.base();
            case Q4_K_M, Q5_K_M -> needsMore(layer, layers) ? DType.Q6_K : type.base();
            case F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q3_K_S, Q5_K_S, Q6_K, MXFP4 -> type.base();
        };
    }

    /// Whether a layer is one of the first or last eighth, or the third of three between.
    private static boolean needsMore(int layer, int layers) {
        return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
    }

    /// The format of rows of `columns` numbers that comes closest to the one that is wanted: blocks must divide
    /// them.
    static DType fitting(DType wanted, int columns) {
        if (columns % wanted.blockElements() == 0) {
            return wanted;
        }
        DType smaller = SMALLER_BLOCKS.getOrDefault(wanted, DType.F16);
        return columns % smaller.blockElements() == 0 ? smaller : DType.F16;
    }
}
