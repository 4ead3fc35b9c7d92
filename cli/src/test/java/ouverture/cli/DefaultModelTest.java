package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What works on a machine that has nothing but Ouverture.
class DefaultModelTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"What is 347 + 586? | 933", "Combien font 347 + 586 ? | 933"})
    void answersASum(String question, String sum) {
        Invocation answer = Invocation.of("run", question, "--temperature", "0", "--reasoning", "high", "--quiet");

        assertThat(answer.code()).as(answer.err()).isEqualTo(ExitCode.OK);
        assertThat(answer.out()).contains(sum);
    }

    @Test
    void answersWhatComesThroughAPipe() {
        Invocation answer = Invocation.withInput("What is 347 + 586?\n", "run", "--temperature", "0", "--quiet");

        assertThat(answer.out()).contains("933");
    }

    @Test
    void holdsAConversation() {
        Invocation chat = Invocation.withInput("What is 347 + 586?\nMerci\n", "chat", "--temperature", "0");

        assertThat(chat.code()).as(chat.err()).isEqualTo(ExitCode.OK);
        assertThat(chat.out()).contains("933");
    }

    @Test
    void hasANameWhereverAModelIsTaken(@TempDir Path folder) throws IOException {
        JsonNode inspection = Json.MAPPER.readTree(
                Invocation.of("inspect", "default", "--json").out());
        Path smaller = folder.resolve("smaller.gguf");
        Invocation quantised = Invocation.of("quantize", "default", smaller, "Q8_0", "--requantize");

        assertThat(inspection.path("file").asString()).isEqualTo("default");
        assertThat(inspection.path("runnable").asBoolean()).isTrue();
        assertThat(inspection.path("file_bytes").asLong()).isBetween(1L << 20, 8L << 20);
        assertThat(quantised.code()).as(quantised.err()).isEqualTo(ExitCode.OK);
        assertThat(smaller).exists();
        assertThat(Invocation.of("tokenize", "default", "12").out()).contains("\"1\"", "\"2\"");
        assertThat(Invocation.of("logits", "default", "--ids", "0,1", "--out", folder.resolve("row"))
                        .err())
                .contains("1 row of 2,048 logits written");
        assertThat(Invocation.of("template", "default").out()).contains("<|start|>user<|message|>What is 2 + 2?");
    }
}
