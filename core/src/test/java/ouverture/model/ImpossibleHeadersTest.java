package ouverture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.error.ModelFileException;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;
import ouverture.model.family.Families;

/// Headers of sound files whose numbers make no network, though the shapes of the tensors may fit them.
class ImpossibleHeadersTest {
    private static final int WIDTH = 16;

    @TempDir
    private Path folder;

    @Test
    void soundHeaderLoads() {
        try (ModelFile file = ModelFile.open(llama().write(folder.resolve("sound.gguf")))) {
            assertThat(Families.load(file, 8).cacheShapes()).hasSize(1);
        }
    }

    /// 2^30 + 2 heads of 8 elements are 16 columns in 32 bits, as many as the tensors have.
    @ParameterizedTest
    @CsvSource({
        "llama.context_length, 0",
        "llama.context_length, -100",
        "llama.block_count, 0",
        "llama.block_count, -1",
        "llama.attention.head_count, 1073741826",
        "llama.attention.head_count, -2",
        "llama.attention.key_length, -8"
    })
    void numbersThatMakeNoNetworkAreRefused(String key, int value) {
        Path damaged = llama().with(key, new GgufFixture.Raw(5, GgufFixture.ints(value)))
                .write(folder.resolve("damaged.gguf"));
        try (ModelFile file = ModelFile.open(damaged)) {
            assertThatThrownBy(() -> Families.load(file, 8))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("damaged.gguf")
                    .hasMessageContaining(String.valueOf(value));
        }
    }

    private static GgufFixture llama() {
        GgufFixture writer = GgufFixture.of("llama")
                .with("llama.context_length", 64)
                .with("llama.block_count", 1)
                .with("llama.embedding_length", WIDTH)
                .with("llama.feed_forward_length", WIDTH)
                .with("llama.attention.head_count", 2)
                .with("llama.attention.head_count_kv", 1)
                .with("llama.attention.key_length", 8)
                .with("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .randomTensor("token_embd.weight", 1, WIDTH, 8)
                .randomTensor("output_norm.weight", 2, WIDTH);
        for (String norm : new String[] {"attn_norm", "ffn_norm"}) {
            writer.randomTensor("blk.0." + norm + ".weight", 3, WIDTH);
        }
        for (String matrix : new String[] {"attn_q", "attn_output", "ffn_gate", "ffn_up", "ffn_down"}) {
            writer.randomTensor("blk.0." + matrix + ".weight", 4, WIDTH, WIDTH);
        }
        for (String matrix : new String[] {"attn_k", "attn_v"}) {
            writer.randomTensor("blk.0." + matrix + ".weight", 5, WIDTH, 8);
        }
        return writer;
    }
}
