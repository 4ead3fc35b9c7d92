package ouverture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.error.ModelFileException;
import ouverture.error.RequestException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.AdapterFile;
import ouverture.file.GgufWriter;
import ouverture.file.ModelFile;
import ouverture.file.RandomAdapter;
import ouverture.file.quantize.AdapterMerge;
import ouverture.generate.SamplingParameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// What adapters change, against an independent engine's logits and against the same adapters merged into the
/// weights; one small subclass for each kernel set.
public abstract class AdapterContract {
    private static final int[] PROMPT = {5, 17, 3, 99, 4, 250, 8, 1, 30, 2, 7};

    private final EngineOptions options;

    @TempDir
    private Path folder;

    protected AdapterContract(String kernels) {
        options = EngineOptions.DEFAULT
                .withKernels(kernels)
                .withThreads(2)
                .withContext(256)
                .withCache(EngineOptions.CacheFormat.F32)
                .withActivations(EngineOptions.Activations.F32);
    }

    private static Path model(String name) {
        return Shared.path("conformance/models/" + name);
    }

    private static Path lora(String name) {
        return Shared.path("conformance/lora/" + name);
    }

    /// Every adapter of the conformance data.
    static Stream<Path> vectors() throws IOException {
        try (Stream<Path> files = Files.list(lora(""))) {
            return files.filter(file -> file.toString().endsWith(".expected.json")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void bothFormsGiveTheReferenceLogits(Path vector) throws IOException {
        JsonNode expected = new ObjectMapper().readTree(Files.readString(vector));
        byte[] logits = Files.readAllBytes(lora(expected.path("logits_file").stringValue()));
        try (Engine engine = Engine.open(model(expected.path("base_model").stringValue()), options)) {
            Adapter gguf = engine.adapter(lora(expected.path("adapter").stringValue()));
            Adapter peft = engine.adapter(lora(expected.path("peft").stringValue()));
            assertThat(expected.path("cases").size()).isPositive();
            for (JsonNode each : expected.path("cases")) {
                int[] ids = each.path("tokens")
                        .valueStream()
                        .mapToInt(JsonNode::intValue)
                        .toArray();
                double scale = each.path("scale").doubleValue();
                engine.adapt(List.of(gguf.scaled(scale)));
                float[] ours = engine.logits(ids, false)[0];
                engine.adapt(List.of(peft.scaled(scale)));
                assertThat(engine.logits(ids, false)[0]).isEqualTo(ours);
                assertClose(ours, row(logits, each.path("ref64")), 5e-4, 5e-5);
                assertClose(ours, row(logits, each.path("oracle")), 1e-3, 1e-3);
                engine.adapt(List.of(peft.scaled(scale / 2), gguf.scaled(scale / 2)));
                assertClose(engine.logits(ids, false)[0], ours, 5e-4, 5e-5);
                engine.adapt(List.of());
                assertThat(largest(engine.logits(ids, false)[0], ours)).isGreaterThan(0.5);
            }
        }
    }

    private static float[] row(byte[] file, JsonNode place) {
        ByteBuffer bytes = ByteBuffer.wrap(file)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(place.path("offset").intValue());
        float[] row = new float[place.path("cols").intValue()];
        bytes.asFloatBuffer().get(row);
        return row;
    }

    private static void assertClose(float[] actual, float[] expected, double max, double rms) {
        double squares = 0;
        for (int i = 0; i < actual.length; i++) {
            squares += Math.pow((double) actual[i] - expected[i], 2);
        }
        assertThat(largest(actual, expected)).isLessThanOrEqualTo(max);
        assertThat(Math.sqrt(squares / actual.length)).isLessThanOrEqualTo(rms);
    }

    private static double largest(float[] a, float[] b) {
        assertThat(a).hasSameSizeAs(b);
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }

    /// Models of every family.
    static Stream<String> families() throws IOException {
        try (Stream<Path> files = Files.list(model(""))) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".gguf"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    /// Every linear layer of every family: applied and merged adapters agree, so that no weight is adapted
    /// twice, at another place, or not at all.
    @ParameterizedTest
    @MethodSource("families")
    void appliedAndMergedAdaptersAgree(String name) throws IOException {
        Path adapter = folder.resolve("adapter.gguf");
        Path merged = folder.resolve("merged.gguf");
        try (ModelFile base = ModelFile.open(model(name))) {
            RandomAdapter.of(base, 7, 3).writeGguf(adapter, base);
            merge(base, adapter, 0.5f, merged);
        }
        float[][] before;
        float[][] applied;
        try (Engine engine = Engine.open(model(name), options)) {
            before = engine.logits(PROMPT, true);
            engine.adapt(List.of(engine.adapter(adapter).scaled(0.5)));
            applied = engine.logits(PROMPT, true);
        }
        try (Engine engine = Engine.open(merged, options)) {
            float[][] inside = engine.logits(PROMPT, true);
            double mark = name.startsWith("gemma3n") ? 0.1 : name.startsWith("gemma2") ? 5e-3 : 1e-3;
            for (int r = 0; r < inside.length; r++) {
                assertThat(largest(applied[r], inside[r])).as("row " + r).isLessThan(mark);
            }
            assertThat(largest(before[PROMPT.length - 1], inside[PROMPT.length - 1]))
                    .isGreaterThan(2 * mark);
        }
    }

    private static void merge(ModelFile base, Path adapter, float scale, Path out) {
        AdapterFile file = AdapterFile.read(adapter, base);
        AdapterMerge merge = new AdapterMerge(base, List.of(new AdapterMerge.Part(file, scale)), java.util.Map.of());
        try (GgufWriter writer = GgufWriter.create(out, merge.values(), merge.slots())) {
            assertThat(merge.run(writer, 2, _ -> true)).isTrue();
            writer.commit();
        }
    }

    /// Rounding a merged weight again changes no more than rounding it the first time did.
    @Test
    void quantisedWeightsAreRoundedAgain() throws IOException {
        for (String type : List.of("Q8_0", "Q4_K", "MXFP4")) {
            Path model = Shared.path("conformance/quants/llama-" + type + ".gguf");
            Path adapter = folder.resolve(type + "-adapter.gguf");
            Path merged = folder.resolve(type + ".gguf");
            try (ModelFile base = ModelFile.open(model)) {
                RandomAdapter.of(base, 3, 2).writeGguf(adapter, base);
                merge(base, adapter, 1, merged);
            }
            try (Engine applied = Engine.open(model, options);
                    Engine inside = Engine.open(merged, options)) {
                float[] before = applied.logits(PROMPT, false)[0];
                applied.adapt(List.of(applied.adapter(adapter)));
                float[] with = applied.logits(PROMPT, false)[0];
                double change = rms(with, before);
                assertThat(rms(inside.logits(PROMPT, false)[0], with)).as(type).isLessThan(0.7 * change);
            }
        }
    }

    private static double rms(float[] a, float[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += Math.pow((double) a[i] - b[i], 2);
        }
        return Math.sqrt(squares / a.length);
    }

    /// Requests with different adapters share batches, known beginnings and guesses, and each answer is the one
    /// that the request gets alone.
    @Test
    void everyRequestOfABatchHasItsOwnAdapters() {
        Random random = new Random(3);
        List<Integer> shared = random.ints(70, 0, 512).boxed().toList();
        EngineOptions several = options.withSequences(6).withContext(1024);
        List<String> alone = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            try (Engine engine = Engine.open(model("llama3.gguf"), several.withSpeculation(Speculation.OFF))) {
                alone.add(engine.complete(request(engine, shared, i)).text());
            }
        }
        assertThat(alone.subList(0, 4)).doesNotHaveDuplicates();
        for (EngineOptions each : List.of(
                several,
                several.withBatchTokens(9),
                several.withContext(320),
                several.withSpeculation(new Speculation.DraftModel(model("llama3.gguf"))))) {
            try (Engine engine = Engine.open(model("llama3.gguf"), each)) {
                for (int round = 0; round < 2; round++) {
                    List<Generation> running = new ArrayList<>();
                    for (int i = 0; i < 12; i++) {
                        running.add(engine.complete(request(engine, shared, i)));
                    }
                    assertThat(running.stream().map(Generation::text)).isEqualTo(alone);
                }
            }
        }
    }

    private static CompletionRequest request(Engine engine, List<Integer> beginning, int number) {
        List<Integer> ids = new ArrayList<>(beginning);
        ids.add(number / 4);
        CompletionRequest request = CompletionRequest.of(ids)
                .withSampling(SamplingParameters.GREEDY)
                .withMaxTokens(20);
        Adapter adapter = engine.adapter(lora("llama3-peft"));
        return switch (number % 4) {
            case 0 -> request;
            case 1 -> request.withAdapters(List.of(adapter));
            case 2 -> request.withAdapters(List.of(adapter.scaled(0.5)));
            default -> request.withAdapters(List.of(adapter, adapter.scaled(-0.3)));
        };
    }

    @Test
    void aBeginningIsKnownToTheSameAdaptersOnly() {
        List<Integer> ids = new Random(5).ints(100, 0, 512).boxed().toList();
        CompletionRequest request = CompletionRequest.of(ids)
                .withSampling(SamplingParameters.GREEDY)
                .withMaxTokens(3);
        try (Engine engine = Engine.open(model("llama3.gguf"), options.withContext(1024))) {
            Adapter adapter = engine.adapter(lora("llama3-lora.gguf"));
            assertThat(cached(engine.complete(request))).isZero();
            assertThat(cached(engine.complete(request.withAdapters(List.of(adapter)))))
                    .isZero();
            assertThat(cached(engine.complete(request.withAdapters(List.of(adapter.scaled(2))))))
                    .isZero();
            assertThat(cached(engine.complete(request.withAdapters(List.of(adapter)))))
                    .isEqualTo(96);
            assertThat(cached(engine.complete(request.withAdapters(List.of())))).isEqualTo(96);
        }
    }

    private static int cached(Generation generation) {
        for (ChatEvent event : generation) {
            if (event instanceof ChatEvent.Finished end) {
                return end.usage().cachedTokens();
            }
        }
        throw new AssertionError("an answer without an end");
    }

    /// Swapped while answers run: those that began before go on as they began.
    @Test
    void adaptersAreSwappedWhileAnswersRun() {
        CompletionRequest request = CompletionRequest.of(List.of(5, 17, 3))
                .withSampling(SamplingParameters.GREEDY)
                .withMaxTokens(120);
        List<AdapterSource> source = List.of(new AdapterSource(lora("llama3-lora.gguf"), 1));
        try (Engine engine = Engine.open(
                model("llama3.gguf"),
                options.withAdapters(source).withSequences(3).withContext(1024))) {
            String adapted = engine.complete(request).text();
            String plain = engine.complete(request.withAdapters(List.of())).text();
            assertThat(plain).isNotEqualTo(adapted);
            Generation running = engine.complete(request);
            engine.adapt(List.of());
            Generation next = engine.complete(request);
            assertThat(running.text()).isEqualTo(adapted);
            assertThat(next.text()).isEqualTo(plain);
        }
    }

    @Test
    void otherEnginesAdaptersAreRefused() {
        try (Engine one = Engine.open(model("llama3.gguf"), options);
                Engine other = Engine.open(model("llama3.gguf"), options)) {
            Adapter adapter = one.adapter(lora("llama3-peft"));
            assertThat(adapter.name()).isEqualTo("llama3-peft");
            assertThatThrownBy(() -> other.adapt(List.of(adapter)))
                    .isInstanceOf(RequestException.class)
                    .hasMessage("The adapter llama3-peft was read by another engine; read it with the one that is to"
                            + " use it.");
            assertThatThrownBy(() -> adapter.scaled(Double.NaN)).isInstanceOf(RequestException.class);
        }
    }

    @Test
    void adaptersOfOtherModelsAreRefusedWhenTheModelIsLoaded() {
        EngineOptions wrong = options.withAdapters(List.of(new AdapterSource(lora("qwen2-peft"), 1)));
        assertThatThrownBy(() -> Engine.open(model("mistral.gguf"), wrong).close())
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("it was made for another model");
        try (Engine engine = Engine.open(model("llama3.gguf"), options)) {
            assertThatThrownBy(() -> engine.adapter(lora("qwen2-lora.gguf")))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("of the architecture \"qwen2\" and llama3.gguf is of \"llama\"");
        }
    }

    /// Latent attention in the old layout is split when the model is loaded: nothing multiplies the fused weight.
    @Test
    void weightsThatAreRearrangedCannotBeAdapted() throws IOException {
        Path adapter = folder.resolve("adapter.gguf");
        try (ModelFile base = ModelFile.open(model("deepseek2-v3-legacy.gguf"))) {
            RandomAdapter.of(base, 1, 2, List.of("blk.0.attn_kv_b.weight")).writeGguf(adapter, base);
        }
        try (Engine engine = Engine.open(model("deepseek2-v3-legacy.gguf"), options)) {
            assertThatThrownBy(() -> engine.adapter(adapter))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("blk.0.attn_kv_b.weight, which this model does not use as one matrix");
        }
    }
}
