package ouverture.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.error.RequestException;
import ouverture.file.GgufWriter.Slot;
import ouverture.tensor.DType;

/// The sizes of a network of the gpt-oss architecture, to be trained from nothing. The embedding serves as output
/// matrix too.
///
/// @param layers with a sliding window in every other, the first one included
/// @param width columns of the residual stream
/// @param heads query heads
/// @param keyValueHeads divides `heads`
/// @param headSize even
/// @param experts of a layer
/// @param activeExperts that a token goes to
/// @param expertWidth columns between an expert's matrices
/// @param window positions that a row of a windowed layer sees
/// @param context tokens of the longest sequence
/// @param vocabulary tokens
public record Blueprint(
        int layers,
        int width,
        int heads,
        int keyValueHeads,
        int headSize,
        int experts,
        int activeExperts,
        int expertWidth,
        int window,
        int context,
        int vocabulary) {
    private static final String ARCHITECTURE = "gpt-oss";
    private static final double ROPE_BASE = 10_000;
    private static final double EPSILON = 1e-5;

    /// Tokens, columns and the like beyond which no trainer of this kind makes sense.
    private static final int LARGEST = 1 << 20;

    /// @throws RequestException if a size is not positive, too large or does not go with another
    public Blueprint {
        require("layers", layers);
        require("width", width);
        require("heads", heads);
        require("keyValueHeads", keyValueHeads);
        require("headSize", headSize);
        require("experts", experts);
        require("activeExperts", activeExperts);
        require("expertWidth", expertWidth);
        require("window", window);
        require("context", context);
        require("vocabulary", vocabulary);
        if (heads % keyValueHeads != 0) {
            throw new RequestException("A network of " + heads + " heads cannot share " + keyValueHeads
                    + " key/value heads: take a number that divides it.");
        }
        if (headSize % 2 != 0) {
            throw new RequestException("A head of " + headSize + " columns cannot be rotated: take an even number.");
        }
        if (activeExperts > experts) {
            throw new RequestException("A token cannot go to " + activeExperts + " of " + experts + " experts.");
        }
    }

    private static void require(String name, int size) {
        if (size < 1 || size > LARGEST) {
            throw new RequestException(
                    "The model's \"" + name + "\" is " + size + "; it must be from 1 to " + LARGEST + ".");
        }
    }

    /// The same with another vocabulary.
    public Blueprint withVocabulary(int tokens) {
        return new Blueprint(
                layers,
                width,
                heads,
                keyValueHeads,
                headSize,
                experts,
                activeExperts,
                expertWidth,
                window,
                context,
                tokens);
    }

    /// The header's keys that describe the network, in GGUF's names.
    public Map<String, Object> header() {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("general.architecture", ARCHITECTURE);
        header.put(key("block_count"), (long) layers);
        header.put(key("context_length"), (long) context);
        header.put(key("embedding_length"), (long) width);
        header.put(key("feed_forward_length"), (long) expertWidth);
        header.put(key("expert_feed_forward_length"), (long) expertWidth);
        header.put(key("expert_count"), (long) experts);
        header.put(key("expert_used_count"), (long) activeExperts);
        header.put(key("attention.head_count"), (long) heads);
        header.put(key("attention.head_count_kv"), (long) keyValueHeads);
        header.put(key("attention.key_length"), (long) headSize);
        header.put(key("attention.value_length"), (long) headSize);
        header.put(key("attention.sliding_window"), (long) window);
        header.put(key("attention.layer_norm_rms_epsilon"), EPSILON);
        header.put(key("rope.freq_base"), ROPE_BASE);
        return header;
    }

    private static String key(String name) {
        return ARCHITECTURE + "." + name;
    }

    /// The tensors, in the order of a file.
    public List<Slot> slots() {
        List<Slot> slots = new ArrayList<>();
        slots.add(slot("token_embd.weight", 1, vocabulary, width));
        slots.add(slot("output_norm.weight", 1, 1, width));
        int queries = heads * headSize;
        int keys = keyValueHeads * headSize;
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            slots.add(slot(block + "attn_norm.weight", 1, 1, width));
            addLinear(slots, block + "attn_q", 1, queries, width);
            addLinear(slots, block + "attn_k", 1, keys, width);
            addLinear(slots, block + "attn_v", 1, keys, width);
            addLinear(slots, block + "attn_output", 1, width, queries);
            slots.add(slot(block + "attn_sinks.weight", 1, 1, heads));
            slots.add(slot(block + "post_attention_norm.weight", 1, 1, width));
            addLinear(slots, block + "ffn_gate_inp", 1, experts, width);
            addLinear(slots, block + "ffn_gate_exps", experts, expertWidth, width);
            addLinear(slots, block + "ffn_up_exps", experts, expertWidth, width);
            addLinear(slots, block + "ffn_down_exps", experts, width, expertWidth);
        }
        return slots;
    }

    private static void addLinear(List<Slot> slots, String name, int planes, int outputs, int inputs) {
        slots.add(slot(name + ".weight", planes, outputs, inputs));
        slots.add(slot(name + ".bias", 1, planes, outputs));
    }

    private static Slot slot(String name, int planes, int rows, int columns) {
        return new Slot(name, DType.F32, planes, rows, columns);
    }

    /// Number of parameters.
    public long parameters() {
        return slots().stream()
                .mapToLong(slot -> (long) slot.planes() * slot.rows() * slot.columns())
                .sum();
    }

    /// Multiplications of one token's way through the weights, without those of attention's scores.
    public long multiplicationsPerToken() {
        long attention = (long) width * headSize * (2L * heads + 2L * keyValueHeads);
        long mixture = (long) width * experts + 3L * activeExperts * expertWidth * width;
        return layers * (attention + mixture) + (long) vocabulary * width;
    }
}
