package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.error.ModelFileException;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;
import ouverture.file.SafetensorsWriter;

/// Tokenizers of other models than the weights beside them.
class UnfittingTokenizerTest {
    private static final String[] PIECES = {"a", "b", "c", "<s>", "</s>"};
    private static final int[] KINDS = {1, 1, 1, 3, 3};

    @TempDir
    private Path folder;

    private Path gguf(int rows) {
        return GgufFixture.of("llama")
                .with("tokenizer.ggml.model", "gpt2")
                .with("tokenizer.ggml.pre", "gpt-2")
                .with("tokenizer.ggml.tokens", PIECES)
                .with("tokenizer.ggml.token_type", KINDS)
                .with("tokenizer.ggml.merges", new String[0])
                .randomTensor("token_embd.weight", 1, 4, rows)
                .write(folder.resolve("model.gguf"));
    }

    @ParameterizedTest
    @CsvSource({"5", "6", "64"})
    void paddedTablesAreFine(int rows) {
        try (ModelFile file = ModelFile.open(gguf(rows))) {
            assertThat(Tokenizer.find(file).orElseThrow().size()).isEqualTo(PIECES.length);
        }
    }

    @ParameterizedTest
    @CsvSource({"4", "1"})
    void tokensWithoutEmbeddingsAreRefused(int rows) {
        try (ModelFile file = ModelFile.open(gguf(rows))) {
            assertThatThrownBy(() -> Tokenizer.find(file))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessage("model.gguf: the tokenizer has 5 tokens and token_embd.weight has rows for " + rows
                            + ": the tokenizer belongs to another model, or the file is damaged.");
        }
    }

    /// Gemma 3's folders of text models have the tokens of pictures, without embeddings.
    @ParameterizedTest
    @CsvSource({"5", "4", "3"})
    void folderMayLackEmbeddingsOfControlTokens(int rows) throws IOException {
        try (ModelFile file = ModelFile.open(safetensors(rows))) {
            assertThat(Tokenizer.find(file).orElseThrow().size()).isEqualTo(PIECES.length);
        }
    }

    @Test
    void folderMustHaveThoseOfText() throws IOException {
        try (ModelFile file = ModelFile.open(safetensors(2))) {
            assertThatThrownBy(() -> Tokenizer.find(file))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("3 tokens")
                    .hasMessageContaining("rows for 2");
        }
    }

    private Path safetensors(int rows) throws IOException {
        Files.writeString(folder.resolve("config.json"), """
                {"architectures": ["LlamaForCausalLM"], "hidden_size": 4, "intermediate_size": 4,
                 "num_hidden_layers": 1, "num_attention_heads": 1, "max_position_embeddings": 8,
                 "rms_norm_eps": 1e-5}
                """);
        Files.writeString(folder.resolve("tokenizer.json"), """
                {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2}, "merges": []},
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
                 "decoder": {"type": "ByteLevel"},
                 "added_tokens": [{"id": 3, "content": "<s>", "special": true},
                                  {"id": 4, "content": "</s>", "special": true}]}
                """);
        new SafetensorsWriter()
                .randomTensor("model.embed_tokens.weight", 1, rows, 4)
                .write(folder.resolve("model.safetensors"));
        return folder;
    }
}
