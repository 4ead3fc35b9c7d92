package ouverture.defaultmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.ChatEvent;
import ouverture.ChatRequest;
import ouverture.DefaultModel;
import ouverture.Engine;
import ouverture.Generation;
import ouverture.Reasoning;
import ouverture.generate.SamplingParameters;

/// The model as a program that embeds the engine gets it: from the class path, without a file.
class DefaultModelTest {
    private static Engine engine;

    @BeforeAll
    static void open() {
        engine = Engine.openDefault();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "What is 347 + 586? | 933",
                "Combien font 347 + 586 ? | 933",
                "What is 1203 - 458? | 745",
                "Combien font 24 x 37 ? | 888"
            })
    void calculatesInTwoLanguages(String question, String result) {
        assertThat(answer(question)).contains(result);
    }

    @Test
    void isTheFileBesideItsCard() throws Exception {
        assertThat(DefaultModel.bytes()).isEqualTo(Files.size(Path.of("model.gguf")));
        assertThat(engine.info().name()).isEqualTo("ouverture-default");
        assertThat(engine.mappedBytes()).isZero();
    }

    private static String answer(String question) {
        ChatRequest request =
                ChatRequest.of(question).withReasoning(Reasoning.parse("high")).withSampling(SamplingParameters.GREEDY);
        StringBuilder text = new StringBuilder();
        try (Generation answer = engine.chat(request)) {
            StreamSupport.stream(answer.spliterator(), false).forEach(event -> {
                if (event instanceof ChatEvent.Text(String piece, var _)) {
                    text.append(piece);
                }
            });
        }
        return text.toString();
    }
}
