package ouverture.benchmarks.models;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.file.Metadata;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// A network without its weights.
///
/// @param name of the model, without the number format
/// @param values of the header, as [Metadata] has them
/// @param tensors F32, without memory: their data must not be read
record ModelShape(String name, Map<String, Object> values, List<Tensor> tensors) {
    /// The header.
    Metadata metadata() {
        return new Metadata(name, values);
    }

    /// The same network with a tokenizer, for servers, which say texts: its tokens are the single bytes and
    /// made-up words, and the last one ends texts.
    ModelShape withWords() {
        int vocabulary = metadata().integer("vocab_size");
        Map<String, Object> all = new LinkedHashMap<>(values);
        all.put("general.name", name + "-words");
        all.put("tokenizer.ggml.model", "gpt2");
        all.put("tokenizer.ggml.pre", "llama-bpe");
        all.put("tokenizer.ggml.tokens", Words.list(vocabulary));
        all.put("tokenizer.ggml.token_type", Words.types(vocabulary));
        all.put("tokenizer.ggml.merges", List.of());
        all.put("tokenizer.ggml.bos_token_id", (long) vocabulary - 1);
        all.put("tokenizer.ggml.eos_token_id", (long) vocabulary - 1);
        all.put("tokenizer.ggml.add_bos_token", false);
        return new ModelShape(name + "-words", all, tensors);
    }

    /// Weights that a token is multiplied by: of a mixture, those of the experts that it goes to.
    double activeParameters() {
        double chosen = metadata().has("expert_count")
                ? (double) metadata().integer("expert_used_count") / metadata().integer("expert_count")
                : 1;
        return tensors.stream()
                .filter(tensor -> tensor.name().startsWith("blk."))
                .mapToDouble(tensor -> (tensor.name().contains("_exps.") ? chosen : 1) * tensor.size())
                .sum();
    }

    /// Collects the keys and tensors of one model.
    static final class Builder {
        private final String name;
        private final String architecture;
        private final Map<String, Object> values = new LinkedHashMap<>();
        private final List<Tensor> tensors = new ArrayList<>();

        /// A model that has no tokenizer: `no_vocab` tells llama.cpp so, which takes the number of tokens from
        /// `vocab_size` then.
        Builder(String name, String architecture, int vocabulary) {
            this.name = name;
            this.architecture = architecture;
            values.put("general.architecture", architecture);
            values.put("general.name", name);
            values.put("tokenizer.ggml.model", "no_vocab");
            key("vocab_size", vocabulary);
        }

        Builder key(String key, long value) {
            values.put(architecture + "." + key, value);
            return this;
        }

        Builder key(String key, double value) {
            values.put(architecture + "." + key, value);
            return this;
        }

        Builder key(String key, Object value) {
            values.put(architecture + "." + key, value);
            return this;
        }

        Builder vector(String tensor, int columns) {
            return planes(tensor, 1, 1, columns);
        }

        Builder matrix(String tensor, int rows, int columns) {
            return planes(tensor, 1, rows, columns);
        }

        /// Matrices that lie behind each other, such as experts.
        @SuppressWarnings("restricted") // nobody reads or writes what is at that address
        Builder planes(String tensor, int planes, int rows, int columns) {
            MemorySegment none = MemorySegment.NULL.reinterpret(DType.F32.bytes((long) planes * rows * columns));
            tensors.add(new Tensor(tensor, DType.F32, planes, rows, columns, none));
            return this;
        }

        ModelShape build() {
            return new ModelShape(name, values, List.copyOf(tensors));
        }
    }
}
