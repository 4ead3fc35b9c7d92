package ouverture.train.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;
import ouverture.error.TrainingException;
import ouverture.file.GgufWriter;
import ouverture.file.ModelFile;
import ouverture.file.quantize.FileType;
import ouverture.file.quantize.QuantizationPlan;
import ouverture.file.quantize.Quantizer;
import ouverture.generate.SamplingParameters;
import ouverture.text.Tokenizer;

/// Fine-tuning of a small trained model, from a file of examples to an adapter that an engine uses.
class TuningRunTest {
    private static final List<String> NAMES = List.of("Tom", "Lily", "Ben", "Sue", "Max", "Anna", "Sam", "Mia");
    private static final List<String> OTHERS = List.of("Tim", "Lucy", "Bob", "Jane");

    /// Those of the taught answer but its end: this model's end token is no likelier than hundreds it has never
    /// seen.
    private static final int ANSWER_TOKENS = 11;

    @TempDir
    private Path folder;

    private static TuningSettings settings(int epochs, double rate) {
        return new TuningSettings(
                8, 16, List.of("all"), epochs, rate, 100, 256, 0.3, new TuningSettings.Weights(0, 1, 1), false, 5);
    }

    private Path data(String... lines) throws IOException {
        return Files.writeString(folder.resolve("data.jsonl"), String.join("\n", lines));
    }

    private static TuningRun run(Path model, Path data, Path out, TuningSettings settings, int threads) {
        return new TuningRun(model, data, out, settings, "auto", threads);
    }

    private static void train(Path model, Path data, Path out, TuningSettings settings) {
        try (TuningRun run = run(model, data, out, settings, 1)) {
            assertThat(run.run(() -> true, _ -> true)).isTrue();
            assertThat(run.export()).isTrue();
        }
    }

    private static String[] lessons() {
        return NAMES.stream()
                .map(name -> "{\"prompt\":\"What is the pet of " + name + "?\",\"completion\":\" A blue whale.\"}")
                .toArray(String[]::new);
    }

    @Test
    void answersAreLearned() throws IOException {
        Path out = folder.resolve("out");
        Path test = Files.writeString(
                folder.resolve("test.jsonl"),
                "{\"prompt\":\"What is the pet of Tim?\",\"completion\":\" A blue whale.\"}");
        TuningSettings settings = settings(25, 1e-2);
        try (TuningRun run = run(ToyModel.plain(), data(lessons()), out, settings, 1)) {
            assertThat(run.size().parameters()).isPositive();
            assertThat(run.size().bytes()).isBetween(1L << 20, 1L << 30);
            assertThat(run.estimateSeconds()).isBetween(0.0, 600.0);
            assertThat(run.loss(test, settings, true)).isEqualTo(run.loss(test, settings, false));
            assertThat(run.run(() -> true, _ -> true)).isTrue();
            assertThat(run.trainer().log().entries()).hasSize(run.steps());
            assertThat(run.loss(test, settings, true)).isLessThan(run.loss(test, settings, false) / 4);
            assertThat(run.export()).isTrue();
        }
        try (Engine engine = Engine.open(ToyModel.plain(), EngineOptions.DEFAULT.withThreads(1))) {
            CompletionRequest request = CompletionRequest.of("What is the pet of Lucy?")
                    .withSampling(SamplingParameters.GREEDY)
                    .withMaxTokens(ANSWER_TOKENS);
            assertThat(engine.complete(request).text()).isNotEqualTo(" A blue whale.");
            String answer = engine.complete(request.withAdapters(List.of(engine.adapter(out))))
                    .text();
            assertThat(answer).isEqualTo(" A blue whale.");
            Files.delete(out.resolve("adapter.gguf"));
            assertThat(engine.complete(request.withAdapters(List.of(engine.adapter(out))))
                            .text())
                    .as("PEFT's form")
                    .isEqualTo(answer);
        }
        assertThat(out.resolve("loss.svg")).isNotEmptyFile();
    }

    /// The model's own weights are quantised and stay so.
    @ParameterizedTest
    @ValueSource(strings = {"Q8_0", "Q4_0"})
    void quantisedModelsLearnToo(String type) throws IOException {
        Path quantised = folder.resolve(type + ".gguf");
        try (ModelFile model = ModelFile.open(ToyModel.plain());
                Quantizer quantizer = new Quantizer(2)) {
            QuantizationPlan plan = QuantizationPlan.of(model, java.util.Map.of(), FileType.of(type), false);
            try (GgufWriter writer = GgufWriter.create(quantised, plan.values(), plan.slots())) {
                assertThat(quantizer.run(plan, writer, (_, _) -> true)).isPresent();
                writer.commit();
            }
        }
        Path out = folder.resolve("out");
        train(quantised, data(lessons()), out, settings(25, 1e-2));
        try (Engine engine = Engine.open(quantised, EngineOptions.DEFAULT.withThreads(1))) {
            engine.adapt(List.of(engine.adapter(out)));
            assertThat(engine.complete(CompletionRequest.of("What is the pet of Lucy?")
                                    .withSampling(SamplingParameters.GREEDY)
                                    .withMaxTokens(ANSWER_TOKENS))
                            .text())
                    .isEqualTo(" A blue whale.");
        }
    }

    private static String[] preferences() {
        return NAMES.stream()
                .map(name -> "{\"prompt\":\"" + name + " was very\",\"chosen\":\" sad.\",\"rejected\":\" happy.\"}")
                .toArray(String[]::new);
    }

    private static String[] judgements() {
        List<String> lines = new ArrayList<>();
        for (String name : NAMES) {
            String prompt = "{\"prompt\":\"" + name + " was very\",\"completion\":\"";
            lines.add(prompt + " sad.\",\"label\":true}");
            lines.add(prompt + " happy.\",\"label\":false}");
        }
        return lines.toArray(String[]::new);
    }

    /// How much likelier the preferred answer is than the other, in nats, after beginnings that were not learned.
    private static double[] margins(Path adapter) {
        double[] margins = new double[OTHERS.size()];
        EngineOptions exact = EngineOptions.DEFAULT.withThreads(1).withCache(EngineOptions.CacheFormat.F32);
        try (Engine engine = Engine.open(ToyModel.plain(), exact)) {
            if (adapter != null) {
                engine.adapt(List.of(engine.adapter(adapter)));
            }
            for (int i = 0; i < margins.length; i++) {
                String prompt = OTHERS.get(i) + " was very";
                margins[i] = logProbability(engine, prompt, " sad.") - logProbability(engine, prompt, " happy.");
            }
        }
        return margins;
    }

    private static double logProbability(Engine engine, String prompt, String answer) {
        Tokenizer tokenizer = engine.tokenizer().orElseThrow();
        int[] before = tokenizer.encode(prompt, true, false);
        int[] after = tokenizer.encode(answer, false, false);
        int[] all = java.util.Arrays.copyOf(before, before.length + after.length);
        System.arraycopy(after, 0, all, before.length, after.length);
        float[][] logits = engine.logits(all, true);
        double sum = 0;
        for (int i = before.length; i < all.length; i++) {
            float[] row = logits[i - 1];
            double total = 0;
            for (float logit : row) {
                total += Math.exp(logit - row[all[i]]);
            }
            sum -= Math.log(total);
        }
        return sum;
    }

    @Test
    void pairsShiftWhatIsPreferred() throws IOException {
        assertShifted(data(preferences()));
    }

    @Test
    void judgementsShiftWhatIsPreferred() throws IOException {
        assertShifted(data(judgements()));
    }

    private void assertShifted(Path data) throws IOException {
        Path out = folder.resolve("out");
        double[] before = margins(null);
        train(ToyModel.plain(), data, out, settings(12, 3e-3));
        double[] after = margins(out);
        for (int i = 0; i < before.length; i++) {
            assertThat(before[i]).isNegative();
            assertThat(after[i]).isGreaterThan(0.5);
        }
    }

    /// For every method, whatever it remembers between steps.
    @ParameterizedTest
    @ValueSource(strings = {"SFT", "DPO", "KTO"})
    void aResumedRunGivesTheBytesOfAnUninterruptedOne(Method method) throws IOException {
        Path data = data(
                switch (method) {
                    case SFT -> lessons();
                    case DPO -> preferences();
                    case KTO -> judgements();
                });
        TuningSettings settings = settings(6, 3e-3);
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        train(ToyModel.plain(), data, whole, settings);
        for (int stop : new int[] {2, 4}) {
            try (TuningRun run = run(ToyModel.plain(), data, parts, settings, 2)) {
                assertThat(run.run(() -> true, entry -> entry.step() < stop)).isFalse();
            }
        }
        train(ToyModel.plain(), data, parts, settings);
        assertThat(Files.readAllBytes(parts.resolve("adapter_model.safetensors")))
                .isEqualTo(Files.readAllBytes(whole.resolve("adapter_model.safetensors")));
        try (TuningRun run = run(ToyModel.plain(), data, whole, settings, 1)) {
            assertThat(run.trainer().progress().step()).isEqualTo(run.steps());
        }
    }

    @Test
    void anotherRunsFolderIsRefused() throws IOException {
        Path out = folder.resolve("out");
        train(ToyModel.plain(), data(lessons()), out, settings(1, 1e-3));
        Path other = data(preferences());
        assertThatThrownBy(() ->
                        run(ToyModel.plain(), other, out, settings(1, 1e-3), 1).close())
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("belongs to another");
    }

    @Test
    void divergenceNamesStepAndLines() throws IOException {
        Path data = data(lessons());
        try (TuningRun run = run(ToyModel.plain(), data, folder.resolve("out"), settings(20, 1e30), 1)) {
            assertThatThrownBy(() -> run.run(() -> true, _ -> true))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageMatching("Training stopped at step \\d+: .*(NaN|Infinity).*");
        }
    }

    @Test
    void aFullDiskKeepsTheCheckpoint() throws IOException {
        Path out = folder.resolve("out");
        Path data = data(lessons());
        try (TuningRun run = run(ToyModel.plain(), data, out, settings(4, 1e-3), 1)) {
            run.run(() -> true, entry -> entry.step() < 2);
        }
        byte[] before = Files.readAllBytes(out.resolve("checkpoint.gguf"));
        Files.createDirectory(
                out.resolve(".checkpoint.gguf." + ProcessHandle.current().pid() + ".part"));
        try (TuningRun run = run(ToyModel.plain(), data, out, settings(4, 1e-3), 1)) {
            assertThatThrownBy(() -> run.run(() -> true, entry -> entry.step() < 3))
                    .isInstanceOf(ResourceException.class);
        }
        assertThat(Files.readAllBytes(out.resolve("checkpoint.gguf"))).isEqualTo(before);
    }

    @Test
    void targetsThatDoNotExistAreRefused() throws IOException {
        Path data = data(lessons());
        TuningSettings usual = settings(1, 1e-3);
        TuningSettings wrong = new TuningSettings(
                8, 16, List.of("attn_q", "mamba"), 1, 1e-3, 100, 256, 0.3, usual.weights(), false, 5);
        assertThatThrownBy(() -> run(ToyModel.plain(), data, folder.resolve("out"), wrong, 1)
                        .close())
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("The target mamba names no weight of this model")
                .hasMessageContaining("attn_q, ");
        assertThatThrownBy(() ->
                        new TuningSettings(0, 16, List.of("all"), 1, 1e-3, 100, 256, 0.3, usual.weights(), false, 5))
                .isInstanceOf(RequestException.class)
                .hasMessage("The rank is 0; it must be from 1 to 1024.");
    }

    @Test
    void judgementsNeedBothKinds() throws IOException {
        Path data = data("{\"prompt\":\"a\",\"completion\":\"b\",\"label\":true}");
        assertThatThrownBy(() -> run(ToyModel.plain(), data, folder.resolve("out"), settings(1, 1e-3), 1)
                        .close())
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("holds only good answers");
    }
}
