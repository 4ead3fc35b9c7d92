package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.DefaultModel;
import ouverture.error.ModelFileException;

class RunArgumentsTest {
    @Test
    void withoutArgumentsTheDefaultModelReadsTheInput() {
        assertThat(RunArguments.of(null, null)).isEqualTo(new RunArguments(DefaultModel.PATH, null));
        assertThat(RunArguments.of("default", null)).isEqualTo(new RunArguments(DefaultModel.PATH, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"What is 3 + 4?", "12/4", "-3/4", "(1+2)/3", "Bonjour", "a file a/b.gguf"})
    void whatIsNoFileIsAPrompt(String text) {
        assertThat(RunArguments.of(text, null)).isEqualTo(new RunArguments(DefaultModel.PATH, text));
    }

    @Test
    void whatCannotBeAPathIsAPrompt() {
        assertThat(RunArguments.of("nul\0", null)).isEqualTo(new RunArguments(DefaultModel.PATH, "nul\0"));
    }

    @Test
    void aFileThatIsThereIsAModel(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("what"));

        assertThat(RunArguments.of(file.toString(), null)).isEqualTo(new RunArguments(file, null));
    }

    @Test
    void theFirstOfTwoIsAModel() {
        assertThat(RunArguments.of("What?", "Why?")).isEqualTo(new RunArguments(Path.of("What?"), "Why?"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.gguf", "models/llama", "./model", "/none/model", "~/model", "a.SAFETENSORS"})
    void whatLooksLikeAModelAndIsNotThereIsAMistake(String text) {
        assertThatThrownBy(() -> RunArguments.of(text, null))
                .isInstanceOf(ModelFileException.class)
                .hasMessage("There is no model " + text
                        + "; if that is a prompt for the default model, write: ouverture run default \"" + text + "\"");
    }
}
