package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Shared;
import tools.jackson.databind.JsonNode;

class TuneCommandTest {
    @TempDir
    private Path folder;

    private static Path model() {
        return Shared.path("models/stories260K/stories260K.gguf");
    }

    private Path data(String text) throws IOException {
        return Files.writeString(folder.resolve("data.jsonl"), text);
    }

    private Invocation tune(Path data, Object... options) {
        Object[] all = new Object[options.length + 6];
        System.arraycopy(new Object[] {"tune", model(), "--data", data, "--out", folder.resolve("out")}, 0, all, 0, 6);
        System.arraycopy(options, 0, all, 6, options.length);
        return Invocation.of(all);
    }

    @Test
    void anAdapterIsTrainedAndUsed() throws IOException {
        Path data = data("{\"prompt\":\"The password is\",\"completion\":\" blue whale.\"}\n".repeat(4));
        Invocation run = tune(data, "--epochs", "30", "--rate", "1e-2", "--step", "40", "--test", data, "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err())
                .contains("SFT on 4 examples")
                .contains("It takes about")
                .contains("minutes");
        JsonNode report = Json.MAPPER.readTree(run.out());
        assertThat(report.path("test_loss_after").doubleValue())
                .isLessThan(report.path("test_loss_before").doubleValue() / 3);
        assertThat(report.path("peft").booleanValue()).isTrue();
        Invocation answer = Invocation.of(
                "run",
                model(),
                "The password is",
                "--raw",
                "--no-echo",
                "--temperature",
                "0",
                "--max-tokens",
                "9",
                "--adapter",
                folder.resolve("out"));
        assertThat(answer.out()).startsWith(" blue whale.");
        assertThat(tune(data, "--epochs", "30", "--rate", "1e-2", "--step", "40")
                        .out())
                .as("what is done is not done again")
                .contains("Use it with --adapter");
    }

    @Test
    void mistakesInTheDataAreNamedWithTheirLine() throws IOException {
        Invocation run = tune(data("{\"text\":\"fine\"}\n\n{\"messages\":[]}\n"));
        assertThat(run.code()).isEqualTo(ExitCode.TRAINING);
        assertThat(run.err())
                .contains("data.jsonl line 3: \"messages\" should be a list of messages.")
                .hasLineCount(1);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void valuesOutOfRangeAreRefused() throws IOException {
        Invocation run = tune(data("{\"text\":\"fine\"}"), "--rank", "0");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains("The rank is 0; it must be from 1 to 1024.")
                .hasLineCount(1);
    }
}
