package ouverture.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.EngineOptions.Activations;
import ouverture.EngineOptions.CacheFormat;
import ouverture.Shared;
import ouverture.error.UnsupportedModelException;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.file.quantize.Conversion;
import ouverture.file.quantize.FileType;

/// A tokenizer.json that is written into a GGUF header must give the same ids there.
class GgufKeysTest {
    private static final int[] PROMPT =
            IntStream.range(0, 40).map(i -> i * 37 % 384).toArray();

    @TempDir
    private static Path scratch;

    @TestFactory
    Stream<DynamicTest> givesTheIdsOfTheTokenizerJson() {
        return TestVocabulary.all().stream()
                .filter(vocabulary -> JsonTokenizerTest.isConvertible(vocabulary, scratch))
                .map(vocabulary -> DynamicTest.dynamicTest(vocabulary.name(), () -> checkConverted(vocabulary)));
    }

    private static void checkConverted(TestVocabulary vocabulary) {
        Metadata metadata = vocabulary.metadata(scratch);
        int[] before = Tokenizer.of(metadata).encode("", true, false);
        Path json = JsonTokenizerTest.convert(metadata, true)
                .template(IntStream.of(before).boxed().toList())
                .write(scratch);
        GgufKeys keys = GgufKeysOfJson.of(json, metadata, Integer.MAX_VALUE);
        Tokenizer written = Tokenizer.of(new Metadata("written", keys.values()));

        JsonTokenizerTest.compare(written, Tokenizer.ofJson(json, metadata), vocabulary.texts());
        assertThat(keys.notes()).isEmpty();
        assertThat(keys.values().get("tokenizer.ggml.model"))
                .isEqualTo(metadata.values().get("tokenizer.ggml.model"));
    }

    private static HuggingFaceFile small(String expression) {
        Map<String, Object> values = new HashMap<>();
        values.put("tokenizer.ggml.tokens", List.of("a", "b", "ab", "Ġ", "<s>", "</s>", "<u>", "1", "11"));
        values.put("tokenizer.ggml.token_type", new int[] {1, 1, 1, 1, 3, 3, 4, 1, 1});
        values.put("tokenizer.ggml.merges", List.of("a b", "1 1"));
        return HuggingFaceFile.byteLevel(new Metadata("small", values), List.of(expression), false, true);
    }

    private static GgufKeys keys(Path json) {
        return GgufKeysOfJson.of(json, new Metadata("small", Map.of()), Integer.MAX_VALUE);
    }

    /// The folders of Gemma 3's text models have a token for pictures that the table has no row for.
    @Test
    void tokensWithoutEmbeddingsAreLeftOut() throws IOException {
        Map<String, Object> values = Map.of(
                "tokenizer.ggml.tokens", List.of("a", "b", "ab", "<s>", "</s>", "<image>"),
                "tokenizer.ggml.token_type", new int[] {1, 1, 1, 3, 3, 3},
                "tokenizer.ggml.merges", List.of("a b"));
        Metadata metadata = new Metadata("small", values);
        Path json = HuggingFaceFile.byteLevel(metadata, List.of(PreTokenizers.QWEN2), false, true)
                .write(scratch);
        Files.writeString(json.resolveSibling("generation_config.json"), "{\"eos_token_id\": [4, 5]}");
        GgufKeys cut = GgufKeysOfJson.of(json, new Metadata("small", Map.of()), 5);

        assertThat((List<?>) cut.values().get("tokenizer.ggml.tokens")).hasSize(5);
        assertThat((int[]) cut.values().get("tokenizer.ggml.eos_token_ids")).containsExactly(4);
    }

    @Test
    void tokensWithAMeaningAreNamed() throws IOException {
        Path json = small(PreTokenizers.QWEN2).template(List.of(4)).write(scratch);
        Files.writeString(json.resolveSibling("tokenizer_config.json"), """
                {"bos_token": "<s>", "eos_token": "</s>", "add_eos_token": true}
                """);
        Files.writeString(json.resolveSibling("generation_config.json"), "{\"eos_token_id\": [5, 6]}");

        assertThat(keys(json).values())
                .containsEntry("tokenizer.ggml.pre", "qwen2")
                .containsEntry("tokenizer.ggml.bos_token_id", 4L)
                .containsEntry("tokenizer.ggml.eos_token_id", 5L)
                .containsEntry("tokenizer.ggml.add_bos_token", true)
                .containsEntry("tokenizer.ggml.add_eos_token", true)
                .containsEntry("tokenizer.ggml.eos_token_ids", new int[] {5, 6});
    }

    @Test
    void idsThatStandForNothingGetAName() {
        HuggingFaceFile file = small(PreTokenizers.GPT2);
        file.root().withArray("added_tokens").addObject().put("id", 11).put("content", "<x>");

        assertThat(keys(file.write(scratch)).values().get("tokenizer.ggml.tokens"))
                .isEqualTo(List.of("a", "b", "ab", "Ġ", "<s>", "</s>", "<u>", "1", "11", "[PAD9]", "[PAD10]", "<x>"));
    }

    @Test
    void whatAHeaderCannotSayIsSaid() {
        HuggingFaceFile composing = small(PreTokenizers.GPT2);
        composing.root().putObject("normalizer").put("type", "NFC");
        HuggingFaceFile stripping = small(PreTokenizers.GPT2);
        stripping
                .root()
                .withArray("added_tokens")
                .forEach(token -> ((tools.jackson.databind.node.ObjectNode) token).put("rstrip", true));

        assertThat(keys(composing.write(scratch)).notes())
                .singleElement()
                .asString()
                .contains("NFC");
        assertThat(keys(stripping.write(scratch)).notes())
                .singleElement()
                .asString()
                .contains("white space beside 3 of its added tokens");
    }

    @Test
    void aTokenizerWithoutANameIsRefused() {
        HuggingFaceFile odd = small("\\p{N}{1,7}|\\p{L}|.");
        HuggingFaceFile lowercase = small(PreTokenizers.GPT2);
        lowercase.root().putObject("normalizer").put("type", "Lowercase");

        for (HuggingFaceFile file : List.of(odd, lowercase)) {
            Path json = file.write(scratch);
            assertThatThrownBy(() -> keys(json))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("tokenizer.json")
                    .hasMessageContaining("--no-tokenizer");
        }
    }

    /// The way of a whole folder: weights, tokenizer and settings in one GGUF file that does the same.
    @ParameterizedTest
    @ValueSource(strings = {"llama2", "llama3", "mistral-nemo", "gpt2"})
    void aFolderBecomesAFileThatDoesTheSame(String name) throws IOException {
        Path folder = Files.createDirectories(scratch.resolve("folder-" + name));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(Shared.path("conformance/safetensors/" + name + "/" + file), folder.resolve(file));
        }
        try (ModelFile vocabulary = ModelFile.open(Shared.path("conformance/models/" + name + ".gguf"))) {
            Path json = JsonTokenizerTest.convert(vocabulary.metadata(), true).write(scratch);
            Files.copy(json, folder.resolve("tokenizer.json"));
        }
        Files.writeString(folder.resolve("chat_template.jinja"), "{{ messages[0].content }}");
        Path gguf = scratch.resolve(name + ".gguf");

        Conversion.run(folder, gguf, FileType.F32);

        EngineOptions options = EngineOptions.DEFAULT
                .withKernels("scalar")
                .withActivations(Activations.F32)
                .withCache(CacheFormat.F32)
                .withThreads(2);
        try (Engine before = Engine.open(folder, options);
                Engine after = Engine.open(gguf, options)) {
            assertThat(after.logits(PROMPT, true)).isDeepEqualTo(before.logits(PROMPT, true));
            JsonTokenizerTest.compare(
                    after.tokenizer().orElseThrow(), before.tokenizer().orElseThrow(), List.of("Hello, world!"));
        }
        try (ModelFile file = ModelFile.open(gguf)) {
            assertThat(file.metadata().string("tokenizer.chat_template")).contains("{{ messages[0].content }}");
            assertThat(file.metadata().string("general.name")).contains("folder-" + name);
        }
    }

    @Test
    void aFolderWithoutTokenizerSaysSo() {
        try (ModelFile folder = ModelFile.open(Shared.path("conformance/safetensors/llama3"));
                ModelFile file = ModelFile.open(Shared.path("conformance/models/llama3.gguf"))) {
            assertThat(GgufKeys.of(folder).values()).containsEntry("tokenizer.ggml.model", "none");
            assertThat(GgufKeys.of(folder).notes()).singleElement().asString().contains("no tokenizer.json");
            assertThat(GgufKeys.none(folder).notes()).isEmpty();
            assertThat(GgufKeys.of(file).values()).isEmpty();
            assertThat(GgufKeys.none(file).values()).isEmpty();
        }
    }
}
