package ouverture.benchmarks.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.file.AtomicFile;
import ouverture.file.Metadata;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

/// A Llama as a folder in the form of Hugging Face's transformers library, in BF16: a file of tensors (the format
/// safetensors), the configuration, and a tokenizer of three letters, which no measurement uses.
///
/// @param shape of a Llama whose head has the embedding's weights
record SafetensorsModel(ModelShape shape) implements BenchModel {
    private static final String WEIGHTS = "model.safetensors";

    /// What the parts of names are called there.
    private static final Map<String, String> PARTS = Map.ofEntries(
            Map.entry("attn_norm", "input_layernorm"),
            Map.entry("attn_q", "self_attn.q_proj"),
            Map.entry("attn_k", "self_attn.k_proj"),
            Map.entry("attn_v", "self_attn.v_proj"),
            Map.entry("attn_output", "self_attn.o_proj"),
            Map.entry("ffn_norm", "post_attention_layernorm"),
            Map.entry("ffn_gate", "mlp.gate_proj"),
            Map.entry("ffn_up", "mlp.up_proj"),
            Map.entry("ffn_down", "mlp.down_proj"),
            Map.entry("token_embd", "embed_tokens"),
            Map.entry("output_norm", "norm"));

    @Override
    public String fileName() {
        return shape.name() + "-BF16";
    }

    @Override
    public long bytes() {
        return tensors().stream().mapToLong(SafetensorsModel::bytes).sum();
    }

    @Override
    public double activeParameters() {
        return shape.activeParameters();
    }

    @Override
    public boolean isIn(Path folder) throws IOException {
        Path weights = folder.resolve(fileName()).resolve(WEIGHTS);
        return Files.exists(weights) && Files.size(weights) == Long.BYTES + header().length + bytes();
    }

    @Override
    public void write(Path folder) throws IOException {
        Path model = Files.createDirectories(folder.resolve(fileName()));
        Files.writeString(model.resolve("config.json"), JsonMapper.shared().writeValueAsString(configuration()));
        Files.writeString(model.resolve("tokenizer.json"), """
                {"added_tokens": [], "pre_tokenizer": null,
                 "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2}, "merges": []}}
                """);
        byte[] header = header();
        try (Arena arena = Arena.ofConfined();
                AtomicFile file = AtomicFile.create(model.resolve(WEIGHTS))) {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            write(file.channel(), length.putLong(header.length).flip());
            write(file.channel(), ByteBuffer.wrap(header));
            RandomWeights weights = new RandomWeights(arena);
            for (Tensor tensor : tensors()) {
                weights.write(tensor.name(), DType.BF16, bytes(tensor), piece -> append(file.channel(), piece));
            }
            file.commit();
        }
    }

    private static void append(WritableByteChannel channel, MemorySegment piece) {
        try {
            write(channel, piece.asByteBuffer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// All but the factors of positions, which the configuration tells there.
    private List<Tensor> tensors() {
        return shape.tensors().stream()
                .filter(tensor -> !tensor.name().equals("rope_freqs.weight"))
                .toList();
    }

    private static long bytes(Tensor tensor) {
        return DType.BF16.bytes(tensor.size());
    }

    /// The names, shapes and places of all tensors, filled with spaces to a multiple of eight bytes.
    private byte[] header() {
        Map<String, Object> entries = new LinkedHashMap<>();
        long at = 0;
        for (Tensor tensor : tensors()) {
            List<Integer> sizes =
                    tensor.rows() == 1 ? List.of(tensor.columns()) : List.of(tensor.rows(), tensor.columns());
            entries.put(
                    name(tensor.name()),
                    Map.of("dtype", "BF16", "shape", sizes, "data_offsets", List.of(at, at + bytes(tensor))));
            at += bytes(tensor);
        }
        String json = JsonMapper.shared().writeValueAsString(entries);
        return (json + " ".repeat(Math.floorMod(-json.length(), Long.BYTES))).getBytes(StandardCharsets.US_ASCII);
    }

    /// A name such as `blk.3.attn_q.weight` in the other form.
    private static String name(String name) {
        String[] words = name.split("\\.", -1);
        boolean inLayer = words[0].equals("blk");
        String part = PARTS.get(words[inLayer ? 2 : 0]);
        return "model." + (inLayer ? "layers." + words[1] + "." : "") + part + ".weight";
    }

    private Map<String, Object> configuration() {
        Metadata metadata = shape.metadata();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("architectures", List.of("LlamaForCausalLM"));
        values.put("model_type", "llama");
        values.put("hidden_size", metadata.integer("embedding_length"));
        values.put("intermediate_size", metadata.integer("feed_forward_length"));
        values.put("num_hidden_layers", metadata.integer("block_count"));
        values.put("num_attention_heads", metadata.integer("attention.head_count"));
        values.put("num_key_value_heads", metadata.integer("attention.head_count_kv"));
        values.put("head_dim", metadata.integer("attention.key_length"));
        values.put("rms_norm_eps", metadata.number("attention.layer_norm_rms_epsilon"));
        values.put("rope_theta", metadata.number("rope.freq_base"));
        values.put("vocab_size", metadata.integer("vocab_size"));
        values.put("max_position_embeddings", metadata.integer("context_length"));
        values.put("hidden_act", "silu");
        values.put("tie_word_embeddings", true);
        values.put("torch_dtype", "bfloat16");
        values.put("bos_token_id", 0);
        values.put("eos_token_id", 1);
        return values;
    }
}
