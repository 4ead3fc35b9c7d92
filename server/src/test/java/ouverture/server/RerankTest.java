package ouverture.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.Shared;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Documents are judged by a model's yes and no.
class RerankTest {
    private static final int YES = 507;
    private static final int NO = 502;
    private static final String TEMPLATE =
            "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}";
    private static final List<String> DOCUMENTS = List.of("A big red ball.", "Lily and her dog.", "x");

    /// The trained model with a longer context, and a token for each of both words in place of two that no story
    /// has.
    private static Engine engine(Path folder) {
        Path stories = Shared.path("models/stories260K/stories260K.gguf");
        String[] tokens;
        try (ModelFile file = ModelFile.open(stories)) {
            tokens = ((List<?>) file.metadata().values().get("tokenizer.ggml.tokens"))
                    .stream().map(Object::toString).toArray(String[]::new);
        }
        tokens[YES] = "\u2581yes";
        tokens[NO] = "\u2581no";
        Path model = GgufFixture.copyOf(stories)
                .with("tokenizer.ggml.tokens", tokens)
                .with("tokenizer.chat_template", TEMPLATE)
                .with("llama.context_length", 512)
                .write(folder.resolve("judge.gguf"));
        return Engine.open(model, EngineOptions.DEFAULT.withKernels("scalar").withThreads(1));
    }

    private static String prompt(String document) {
        return "system: Judge whether the Document meets the requirements based on the Query and the Instruct provided."
                + " Note that the answer can only be \"yes\" or \"no\".\nuser: <Instruct>: Find it.\n<Query>: Who?\n"
                + "<Document>: " + document + "\n";
    }

    @Test
    void theScoreIsTheProbabilityOfYes(@TempDir Path folder) {
        try (Engine alone = engine(folder);
                RunningServer server = RunningServer.with(engine(folder), UnaryOperator.identity())) {
            JsonNode body = server.ask(
                    "/v1/rerank",
                    "{\"model\": \"stories\", \"query\": \"Who?\", \"instruction\": \"Find it.\", \"documents\": "
                            + JsonMapper.shared().writeValueAsString(DOCUMENTS) + "}");
            assertThat(body.at("/method").stringValue()).isEqualTo("yes_no");
            assertThat(body.at("/results")).hasSize(3);
            double before = 1;
            for (JsonNode result : body.at("/results")) {
                int[] ids = alone.tokenizer()
                        .orElseThrow()
                        .encode(prompt(DOCUMENTS.get(result.at("/index").intValue())), true, true);
                float[] logits = alone.logits(ids, false)[0];
                double yes = Math.exp(logits[YES]) / (Math.exp(logits[YES]) + Math.exp(logits[NO]));
                double score = result.at("/relevance_score").doubleValue();
                assertThat(score).isCloseTo(yes, within(1e-6)).isLessThanOrEqualTo(before);
                before = score;
            }
        }
    }
}
