package ouverture.file;

import java.util.List;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.DType;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The `config.json` of gpt-oss's architecture for a model's header: what [HuggingFaceFamilies] reads. Source:
/// the published files and the settings of the transformers library's `GptOssConfig`.
final class GptOssConfig {
    private static final JsonMapper JSON = new JsonMapper();

    private final Metadata metadata;
    private final ObjectNode config = JSON.createObjectNode();

    private GptOssConfig(Metadata metadata) {
        this.metadata = metadata;
    }

    /// @param vocabulary rows of the embedding
    /// @param tied whether the embedding is the output matrix too
    /// @param type of the weights
    /// @throws ModelFileException if a key is missing or damaged
    /// @throws UnsupportedModelException if positions are rotated in a way that config.json has no words for
    static ObjectNode of(Metadata metadata, int vocabulary, boolean tied, DType type) {
        GptOssConfig writer = new GptOssConfig(metadata);
        writer.sizes(vocabulary);
        writer.layers();
        writer.positions();
        writer.config.put("tie_word_embeddings", tied);
        writer.config.put("torch_dtype", type == DType.F32 ? "float32" : "bfloat16");
        for (String role : List.of("bos", "eos")) {
            writer.token(role + "_token_id", "tokenizer.ggml." + role + "_token_id");
        }
        writer.token("pad_token_id", "tokenizer.ggml.padding_token_id");
        return writer.config;
    }

    private void sizes(int vocabulary) {
        config.putArray("architectures").add("GptOssForCausalLM");
        config.put("model_type", "gpt_oss");
        config.put("vocab_size", vocabulary);
        config.put("hidden_size", metadata.integer("embedding_length"));
        config.put("num_hidden_layers", metadata.integer("block_count"));
        config.put("num_attention_heads", metadata.integer("attention.head_count"));
        config.put(
                "num_key_value_heads",
                metadata.integer("attention.head_count_kv", metadata.integer("attention.head_count")));
        config.put("head_dim", headSize());
        config.put(
                "intermediate_size",
                metadata.integer("expert_feed_forward_length", metadata.integer("feed_forward_length", 0)));
        config.put("num_local_experts", metadata.integer("expert_count"));
        config.put("num_experts_per_tok", metadata.integer("expert_used_count"));
        config.put("max_position_embeddings", metadata.contextLength());
        config.put("rms_norm_eps", metadata.number("attention.layer_norm_rms_epsilon"));
    }

    private int headSize() {
        int heads = Math.max(1, metadata.integer("attention.head_count"));
        return metadata.integer("attention.key_length", metadata.integer("embedding_length") / heads);
    }

    /// What is alike in every model of this architecture, and which layers slide a window.
    private void layers() {
        config.put("hidden_act", "silu");
        config.put("swiglu_limit", 7.0);
        config.put("attention_bias", true);
        config.put("sliding_window", metadata.integer("attention.sliding_window"));
        int period = Math.max(1, metadata.integer("attention.sliding_window_pattern", 2));
        ArrayNode types = config.putArray("layer_types");
        for (int layer = 0; layer < metadata.integer("block_count"); layer++) {
            types.add(layer % period < period - 1 ? "sliding_attention" : "full_attention");
        }
    }

    /// The rule is always named: where it is not, transformers stretches by the YaRN of the published models.
    private void positions() {
        config.put("rope_theta", metadata.number("rope.freq_base", 10_000));
        ObjectNode scaling = config.putObject("rope_scaling");
        float factor = metadata.number("rope.scaling.factor", 1);
        float magnified = metadata.number("rope.scaling.attn_factor", 1);
        String rule = metadata.string("rope.scaling.type").orElse("linear");
        boolean whole = metadata.integer("rope.dimension_count", headSize()) == headSize();
        if (whole && rule.equals("yarn")) {
            scaling.put("rope_type", "yarn").put("factor", factor);
            int trained = metadata.integer("rope.scaling.original_context_length", 0);
            scaling.put("original_max_position_embeddings", trained == 0 ? metadata.contextLength() : trained);
            scaling.put("beta_fast", metadata.number("rope.scaling.yarn_beta_fast", 32));
            scaling.put("beta_slow", metadata.number("rope.scaling.yarn_beta_slow", 1));
            scaling.put("truncate", metadata.flag("rope.scaling.yarn_truncate", true));
            if (magnified != 1) {
                scaling.put("attention_factor", magnified * RopeScaling.usualAttentionFactor(factor));
            }
        } else if (whole && magnified == 1 && (rule.equals("none") || rule.equals("linear") && factor == 1)) {
            scaling.put("rope_type", "default");
        } else if (whole && magnified == 1 && rule.equals("linear")) {
            scaling.put("rope_type", "linear").put("factor", factor);
        } else {
            throw new UnsupportedModelException(metadata.file()
                    + " rotates positions in a way that config.json of this architecture cannot say: it can be"
                    + " written as GGUF only.");
        }
    }

    private void token(String name, String key) {
        if (metadata.has(key)) {
            config.put(name, metadata.integer(key));
        }
    }
}
