package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Shared;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.Tensor;

/// Real files and the conformance kit's: that they open, and that folders equal the GGUF files of the same
/// weights.
class ModelFileConformanceTest {
    private static final List<String> READ_FOLDERS = List.of(
            "deepseek2-v3",
            "gemma",
            "gemma2",
            "gemma3",
            "gpt-oss",
            "gpt2",
            "llama2",
            "llama3",
            "mistral-nemo",
            "mixtral",
            "phi3",
            "qwen2",
            "qwen3",
            "qwen3moe");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyGgufFileOpens() {
        return Stream.of("conformance/models", "conformance/quants", "conformance/lora")
                .flatMap(each -> files(each, ".gguf"))
                .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> {
                    try (ModelFile file = ModelFile.open(path)) {
                        assertThat(file.metadata().architecture()).isNotEmpty();
                        assertThat(file.tensors()).isNotEmpty();
                        Soundness.check(file.tensors().values());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyVocabularyOpens() {
        return files("conformance/tokenizers", "")
                .filter(path -> Files.exists(path.resolve("vocab.gguf.gz")))
                .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> {
                    Path unpacked = folder.resolve(path.getFileName() + ".gguf");
                    try (InputStream in = new GZIPInputStream(Files.newInputStream(path.resolve("vocab.gguf.gz")))) {
                        Files.copy(in, unpacked);
                    }
                    try (ModelFile file = ModelFile.open(unpacked)) {
                        Metadata metadata = file.metadata();
                        List<String> tokens =
                                metadata.strings("tokenizer.ggml.tokens").orElseThrow();
                        int[] types =
                                metadata.integers("tokenizer.ggml.token_type").orElseThrow();
                        assertThat(tokens.size()).isEqualTo(types.length).isGreaterThan(30_000);
                        assertThat(tokens.stream().mapToInt(String::length).min())
                                .hasValue(1);
                        assertThat(file.tensors()).isEmpty();
                    }
                }));
    }

    @Test
    void theQuirksOfARealFileAreRead() {
        try (ModelFile file = ModelFile.open(Shared.path("models/stories260K/stories260K.gguf"))) {
            assertThat(file.tensors()).hasSize(48);
            assertThat(file.metadata().integer("context_length")).isEqualTo(128);
            assertThat(file.metadata().values()).containsEntry("tokenizer.ggml.padding_token_id", 4_294_967_295L);
            assertThat(file.metadata().has("rope.freq_base")).isFalse();
        }
    }

    @TestFactory
    Stream<DynamicTest> foldersEqualTheGgufFilesOfTheSameName() {
        return files("conformance/safetensors", "")
                .filter(path -> READ_FOLDERS.contains(path.getFileName().toString()))
                .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> {
                    try (ModelFile safetensors = ModelFile.open(path);
                            ModelFile gguf =
                                    ModelFile.open(Shared.path("conformance/models/" + ggufOf(path) + ".gguf"))) {
                        // what Gemma adds to its norms rounds them
                        boolean rounded = path.getFileName().toString().startsWith("gemma");
                        compare(safetensors.tensors(), gguf.tensors(), rounded);
                        compare(safetensors.metadata(), gguf.metadata());
                    }
                }));
    }

    /// The folder's attention is not split, as in the file of the same weights in the older layout.
    private static String ggufOf(Path folder) {
        String name = folder.getFileName().toString();
        return name.equals("deepseek2-v3") ? "deepseek2-v3-legacy" : name;
    }

    @TestFactory
    Stream<DynamicTest> foldersOfOtherArchitecturesAreRefusedByName() {
        return files("conformance/safetensors", "")
                .filter(path -> !READ_FOLDERS.contains(path.getFileName().toString()))
                .map(path -> DynamicTest.dynamicTest(
                        path.getFileName().toString(),
                        () -> assertThatThrownBy(() -> ModelFile.open(path).close())
                                .isInstanceOf(UnsupportedModelException.class)
                                .hasMessageContaining("ForCausalLM")));
    }

    private static void compare(Map<String, Tensor> safetensors, Map<String, Tensor> gguf, boolean rounded) {
        assertThat(safetensors).containsOnlyKeys(gguf.keySet());
        safetensors.forEach((name, tensor) -> {
            Tensor expected = Objects.requireNonNull(gguf.get(name));
            assertThat(List.of(tensor.planes(), tensor.rows(), tensor.columns(), tensor.type()))
                    .as(name)
                    .isEqualTo(List.of(expected.planes(), expected.rows(), expected.columns(), expected.type()));
            if (rounded && name.endsWith("norm.weight")) {
                assertThat(tensor.floats(0)).as(name).containsExactly(expected.floats(0), Offset.offset(1e-6f));
            } else {
                assertThat(tensor.data().mismatch(expected.data())).as(name).isEqualTo(-1);
            }
        });
    }

    /// What both headers say, they say alike; the network's settings are all in both.
    private static void compare(Metadata safetensors, Metadata gguf) {
        gguf.values().forEach((key, expected) -> {
            if (key.startsWith(gguf.architecture() + ".")) {
                assertThat(safetensors.values()).containsKey(key);
            }
            Object value = safetensors.values().get(key);
            if (expected instanceof Double number) {
                assertThat(safetensors.number(key, Float.NaN)).as(key).isEqualTo(number.floatValue());
            } else if (value != null && !key.equals("general.name")) {
                assertThat(value).as(key).isEqualTo(expected);
            }
        });
    }

    private static Stream<Path> files(String relative, String ending) {
        return Shared.folder(relative).stream().flatMap(each -> {
            try (Stream<Path> paths = Files.list(each)) {
                return paths.filter(path -> path.toString().endsWith(ending)).sorted().toList().stream();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }
}
