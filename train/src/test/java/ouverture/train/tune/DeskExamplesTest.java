package ouverture.train.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `-Douverture.golden=update` writes the files anew.
class DeskExamplesTest {
    @ParameterizedTest
    @ValueSource(strings = {"train", "held-out"})
    void fileIsWhatTheGeneratorMakes(String part) throws IOException {
        List<String> lines = new DeskExamples().lines(part);
        Path file = DeskExamples.FOLDER.resolve(part + ".jsonl");
        if ("update".equals(System.getProperty("ouverture.golden"))) {
            Files.write(file, lines);
        }

        assertThat(file).content().isEqualTo(String.join("\n", lines) + "\n");
    }
}
