import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Writes a llama of 60 000 random weights as GGUF version 3, for the training run of the launcher's AOT cache:
/// `java TrainingModel.java FILE`. It says nothing sensible; it loads the classes that a real model needs.
final class TrainingModel {
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int F32 = 0;
    private static final int Q8_0 = 8;

    private static final int WIDTH = 64;
    private static final int HIDDEN = 128;
    private static final int LAYERS = 2;
    private static final int HEADS = 4;
    private static final int KEY_HEADS = 2;

    private record TensorData(int type, int columns, int rows, byte[] data) {}

    private final ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private final Random random = new Random(1);
    private final List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));

    public static void main(String[] arguments) throws IOException {
        TrainingModel model = new TrainingModel();
        model.write();
        Files.write(Path.of(arguments[0]), Arrays.copyOf(model.out.array(), model.out.position()));
    }

    private void write() {
        for (int value = 0; value < 256; value++) {
            tokens.add("<0x%02X>".formatted(value));
        }
        tokens.add("\u2581");
        Map<String, TensorData> tensors = tensors();
        out.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3).putLong(tensors.size());
        int count = out.position();
        out.putLong(0);
        int pairs = metadata();
        out.putLong(count, pairs);
        long offset = 0;
        for (Map.Entry<String, TensorData> entry : tensors.entrySet()) {
            TensorData tensor = entry.getValue();
            text(entry.getKey());
            out.putInt(tensor.rows == 1 ? 1 : 2).putLong(tensor.columns);
            if (tensor.rows > 1) {
                out.putLong(tensor.rows);
            }
            out.putInt(tensor.type).putLong(offset);
            offset += aligned(tensor.data.length);
        }
        out.position(aligned(out.position()));
        for (TensorData tensor : tensors.values()) {
            out.put(tensor.data);
            out.position(aligned(out.position()));
        }
    }

    /// Writes the header's keys and returns their number.
    private int metadata() {
        key("general.architecture", STRING);
        text("llama");
        Map<String, Integer> numbers = new LinkedHashMap<>();
        numbers.put("llama.block_count", LAYERS);
        numbers.put("llama.context_length", 256);
        numbers.put("llama.embedding_length", WIDTH);
        numbers.put("llama.feed_forward_length", HIDDEN);
        numbers.put("llama.attention.head_count", HEADS);
        numbers.put("llama.attention.head_count_kv", KEY_HEADS);
        numbers.put("llama.rope.dimension_count", WIDTH / HEADS);
        numbers.put("llama.vocab_size", tokens.size());
        numbers.put("tokenizer.ggml.bos_token_id", 1);
        numbers.put("tokenizer.ggml.eos_token_id", 2);
        numbers.put("tokenizer.ggml.unknown_token_id", 0);
        numbers.forEach((name, value) -> {
            key(name, UINT32);
            out.putInt(value);
        });
        key("llama.attention.layer_norm_rms_epsilon", FLOAT32);
        out.putFloat(1e-5f);
        key("tokenizer.chat_template", STRING);
        text("{% for message in messages %}{{ message['role'] + ': ' + message['content'] }}{% endfor %}");
        key("tokenizer.ggml.model", STRING);
        text("llama");
        array("tokenizer.ggml.tokens", STRING);
        tokens.forEach(this::text);
        array("tokenizer.ggml.scores", FLOAT32);
        tokens.forEach(token -> out.putFloat(0));
        array("tokenizer.ggml.token_type", INT32);
        for (int id = 0; id < tokens.size(); id++) {
            out.putInt(id == 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1); // unknown, control, byte, normal
        }
        return numbers.size() + 7;
    }

    private Map<String, TensorData> tensors() {
        int keys = WIDTH / HEADS * KEY_HEADS;
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("token_embd.weight", matrix(WIDTH, tokens.size()));
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "blk." + layer + ".";
            tensors.put(block + "attn_norm.weight", ones());
            tensors.put(block + "attn_q.weight", matrix(WIDTH, WIDTH));
            tensors.put(block + "attn_k.weight", matrix(WIDTH, keys));
            tensors.put(block + "attn_v.weight", matrix(WIDTH, keys));
            tensors.put(block + "attn_output.weight", matrix(WIDTH, WIDTH));
            tensors.put(block + "ffn_norm.weight", ones());
            tensors.put(block + "ffn_gate.weight", matrix(WIDTH, HIDDEN));
            tensors.put(block + "ffn_up.weight", matrix(WIDTH, HIDDEN));
            tensors.put(block + "ffn_down.weight", matrix(HIDDEN, WIDTH));
        }
        tensors.put("output_norm.weight", ones());
        return tensors;
    }

    /// Blocks of a half-precision scale and 32 signed bytes.
    private TensorData matrix(int columns, int rows) {
        ByteBuffer data = ByteBuffer.allocate(columns * rows / 32 * 34).order(ByteOrder.LITTLE_ENDIAN);
        byte[] values = new byte[32];
        while (data.hasRemaining()) {
            random.nextBytes(values);
            data.putShort(Float.floatToFloat16(0.001f)).put(values);
        }
        return new TensorData(Q8_0, columns, rows, data.array());
    }

    private static TensorData ones() {
        ByteBuffer data = ByteBuffer.allocate(WIDTH * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (data.hasRemaining()) {
            data.putFloat(1);
        }
        return new TensorData(F32, WIDTH, 1, data.array());
    }

    private void key(String name, int type) {
        text(name);
        out.putInt(type);
    }

    private void array(String name, int elementType) {
        key(name, ARRAY);
        out.putInt(elementType).putLong(tokens.size());
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putLong(bytes.length).put(bytes);
    }

    private static int aligned(int position) {
        return (position + 31) & -32;
    }
}
