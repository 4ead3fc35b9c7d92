package ouverture.benchmarks.peers;

import com.github.tjake.jlama.model.AbstractModel;
import com.github.tjake.jlama.model.ModelSupport;
import com.github.tjake.jlama.safetensors.DType;
import com.github.tjake.jlama.tensor.AbstractTensor;
import com.github.tjake.jlama.tensor.KvBufferCache;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import ouverture.error.RequestException;

/// Jlama, an engine in Java with the Vector API and native kernels, with the types that its own examples take for
/// working memory: random tokens follow each other, nothing is sampled.
final class JlamaContestant implements Contestant {
    private static final double NANOS = 1e9;

    private final AbstractModel model;
    private final KvBufferCache caches;
    private final Random random = new Random(1);

    /// @param folder with safetensors
    JlamaContestant(Path folder, Setting setting) {
        model = ModelSupport.loadModel(
                folder.toFile(), null, DType.F32, DType.I8, Optional.empty(), Optional.of(setting.threads()));
        caches = new KvBufferCache(model);
    }

    @Override
    public double tokensPerSecond(Work work) {
        if (work.context() > 0 || work.sequences() > 1) {
            throw new RequestException("Jlama is measured without a context and with one sequence only.");
        }
        try (KvBufferCache.KvBuffer cache = caches.getEphemeralKvBuffer()) {
            long start = System.nanoTime();
            switch (work.phase()) {
                case PREFILL -> {
                    int[] prompt = random.ints(work.tokens(), 0, model.getConfig().vocabularySize)
                            .toArray();
                    try (AbstractTensor<?, ?> outputs = model.batchForward(prompt, 0, cache)) {
                        check(model.getLogits(outputs.slice(outputs.shape().first() - 1)));
                    }
                }
                case DECODE -> {
                    for (int i = 0; i < work.tokens(); i++) {
                        int token = random.nextInt(model.getConfig().vocabularySize);
                        try (AbstractTensor<?, ?> output = model.forward(token, i, cache, Optional.empty())) {
                            check(model.getLogits(output));
                        }
                    }
                }
            }
            return work.tokens() * NANOS / (System.nanoTime() - start);
        }
    }

    /// Nothing that was computed wrongly is worth measuring.
    private static void check(float[] logits) {
        float last = logits[logits.length - 1];
        if (!Float.isFinite(logits[0]) || !Float.isFinite(last) || logits[0] == last) {
            throw new IllegalStateException("Jlama's logits are " + logits[0] + " to " + last);
        }
    }

    @Override
    public long cacheBytes() {
        return 0;
    }

    @Override
    public String kernels() {
        return "Vector API and native";
    }

    @Override
    public void close() {
        caches.close();
        model.close();
    }
}
