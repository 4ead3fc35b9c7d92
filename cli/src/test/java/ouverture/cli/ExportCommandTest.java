package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.EngineOptions.Activations;
import ouverture.EngineOptions.CacheFormat;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;
import ouverture.text.Tokenizer;
import tools.jackson.databind.JsonNode;

class ExportCommandTest {
    private static final EngineOptions EXACT = EngineOptions.DEFAULT
            .withKernels("scalar")
            .withActivations(Activations.F32)
            .withCache(CacheFormat.F32)
            .withThreads(1);

    @TempDir
    private Path folder;

    @Test
    void theDefaultModelIsTheSameModelInAFolder() throws IOException {
        Path out = folder.resolve("out");

        Invocation run = Invocation.of("export", "default", out);

        assertThat(run)
                .isEqualTo(
                        new Invocation(0, "", "105 tensors in F32 and 5 files beside them written to " + out + "\n"));
        assertThat(names(out))
                .containsExactly(
                        "chat_template.jinja",
                        "config.json",
                        "generation_config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json");
        JsonNode config = Json.MAPPER.readTree(Files.readString(out.resolve("config.json")));
        assertThat(config.path("architectures").path(0).asString()).isEqualTo("GptOssForCausalLM");
        assertThat(config.path("rope_scaling").path("rope_type").asString()).isEqualTo("default");
        try (ModelFile model = ModelFile.open(ModelFile.BUILT_IN);
                ModelFile written = ModelFile.open(out);
                Engine before = Engine.open(ModelFile.BUILT_IN, EXACT);
                Engine after = Engine.open(out, EXACT)) {
            Tokenizer tokenizer = Tokenizer.find(model).orElseThrow();
            Tokenizer other = Tokenizer.find(written).orElseThrow();
            String text = "<|start|>user<|message|>Où était l'œuvre ? 12 345,67 € + 8 %  it's\n\n<|end|>";
            int[] ids = tokenizer.encode(text, true, true);
            assertThat(other.encode(text, true, true)).isEqualTo(ids);
            assertThat(other.encode(text, false, false)).isEqualTo(tokenizer.encode(text, false, false));
            assertThat(after.logits(ids, true)).isDeepEqualTo(before.logits(ids, true));
            assertThat(written.metadata().string("tokenizer.chat_template"))
                    .isEqualTo(model.metadata().string("tokenizer.chat_template"));
        }
    }

    @Test
    void aFolderIsReplacedOnlyWhenAskedTo() throws IOException {
        Path out = Files.createDirectory(folder.resolve("out"));
        Files.writeString(out.resolve("notes.txt"), "mine");

        Invocation refused = Invocation.of("export", "default", out);
        Invocation forced = Invocation.of("export", "default", out, "--force", "--type", "bf16");

        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err())
                .isEqualTo("ouverture: FOLDER is there already, " + out
                        + ": name another one, or add --force to replace its files.\n");
        assertThat(forced.code()).as(forced.err()).isZero();
        assertThat(names(out)).contains("notes.txt", "model.safetensors").hasSize(7);
    }

    @Test
    void placesAndModelsThatDoNotFitAreNamed() throws IOException {
        Path llama = GgufFixture.of("llama").write(folder.resolve("llama.gguf"));
        Path sharded = Files.createDirectory(folder.resolve("sharded"));
        Files.writeString(sharded.resolve("model.safetensors.index.json"), "{}");

        assertThat(Invocation.of("export", llama, folder.resolve("out")).err())
                .isEqualTo(
                        "ouverture: llama.gguf is of the architecture \"llama\", and only gpt-oss can be written as a"
                                + " Hugging Face folder.\n");
        assertThat(Invocation.of("export", llama, folder, "--force").err()).contains("FOLDER is where MODEL lies");
        assertThat(Invocation.of("export", "default", llama, "--force").err()).contains("FOLDER is the file");
        assertThat(Invocation.of("export", "default", sharded, "--force").err()).contains("in several files");
        assertThat(Invocation.of("export", "default", folder.resolve("out"), "--type", "Q8_0")
                        .code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
