package ouverture.benchmarks.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import ouverture.ChatEvent;
import ouverture.CompletionRequest;
import ouverture.Engine;
import ouverture.EngineOptions;
import ouverture.EngineOptions.Activations;
import ouverture.Generation;
import ouverture.Speculation;
import ouverture.error.ResourceException;
import ouverture.generate.SamplingParameters;

/// Ouverture through its public interface, sampling included: the answer is the most likely tokens.
final class OuvertureContestant implements Contestant {
    private static final double NANOS = 1e9;

    private final Engine engine;
    private final Random random = new Random(1);

    /// @param setting of the engine; activations are quantised to 8 bits, as the peers do, and nothing is guessed
    OuvertureContestant(Path model, Setting setting) {
        engine = Engine.open(
                model,
                EngineOptions.DEFAULT
                        .withThreads(setting.threads())
                        .withActivations(Activations.Q8)
                        .withSpeculation(Speculation.OFF)
                        .withContext(setting.context())
                        .withSequences(setting.sequences())
                        .withBatchTokens(Setting.BATCH));
    }

    @Override
    public double tokensPerSecond(Work work) {
        return switch (work.phase()) {
            case PREFILL -> {
                ChatEvent.Usage usage = generate(prompt(random, work.tokens()), 1);
                yield work.tokens() * NANOS / usage.prefill().toNanos();
            }
            case DECODE -> work.sequences() == 1 ? decode(work) : decodeTogether(work);
        };
    }

    private double decode(Work work) {
        // one and the same context each time, which stays in the cache
        Random tokens = work.context() > 0 ? new Random(work.context()) : random;
        ChatEvent.Usage usage = generate(prompt(tokens, Math.max(1, work.context())), work.tokens() + 1);
        return work.tokens() * NANOS / usage.decode().toNanos();
    }

    /// The time from the first request to the last token: prompts of one token are steps like the others.
    private double decodeTogether(Work work) {
        List<Future<ChatEvent.Usage>> answers = new ArrayList<>();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            for (int i = 0; i < work.sequences(); i++) {
                List<Integer> prompt = prompt(random, Math.max(1, work.context()));
                answers.add(readers.submit(() -> generate(prompt, work.tokens())));
            }
            int tokens = 0;
            for (Future<ChatEvent.Usage> answer : answers) {
                tokens += answer.get().generatedTokens();
            }
            return tokens * NANOS / (System.nanoTime() - start);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceException("The measurement was interrupted.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an answer failed", e.getCause());
        }
    }

    private List<Integer> prompt(Random tokens, int count) {
        return tokens.ints(count, 0, engine.info().vocabularySize()).boxed().toList();
    }

    private ChatEvent.Usage generate(List<Integer> prompt, int tokens) {
        CompletionRequest request = CompletionRequest.of(prompt)
                .withSampling(SamplingParameters.GREEDY)
                .withMaxTokens(tokens);
        try (Generation generation = engine.complete(request)) {
            for (ChatEvent event : generation) {
                if (event instanceof ChatEvent.Finished(var _, ChatEvent.Usage usage, var _, var _)) {
                    if (usage.generatedTokens() != tokens) {
                        throw new IllegalStateException("an answer ended after " + usage.generatedTokens() + " tokens");
                    }
                    return usage;
                }
            }
        }
        throw new IllegalStateException("an answer without an end");
    }

    @Override
    public long cacheBytes() {
        return engine.info().cacheBytes();
    }

    @Override
    public String kernels() {
        return engine.info().kernels();
    }

    @Override
    public void close() {
        engine.close();
    }
}
