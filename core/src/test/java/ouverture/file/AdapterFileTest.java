package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Shared;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.Tensor;

/// Adapters in both forms, sound ones and others.
class AdapterFileTest {
    @TempDir
    private Path folder;

    private static ModelFile base(String name) {
        return ModelFile.open(Shared.path("conformance/models/" + name + ".gguf"));
    }

    private static Path lora(String name) {
        return Shared.path("conformance/lora/" + name);
    }

    private static float[] numbers(Tensor tensor) {
        return tensor.data().toArray(ValueLayout.JAVA_FLOAT);
    }

    private static List<LowRankUpdate> sorted(AdapterFile adapter) {
        return adapter.updates().stream()
                .sorted(Comparator.comparing(LowRankUpdate::name))
                .toList();
    }

    private static void assertSame(AdapterFile actual, AdapterFile expected) {
        assertThat(actual.updates()).hasSameSizeAs(expected.updates());
        for (int i = 0; i < expected.updates().size(); i++) {
            LowRankUpdate a = sorted(actual).get(i);
            LowRankUpdate b = sorted(expected).get(i);
            assertThat(a.name()).isEqualTo(b.name());
            assertThat(a.scale()).as(a.name()).isEqualTo(b.scale());
            assertThat(a.rank()).isEqualTo(b.rank());
            assertThat(a.up().planes()).isEqualTo(b.up().planes());
            assertThat(numbers(a.down())).as(a.name()).isEqualTo(numbers(b.down()));
            assertThat(numbers(a.up())).as(a.name()).isEqualTo(numbers(b.up()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama3", "qwen2"})
    void bothFormsHoldTheSame(String name) {
        try (ModelFile base = base(name)) {
            AdapterFile peft = AdapterFile.read(lora(name + "-peft"), base);
            assertSame(peft, AdapterFile.read(lora(name + "-lora.gguf"), base));
            assertSame(AdapterFile.read(lora(name + "-peft/adapter_model.safetensors"), base), peft);
            assertThat(peft.parameters()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama3", "mixtral", "qwen3moe", "gpt2", "phi3", "gemma3", "deepseek2-lite"})
    void whatIsWrittenIsReadAgain(String name) {
        try (ModelFile base = base(name)) {
            AdapterFile adapter = RandomAdapter.of(base, 3, 2);
            adapter.writeGguf(folder.resolve("a.gguf"), base);
            adapter.writePeft(folder.resolve("peft"), base);
            assertSame(AdapterFile.read(folder.resolve("a.gguf"), base), adapter);
            assertSame(AdapterFile.read(folder.resolve("peft"), base), adapter);
        }
    }

    @Test
    void differentRanksAndScalesAreWritten() {
        try (ModelFile base = base("llama3")) {
            AdapterFile low = RandomAdapter.of(base, 3, 1, List.of("blk.0.attn_q.weight"));
            AdapterFile high = RandomAdapter.of(base, 4, 5, List.of("blk.1.ffn_down.weight"));
            LowRankUpdate other = high.updates().getFirst();
            AdapterFile both = new AdapterFile(
                    "both",
                    List.of(
                            low.updates().getFirst(),
                            new LowRankUpdate(other.name(), other.down(), other.up(), 0.25f)));
            both.writePeft(folder.resolve("peft"), base);
            assertSame(AdapterFile.read(folder.resolve("peft"), base), both);
            both.writeGguf(folder.resolve("a.gguf"), base);
            List<LowRankUpdate> read = sorted(AdapterFile.read(folder.resolve("a.gguf"), base));
            assertThat(read).allMatch(update -> update.scale() == 1);
            assertThat(numbers(read.get(1).up())[3]).isEqualTo(numbers(other.up())[3] * 0.25f);
        }
    }

    @Test
    void embeddingsHaveTheirOwnOrder() {
        try (ModelFile base = base("llama2")) {
            AdapterFile adapter = RandomAdapter.of(base, 3, 2, List.of("token_embd.weight"));
            adapter.writeGguf(folder.resolve("a.gguf"), base);
            assertSame(AdapterFile.read(folder.resolve("a.gguf"), base), adapter);
            LowRankUpdate update = adapter.updates().getFirst();
            int tokens = update.down().rows();
            int width = update.up().rows();
            float[] turned = new float[2 * tokens];
            for (int i = 0; i < turned.length; i++) {
                turned[i] = numbers(update.down())[i % tokens * 2 + i / tokens];
            }
            peft(
                    "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":2}",
                    new SafetensorsWriter()
                            .tensor(
                                    "base_model.model.model.embed_tokens.lora_embedding_A",
                                    "F32",
                                    bytes(turned),
                                    2,
                                    tokens)
                            .tensor(
                                    "base_model.model.model.embed_tokens.lora_embedding_B",
                                    "F32",
                                    bytes(numbers(update.up())),
                                    width,
                                    2));
            assertSame(AdapterFile.read(folder, base), adapter);
        }
    }

    /// PEFT's matrices of all experts together, as it wraps parameters.
    @Test
    void expertsOfGptOssAreTakenApart() {
        try (ModelFile base = base("gpt-oss")) {
            Tensor gate = base.tensors().get("blk.1.ffn_gate_exps.weight");
            int experts = gate.planes();
            Random random = new Random(1);
            float[] down = floats(random, 2 * experts * gate.columns());
            float[] up = floats(random, 2 * gate.rows() * 2 * experts);
            String module = "base_model.model.model.layers.1.mlp.experts.base_layer.lora_";
            peft(
                    "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":8}",
                    new SafetensorsWriter()
                            .tensor(module + "A.weight", "F32", bytes(down), 2L * experts, gate.columns())
                            .tensor(module + "B.weight", "F32", bytes(up), 2L * gate.rows(), 2L * experts));
            List<LowRankUpdate> updates = sorted(AdapterFile.read(folder, base));
            assertThat(updates)
                    .extracting(LowRankUpdate::name)
                    .containsExactly("blk.1.ffn_gate_exps.weight", "blk.1.ffn_up_exps.weight");
            LowRankUpdate second = updates.get(1);
            assertThat(second.scale()).isEqualTo(4);
            assertThat(numbers(second.down())).isEqualTo(down);
            int expert = 2;
            int row = 5;
            for (int k = 0; k < 2; k++) {
                assertThat(numbers(second.up().plane(expert))[row * 2 + k])
                        .isEqualTo(up[(2 * row + 1) * 2 * experts + k * experts + expert]);
            }
        }
    }

    private static float[] floats(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat();
        }
        return numbers;
    }

    private static byte[] bytes(float[] numbers) {
        byte[] bytes = new byte[4 * numbers.length];
        GgufFixture.littleEndian(bytes).asFloatBuffer().put(numbers);
        return bytes;
    }

    private void peft(String config, SafetensorsWriter weights) {
        try {
            Files.writeString(folder.resolve("adapter_config.json"), config);
            weights.write(folder.resolve("adapter_model.safetensors"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static SafetensorsWriter query(long rank) {
        String module = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
        return new SafetensorsWriter()
                .randomTensor(module + "A.weight", 1, rank, 64)
                .randomTensor(module + "B.weight", 2, 64, rank);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"peft_type":"LORA","r":4,"lora_alpha":8} | 2
            {"peft_type":"LORA","r":4,"lora_alpha":8,"use_rslora":true} | 4
            {"peft_type":"LORA","r":8,"lora_alpha":8,"rank_pattern":{"q_proj":4}} | 2
            {"peft_type":"LORA","r":4,"lora_alpha":8,"alpha_pattern":{"layers.0.self_attn.q_proj":2}} | 0.5
            {"peft_type":"LORA","r":4,"lora_alpha":8,"alpha_pattern":{"proj":2,"^q_proj":3}} | 2
            {"peft_type":"LORA","r":4,"lora_alpha":8,"init_lora_weights":"gaussian","modules_to_save":null} | 2
            """)
    void scalesFollowTheSettings(String config, float scale) {
        peft(config, query(4));
        try (ModelFile base = base("llama3")) {
            assertThat(AdapterFile.read(folder, base).updates().getFirst().scale())
                    .isEqualTo(scale);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "peft_type":"LOHA"                             | of the type "LOHA"
            "r":4                                          | of the type ""
            "peft_type":"LORA","use_dora":true             | splits weights into length and direction (DoRA)
            "peft_type":"LORA","lora_bias":true            | has biases of its own
            "peft_type":"LORA","bias":"all"                | changes the model's own biases
            "peft_type":"LORA","modules_to_save":["head"]  | replaces whole modules
            "peft_type":"LORA","init_lora_weights":"pissa_niter_4" | a changed copy of its model (pissa_niter_4)
            "peft_type":"LORA","alora_invocation_tokens":[1,2] | works from certain tokens
            "peft_type":"LORA","r":4,"lora_alpha":8,"alpha_pattern":{".*q":1} | has the pattern ".*q" in alpha_pattern
            "peft_type":"LORA","r":4,"lora_alpha":8,"rank_pattern":{"q":"x"} | rank_pattern should have a number
            "peft_type":"LORA","lora_alpha":8              | lacks a rank of 1 or more
            "peft_type":"LORA","r":0,"lora_alpha":8        | lacks a rank of 1 or more
            "peft_type":"LORA","r":3,"lora_alpha":8        | gives the rank 3, and the matrices
            """)
    void otherSettingsAreRefused(String settings, String sentence) {
        peft("{" + settings + "}", query(4));
        assertRefused(sentence);
    }

    private void assertRefused(String sentence) {
        try (ModelFile base = base("llama3")) {
            assertThatThrownBy(() -> AdapterFile.read(folder, base))
                    .isInstanceOf(OuvertureException.class)
                    .hasMessageContaining(sentence)
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void tensorsThatDoNotFitAreRefused() {
        String config = "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8}";
        String module = "base_model.model.model.layers.0.self_attn.q_proj.";
        peft(config, new SafetensorsWriter());
        assertRefused("holds no change of any weight");
        peft(config, query(4).randomTensor(module + "lora_magnitude_vector", 1, 64));
        assertRefused("which is no half of a low-rank change");
        peft(config, new SafetensorsWriter().randomTensor(module + "lora_A.weight", 1, 4, 64));
        assertRefused("only one of the two matrices");
        peft(
                config,
                new SafetensorsWriter()
                        .randomTensor(module + "lora_A.weight", 1, 4, 64)
                        .randomTensor(module + "lora_B.weight", 1, 62, 4));
        assertRefused("pairs");
        peft(
                config,
                new SafetensorsWriter()
                        .randomTensor(module + "lora_A.weight", 1, 4, 32)
                        .randomTensor(module + "lora_B.weight", 1, 64, 4));
        assertRefused("by matrices of 4 x 32 and 64 x 4, which do not fit the 64 x 64 of llama3.gguf");
        String far = module.replace("0", "99");
        peft(
                config,
                new SafetensorsWriter()
                        .randomTensor(far + "lora_A.weight", 1, 4, 64)
                        .randomTensor(far + "lora_B.weight", 1, 64, 4));
        assertRefused("changes blk.99.attn_q.weight, which llama3.gguf does not have");
        String unknown = "base_model.model.model.layers.0.mamba.in_proj.";
        peft(
                config,
                new SafetensorsWriter()
                        .randomTensor(unknown + "lora_A.weight", 1, 4, 64)
                        .randomTensor(unknown + "lora_B.weight", 1, 64, 4));
        assertRefused("changes the module \"model.layers.0.mamba.in_proj\"");
        float[] numbers = new float[4 * 64];
        numbers[7] = Float.NaN;
        peft(
                config,
                new SafetensorsWriter()
                        .tensor(module + "lora_A.weight", "F32", bytes(numbers), 4, 64)
                        .randomTensor(module + "lora_B.weight", 1, 64, 4));
        assertRefused("numbers that are not finite");
    }

    @Test
    void whatIsNoAdapterIsRefused() throws IOException {
        assertRefused("holds no adapter: there is no adapter_config.json");
        Files.writeString(folder.resolve("adapter_config.json"), "{\"peft_type\":\"LORA\",\"r\":1,\"lora_alpha\":1}");
        Files.writeString(folder.resolve("adapter_model.bin"), "PK");
        assertRefused("may run code");
        try (ModelFile base = base("llama3")) {
            assertThatThrownBy(() -> AdapterFile.read(Shared.path("conformance/models/llama3.gguf"), base))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageStartingWith("llama3.gguf is a model and no adapter");
            assertThatThrownBy(() -> AdapterFile.read(folder.resolve("none.gguf"), base))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("There is no file");
        }
    }

    @Test
    void otherKindsOfGgufAdaptersAreRefused() {
        try (ModelFile base = base("llama3")) {
            Path control = GgufFixture.of("llama")
                    .with("general.type", "adapter")
                    .with("adapter.type", "control_vector")
                    .write(folder.resolve("control.gguf"));
            assertThatThrownBy(() -> AdapterFile.read(control, base))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("of the type \"control_vector\"");
            Path invoked = GgufFixture.copyOf(lora("llama3-lora.gguf"))
                    .with("adapter.alora.invocation_tokens", new int[] {1})
                    .write(folder.resolve("invoked.gguf"));
            assertThatThrownBy(() -> AdapterFile.read(invoked, base))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("aLoRA");
        }
    }

    /// However much of a file is missing or wrong, the answer is a sentence.
    @Test
    void damagedFilesAreRefused() throws IOException {
        byte[] gguf = Files.readAllBytes(lora("llama3-lora.gguf"));
        byte[] weights = Files.readAllBytes(lora("llama3-peft/adapter_model.safetensors"));
        Path file = folder.resolve("a.gguf");
        Path peft = Files.createDirectory(folder.resolve("peft"));
        Files.copy(lora("llama3-peft/adapter_config.json"), peft.resolve("adapter_config.json"));
        Random random = new Random(1);
        try (ModelFile base = base("llama3")) {
            for (int i = 0; i < 300; i++) {
                boolean cut = i % 2 == 0;
                assertSentence(file, file, damaged(gguf, random, cut), base, cut);
                assertSentence(
                        peft, peft.resolve("adapter_model.safetensors"), damaged(weights, random, cut), base, cut);
            }
        }
    }

    private static byte[] damaged(byte[] bytes, Random random, boolean cut) {
        if (cut) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length - 64));
        }
        byte[] damaged = bytes.clone();
        damaged[random.nextInt(3000)] = (byte) random.nextInt();
        return damaged;
    }

    private static void assertSentence(Path adapter, Path file, byte[] bytes, ModelFile base, boolean mustFail)
            throws IOException {
        Files.write(file, bytes);
        try {
            AdapterFile.read(adapter, base);
            assertThat(mustFail)
                    .as("a cut file of %d bytes was read", bytes.length)
                    .isFalse();
        } catch (OuvertureException e) {
            assertThat(e.getMessage()).doesNotContain("\n").isNotBlank();
        }
    }
}
