package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.error.UnsupportedModelException;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A tokenizer of a GGUF header, written as files of Hugging Face and read back.
class HuggingFaceFilesTest {
    private static final List<String> TEXTS = List.of(
            "",
            "hello  hello\n\n1234567 12,5 %",
            "L'été à Noël : « naïve » cœur, DÉJÀ vu",
            "<|start|>user<|message|>hello<|end|>",
            "a <tool> b",
            "日本 🎉");

    @TempDir
    private Path folder;

    private GgufFixture header(String pre) {
        List<String> pieces = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            pieces.add(String.valueOf(ByteLevel.charOf(value)));
        }
        pieces.addAll(List.of("he", "ll", "hell", "hello", "Ġhello", "Ã©"));
        pieces.addAll(List.of("<|start|>", "<|message|>", "<|end|>", "<|return|>", "<|call|>", "<tool>"));
        int[] types = new int[pieces.size()];
        Arrays.fill(types, 0, 262, TokenKind.NORMAL.ggufNumber());
        Arrays.fill(types, 262, 267, TokenKind.CONTROL.ggufNumber());
        types[267] = TokenKind.USER_DEFINED.ggufNumber();
        return GgufFixture.of("gpt-oss")
                .with("gpt-oss.context_length", 64)
                .with("tokenizer.ggml.model", "gpt2")
                .with("tokenizer.ggml.pre", pre)
                .with("tokenizer.ggml.tokens", pieces.toArray(String[]::new))
                .with("tokenizer.ggml.token_type", types)
                .with("tokenizer.ggml.merges", new String[] {"h e", "l l", "he ll", "hell o", "Ġ hello", "Ã ©"})
                .with("tokenizer.ggml.bos_token_id", 262)
                .with("tokenizer.ggml.eos_token_id", 265);
    }

    @ParameterizedTest
    @CsvSource({"gpt-4o, false, false", "qwen2, true, false", "llama-bpe, true, true", "gpt-2, false, true"})
    void textsGetTheSameIds(String pre, boolean begins, boolean ends) throws IOException {
        Path path = header(pre)
                .with("tokenizer.ggml.add_bos_token", begins)
                .with("tokenizer.ggml.add_eos_token", ends)
                .write(folder.resolve("m.gguf"));
        try (ModelFile model = ModelFile.open(path)) {
            Tokenizer original = Tokenizer.of(model.metadata());
            for (Map.Entry<String, byte[]> file : HuggingFaceFiles.of(model).entrySet()) {
                Files.write(folder.resolve(file.getKey()), file.getValue());
            }

            Tokenizer written = Tokenizer.ofJson(folder.resolve("tokenizer.json"), model.metadata());

            assertThat(written.size()).isEqualTo(original.size());
            for (String text : TEXTS) {
                assertThat(written.encode(text, true, true)).as(text).isEqualTo(original.encode(text, true, true));
                assertThat(written.encode(text, false, false)).as(text).isEqualTo(original.encode(text, false, false));
            }
            for (int id = 0; id < original.size(); id++) {
                assertThat(written.kind(id)).as("token %d", id).isEqualTo(original.kind(id));
                assertThat(written.rawBytes(id)).as("token %d", id).isEqualTo(original.rawBytes(id));
                assertThat(written.endsGeneration(id)).as("token %d", id).isEqualTo(original.endsGeneration(id));
            }
            assertThat(written.bos()).isEqualTo(original.bos());
            assertThat(written.eos()).isEqualTo(original.eos());
        }
    }

    @Test
    void settingsOfAnswersAndTheTemplateAreKept() throws IOException {
        Path path = header("gpt-4o")
                .with("tokenizer.chat_template", "{{ 'é' }}")
                .with("general.sampling.temp", 0.5)
                .with("general.sampling.top_k", 40)
                .write(folder.resolve("m.gguf"));
        try (ModelFile model = ModelFile.open(path)) {
            Map<String, byte[]> files = HuggingFaceFiles.of(model);

            assertThat(files)
                    .containsOnlyKeys(
                            "tokenizer.json", "tokenizer_config.json", "generation_config.json", "chat_template.jinja");
            assertThat(files.get("chat_template.jinja")).asString().isEqualTo("{{ 'é' }}");
            JsonNode generation = JsonMapper.shared().readTree(files.get("generation_config.json"));
            assertThat(generation)
                    .isEqualTo(JsonMapper.shared()
                            .readTree("{\"bos_token_id\":262,\"eos_token_id\":[265,266],\"temperature\":0.5,"
                                    + "\"do_sample\":true,\"top_k\":40}"));
        }
    }

    @Test
    void aSplittingRuleOfManyStepsIsRefused() {
        Path path = header("deepseek-v3").write(folder.resolve("m.gguf"));
        try (ModelFile model = ModelFile.open(path)) {
            assertThatThrownBy(() -> HuggingFaceFiles.of(model))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessage("m.gguf: a tokenizer of the kind \"gpt2\" that splits by \"deepseek-v3\" cannot be"
                            + " written as tokenizer.json by this version.");
        }
    }
}
