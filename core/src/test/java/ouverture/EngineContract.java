package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.ModelFileException;
import ouverture.error.OverloadedException;
import ouverture.error.PromptTooLongException;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.GgufFixture;
import ouverture.file.ModelFile;
import ouverture.generate.FinishReason;
import ouverture.generate.SamplingParameters;
import ouverture.tensor.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// What an engine promises, whatever its kernels; one small subclass for each kernel set.
public abstract class EngineContract {
    private final EngineOptions options;

    protected EngineContract(String kernels) {
        options = EngineOptions.DEFAULT.withKernels(kernels).withThreads(2);
    }

    private static Path stories() {
        return Shared.path("models/stories260K/stories260K.gguf");
    }

    private static Path llama() {
        return Shared.path("conformance/models/llama3.gguf");
    }

    private static SamplingParameters seeded(long seed) {
        return new SamplingParameters(1.2, 50, 0.97, 0, 1.1, 0.1, 0.1, OptionalLong.of(seed), Map.of(), -1);
    }

    @Test
    void greedyTextOfATrainedModel() throws IOException {
        JsonNode expected = new ObjectMapper()
                .readTree(Files.readString(Shared.path("models/stories260K/expected.json")))
                .get("cases")
                .get(0);
        EngineOptions exact = options.withActivations(EngineOptions.Activations.F32);
        for (EngineOptions each : List.of(exact.withCache(EngineOptions.CacheFormat.F32), options)) {
            try (Engine engine = Engine.open(stories(), each)) {
                String prompt = expected.get("prompt").asString();
                String text = engine.complete(CompletionRequest.of(prompt)
                                .withSampling(SamplingParameters.GREEDY)
                                .withMaxTokens(expected.get("max_new_tokens").asInt()))
                        .text();
                assertThat(prompt + text).isEqualTo(expected.get("text").asString());
            }
        }
    }

    @Test
    void aTokenReadsTheChosenExpertsOnly() {
        try (Engine engine = Engine.open(Shared.path("conformance/models/mixtral.gguf"), options);
                ModelFile file = ModelFile.open(Shared.path("conformance/models/mixtral.gguf"))) {
            long experts = file.tensors().values().stream()
                    .filter(tensor -> tensor.planes() == 8)
                    .mapToLong(Tensor::bytes)
                    .sum();
            long table = file.tensors().get("token_embd.weight").bytes()
                    - file.tensors().get("token_embd.weight").rowBytes();
            assertThat(engine.info().weightBytesPerToken())
                    .isEqualTo(engine.info().weightBytes() - table - experts / 8 * 6);
        }
    }

    /// Every answer is the same alone, among others, with any number of threads, chunk sizes, and with so little
    /// room that sequences are put off and computed again.
    @Test
    void answersDependOnNothingElse() {
        Random random = new Random(3);
        List<CompletionRequest> requests = new ArrayList<>();
        List<Integer> shared = random.ints(40, 0, 512).boxed().toList();
        for (int i = 0; i < 12; i++) {
            List<Integer> ids = new ArrayList<>(i % 3 == 0 ? shared : List.of());
            ids.addAll(random.ints(1 + random.nextInt(60), 0, 512).boxed().toList());
            requests.add(CompletionRequest.of(ids)
                    .withSampling(i % 2 == 0 ? seeded(i) : SamplingParameters.GREEDY)
                    .withMaxTokens(10 + random.nextInt(40)));
        }
        List<String> alone = new ArrayList<>();
        for (CompletionRequest request : requests) {
            try (Engine engine = Engine.open(llama(), options.withThreads(1))) {
                alone.add(engine.complete(request).text());
            }
        }
        assertThat(alone).doesNotHaveDuplicates();
        List<EngineOptions> settings = List.of(
                options.withThreads(3),
                options.withSequences(3).withBatchTokens(7),
                options.withContext(160).withSequences(8));
        for (EngineOptions each : settings) {
            try (Engine engine = Engine.open(llama(), each)) {
                List<Generation> running =
                        requests.stream().map(engine::complete).toList();
                List<String> together = running.stream().map(Generation::text).toList();
                assertThat(together).as(each.toString()).isEqualTo(alone);
            }
        }
    }

    @Test
    void severalMayCloseAnEngineThatIsAnswering() throws InterruptedException {
        Engine engine = Engine.open(llama(), options);
        Generation running = lastOfMany(engine);
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> closing = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            closing.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((_, failure) -> failures.add(failure))
                    .start(engine::close));
        }
        for (Thread thread : closing) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThatThrownBy(running::text).isInstanceOf(ResourceException.class);
    }

    @Test
    void aKnownBeginningIsNotComputedAgain() {
        try (Engine engine = Engine.open(llama(), options)) {
            List<Integer> ids = new Random(5).ints(100, 0, 512).boxed().toList();
            CompletionRequest request = CompletionRequest.of(ids)
                    .withSampling(SamplingParameters.GREEDY)
                    .withMaxTokens(5);
            List<ChatEvent> first = events(engine.complete(request));
            List<ChatEvent> second = events(engine.complete(request));
            assertThat(usage(first).cachedTokens()).isZero();
            assertThat(usage(second).cachedTokens()).isEqualTo(96);
            assertThat(text(second)).isEqualTo(text(first));
            assertThat(usage(second).promptTokens()).isEqualTo(100);
            assertThat(usage(second).generatedTokens()).isEqualTo(5);
        }
    }

    @Test
    void stopStringsEndAnAnswer() {
        try (Engine engine = Engine.open(stories(), options)) {
            CompletionRequest request = CompletionRequest.of("Once upon a time")
                    .withSampling(SamplingParameters.GREEDY)
                    .withMaxTokens(64);
            List<ChatEvent> events = events(engine.complete(request.withStop(List.of("Lily. She", "zzz"))));
            assertThat(text(events)).isEqualTo(", there was a little girl named ");
            assertThat(finished(events).reason()).isEqualTo(FinishReason.STOP);
            events = events(engine.complete(request.withMaxTokens(3)));
            assertThat(finished(events).reason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void logProbabilitiesComeWithTheirTokens() {
        try (Engine engine = Engine.open(stories(), options)) {
            List<ChatEvent> events = events(engine.complete(CompletionRequest.of("Once upon a time")
                    .withSampling(SamplingParameters.GREEDY.withLogProbs(3))
                    .withMaxTokens(8)));
            List<ouverture.generate.TokenProbability> tokens = new ArrayList<>();
            for (ChatEvent event : events) {
                if (event instanceof ChatEvent.Text(String _, var probabilities)) {
                    tokens.addAll(probabilities);
                }
            }
            assertThat(tokens).hasSize(8).allSatisfy(token -> {
                assertThat(token.alternatives()).hasSize(3);
                assertThat(token.alternatives().getFirst().id()).isEqualTo(token.id());
                assertThat(token.logProbability()).isBetween(-20.0, 0.0);
            });
        }
    }

    @Test
    void anAnswerCanBeCancelled() {
        try (Engine engine = Engine.open(llama(), options)) {
            Generation generation =
                    engine.complete(CompletionRequest.of(List.of(1, 2, 3)).withSampling(SamplingParameters.GREEDY));
            var iterator = generation.iterator();
            iterator.next();
            generation.cancel();
            List<ChatEvent> rest = new ArrayList<>();
            iterator.forEachRemaining(rest::add);
            assertThat(finished(rest).reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(usage(rest).generatedTokens())
                    .as("of all that fit")
                    .isLessThan(engine.info().cachePositions() - 2);
        }
    }

    @Test
    void badRequestsAreRefused(@TempDir Path folder) {
        try (Engine engine = Engine.open(llama(), options.withContext(64))) {
            assertThatThrownBy(() -> engine.complete(CompletionRequest.of(List.of(1, 512))))
                    .isInstanceOf(RequestException.class)
                    .hasMessage("The prompt has token 512; the model's tokens are 0 to 511.");
            assertThatThrownBy(() -> engine.complete(CompletionRequest.of(List.<Integer>of())))
                    .isInstanceOf(RequestException.class);
            assertThatThrownBy(() -> engine.complete(CompletionRequest.of(
                            new Random(1).ints(65, 0, 512).boxed().toList())))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessageContaining("65 tokens")
                    .hasMessageContaining("64");
            assertThatThrownBy(() -> engine.complete(
                            CompletionRequest.of(List.of(1, 2, 3)).withMaxTokens(63), "a party"))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessage("The prompt has 3 tokens and the answer may have 63, but the context holds 64 together:"
                            + " ask for 62 at most, or shorten the prompt.");
            assertThat(usage(events(engine.complete(
                                    CompletionRequest.of(List.of(1, 2, 3)).withMaxTokens(62), "a party")))
                            .generatedTokens())
                    .as("its last token is never computed")
                    .isLessThanOrEqualTo(62);
            assertThatThrownBy(() -> engine.chat(ChatRequest.of("hello")))
                    .isInstanceOf(RequestException.class)
                    .hasMessageContaining("no chat template");
            assertThat(events(engine.complete(CompletionRequest.of(
                            new Random(1).ints(64, 0, 512).boxed().toList()))))
                    .as("a prompt that fills the context still gives one token")
                    .last()
                    .satisfies(event ->
                            assertThat(usage(List.of(event)).generatedTokens()).isEqualTo(1));
        }
        assertThatThrownBy(() -> Engine.open(llama(), options.withContext(1_000_000)))
                .isInstanceOf(RequestException.class);
        assertThatThrownBy(() -> Engine.open(llama(), options.withKernels("quantum")))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("scalar");
        assertThatThrownBy(() -> Engine.open(Path.of("/nowhere/model.gguf"))).isInstanceOf(ModelFileException.class);
        Path unknown =
                GgufFixture.of("abacus").with("abacus.context_length", 64).write(folder.resolve("abacus.gguf"));
        assertThatThrownBy(() -> Engine.open(unknown, options))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("abacus");
    }

    @Test
    void aFullQueueRefuses() {
        try (Engine engine = Engine.open(llama(), options.withSequences(1).withQueue(1))) {
            List<Generation> running = new ArrayList<>();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10; i++) {
                            running.add(engine.complete(CompletionRequest.of(List.of(1, 2, 3))
                                    .withMaxTokens(500)
                                    .withSampling(SamplingParameters.GREEDY)));
                        }
                    })
                    .isInstanceOf(OverloadedException.class);
            running.forEach(Generation::cancel);
        }
    }

    @Test
    void closingEndsRunningAnswers() {
        Generation last;
        try (Engine engine = Engine.open(llama(), options)) {
            last = lastOfMany(engine);
        }
        assertThatThrownBy(last::text).isInstanceOf(ResourceException.class);
    }

    @Test
    void closingTwiceIsClosingOnce() {
        Engine engine = Engine.open(llama(), options);
        engine.close();
        engine.close();
        assertThatThrownBy(() -> engine.complete(CompletionRequest.of(List.of(1))))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("closed");
    }

    /// The last of as many answers as the queue holds, which is far from complete: it waits for the others.
    private Generation lastOfMany(Engine engine) {
        List<Generation> many = IntStream.range(0, options.queue())
                .mapToObj(_ ->
                        engine.complete(CompletionRequest.of(List.of(1, 2, 3)).withMaxTokens(1000)))
                .toList();
        return many.getLast();
    }

    private static List<ChatEvent> events(Generation generation) {
        List<ChatEvent> events = new ArrayList<>();
        generation.forEach(events::add);
        return events;
    }

    private static String text(List<ChatEvent> events) {
        StringBuilder text = new StringBuilder();
        for (ChatEvent event : events) {
            if (event instanceof ChatEvent.Text(String piece, var _)) {
                text.append(piece);
            }
        }
        return text.toString();
    }

    private static ChatEvent.Finished finished(List<ChatEvent> events) {
        return (ChatEvent.Finished) events.getLast();
    }

    private static ChatEvent.Usage usage(List<ChatEvent> events) {
        return finished(events).usage();
    }
}
