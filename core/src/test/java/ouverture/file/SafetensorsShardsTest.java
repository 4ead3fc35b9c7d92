package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.error.ModelFileException;

class SafetensorsShardsTest {
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    @BeforeEach
    void twoShards() throws IOException {
        Files.writeString(folder.resolve("config.json"), """
                {"architectures":["LlamaForCausalLM"],"hidden_size":8,"num_attention_heads":2}""");
        new SafetensorsWriter()
                .randomTensor("model.embed_tokens.weight", 1, 5, 8)
                .write(folder.resolve(FIRST));
        new SafetensorsWriter().randomTensor("lm_head.weight", 2, 5, 8).write(folder.resolve(SECOND));
        index("{\"model.embed_tokens.weight\":\"" + FIRST + "\",\"lm_head.weight\":\"" + SECOND + "\"}");
    }

    @Test
    void shardsAreOneModel() {
        try (ModelFile file = ModelFile.open(folder)) {
            assertThat(file.tensors()).containsOnlyKeys("token_embd.weight", "output.weight");
            Soundness.check(file.tensors().values());
        }
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        Files.delete(folder.resolve(SECOND));
        assertRefused("1 of the 2 weight files", SECOND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/model.safetensors",
                "/etc/model.safetensors",
                "..safetensors",
                "sub/model.safetensors",
                "model.safetensors.index.json",
                "C:\\\\model.safetensors",
                "a\\u0000b.safetensors",
                ""
            })
    void aShardOutsideOfTheFolderIsRefused(String name) throws IOException {
        index("{\"lm_head.weight\":\"" + name + "\"}");
        assertRefused("is not the name of a safetensors file");
    }

    @Test
    void aTensorThatIsNotInItsShardIsNamed() throws IOException {
        index("{\"model.embed_tokens.weight\":\"" + FIRST + "\",\"model.norm.weight\":\"" + FIRST
                + "\",\"lm_head.weight\":\"" + SECOND + "\"}");
        assertRefused(FIRST, "lacks the tensor \"model.norm.weight\"");
    }

    @Test
    void aTensorThatIsNotInTheIndexIsNamed() throws IOException {
        new SafetensorsWriter()
                .randomTensor("lm_head.weight", 2, 5, 8)
                .randomTensor("model.norm.weight", 3, 8)
                .write(folder.resolve(SECOND));
        assertRefused("\"model.norm.weight\"", "not in its weight_map");
    }

    @Test
    void aTensorInTwoShardsIsRefused() throws IOException {
        index("{\"model.embed_tokens.weight\":\"" + FIRST + "\",\"embed_tokens.weight\":\"" + SECOND + "\"}");
        new SafetensorsWriter().randomTensor("embed_tokens.weight", 1, 5, 8).write(folder.resolve(SECOND));
        assertRefused("second tensor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "7", "{\"a\":1}", "{\"a\":{}}"})
    void anIndexWithoutFilesIsRefused(String map) throws IOException {
        index(map);
        assertRefused("model.safetensors.index.json is damaged");
    }

    private void index(String map) throws IOException {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\":{\"total_size\":1},\"weight_map\":" + map + "}");
    }

    private void assertRefused(String... complaints) {
        assertThatThrownBy(() -> ModelFile.open(folder).close())
                .isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll(complaints);
    }
}
