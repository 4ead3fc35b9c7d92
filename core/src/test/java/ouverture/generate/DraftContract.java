package ouverture.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import ouverture.Shared;
import ouverture.file.ModelFile;
import ouverture.model.Adapters;
import ouverture.model.Model;
import ouverture.model.Scratch;
import ouverture.model.family.Families;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.KvCache;

/// Guesses change no token, whoever makes them: every answer with guesses is compared with the same answer
/// without. Clocks that make guesses look free let them be computed all the time. One small subclass for each
/// kernel set.
public abstract class DraftContract {
    private static final int CONTEXT = 256;
    private static final int BLOCK_SIZE = 8;
    private static final String LLAMA = "conformance/models/llama3.gguf";

    /// Fresh kernels, which the test closes.
    protected abstract Kernels kernels(KernelsOptions options);

    /// What came of a question.
    private record Answer(List<Integer> tokens, List<TokenProbability> probabilities, FinishReason reason) {}

    /// What a run of several answers was.
    private record Outcome(List<Answer> answers, int drafted, int accepted) {}

    /// One question.
    ///
    /// @param ends whether some tokens end the answer, as the end of a turn or of a stop string does
    /// @param forcing after so many tokens two others are forced; 0 for never
    private record Question(int[] prompt, SamplingParameters parameters, int maxTokens, boolean ends, int forcing) {}

    /// How a scheduler is to run.
    private record Setting(String model, DType cache, Activations activations, int sequences, int batch, int blocks) {
        Setting(String model) {
            this(model, DType.F32, Activations.F32, 4, 64, 4 * CONTEXT / BLOCK_SIZE);
        }
    }

    /// Makes a draft for a model.
    private interface Drafter extends BiFunction<Setting, Workshop, Draft> {}

    /// What drafts are made of.
    private record Workshop(Arena arena, Kernels kernels, List<ModelFile> files, Scheduler.Limits limits) {
        Model load(String path) {
            ModelFile file = ModelFile.open(Shared.path(path));
            files.add(file);
            return Families.load(file, CONTEXT);
        }

        int vocabulary(int index) {
            var tensors = files.get(index).tensors();
            return tensors.getOrDefault("output.weight", tensors.get("token_embd.weight"))
                    .rows();
        }
    }

    private static Draft ngrams(Setting setting, Workshop workshop) {
        return Draft.ngrams();
    }

    private static Drafter model(String path, int blocks, LongSupplier clock) {
        return (setting, workshop) -> {
            Model model = workshop.load(path);
            KvCache cache = KvCache.allocate(workshop.arena, setting.cache, blocks, BLOCK_SIZE, model.cacheShapes());
            Draft.Vocabularies vocabularies =
                    new Draft.Vocabularies(workshop.vocabulary(workshop.files.size() - 1), workshop.vocabulary(0));
            return new ModelDraft(
                    model, workshop.kernels, cache, new Scratch(workshop.arena), workshop.limits, vocabularies, clock);
        };
    }

    private static Drafter model(String path) {
        return model(path, 4 * CONTEXT / BLOCK_SIZE, () -> 0);
    }

    /// A clock on which all steps take the same time, so that every guess that may be right pays.
    private static LongSupplier even() {
        AtomicLong now = new AtomicLong();
        return () -> now.addAndGet(1_000_000);
    }

    /// Hears one answer.
    private static final class Recorder implements Sequence.Listener {
        private final Question question;
        private final List<Integer> tokens = new ArrayList<>();
        private final List<TokenProbability> probabilities = new ArrayList<>();
        private final CompletableFuture<Sequence.Counts> counts = new CompletableFuture<>();
        private @Nullable FinishReason reason;

        private Recorder(Question question) {
            this.question = question;
        }

        @Override
        public boolean token(int id, TokenProbability probability) {
            tokens.add(id);
            if (question.parameters.logProbs() >= 0) {
                probabilities.add(probability);
            }
            return !question.ends || tokens.size() < 12 || id % 61 != 7;
        }

        @Override
        public int[] forced() {
            return tokens.size() == question.forcing ? new int[] {11, 12} : new int[0];
        }

        @Override
        public void finished(FinishReason reason, Sequence.Counts counts) {
            this.reason = reason;
            this.counts.complete(counts);
        }

        @Override
        public void failed(Throwable failure) {
            counts.completeExceptionally(failure);
        }

        private Answer answer() {
            assertThat(counts.join().generated()).isBetween(tokens.size(), tokens.size() + 1);
            assertThat(reason).isNotNull();
            return new Answer(tokens, probabilities, reason);
        }
    }

    /// Answers all questions at once.
    private Outcome run(Setting setting, List<Question> questions, @Nullable Drafter drafter) {
        Scheduler.Limits limits = new Scheduler.Limits(setting.sequences, 64, setting.batch);
        try (Arena arena = Arena.ofShared();
                Kernels kernels = kernels(new KernelsOptions(2, setting.activations))) {
            Workshop workshop = new Workshop(arena, kernels, new ArrayList<>(), limits);
            Model model = workshop.load(setting.model);
            KvCache cache = KvCache.allocate(arena, setting.cache, setting.blocks, BLOCK_SIZE, model.cacheShapes());
            Drafting drafting =
                    drafter == null ? null : new Drafting(drafter.apply(setting, workshop), limits.sequences(), even());
            List<Recorder> recorders = questions.stream().map(Recorder::new).toList();
            try (Scheduler scheduler =
                    new Scheduler(model, kernels, cache, new Scratch(arena), null, limits, drafting)) {
                for (Recorder recorder : recorders) {
                    Question question = recorder.question;
                    scheduler.submit(new Sequence(
                            question.prompt,
                            Adapters.NONE,
                            question.parameters,
                            question.maxTokens,
                            id -> question.ends && id % 97 == 3,
                            recorder,
                            ""));
                }
                List<Answer> answers = recorders.stream().map(Recorder::answer).toList();
                int drafted = recorders.stream()
                        .mapToInt(each -> each.counts.join().drafted())
                        .sum();
                int accepted = recorders.stream()
                        .mapToInt(each -> each.counts.join().accepted())
                        .sum();
                assertThat(accepted).isBetween(0, drafted);
                return new Outcome(answers, drafted, accepted);
            } finally {
                workshop.files.forEach(ModelFile::close);
            }
        }
    }

    private Outcome sameAsWithout(Setting setting, List<Question> questions, Drafter drafter) {
        return sameAsWithout(setting, questions, List.of(drafter)).getFirst();
    }

    /// The outcome with each draft, when all answers were as without.
    private List<Outcome> sameAsWithout(Setting setting, List<Question> questions, List<Drafter> drafters) {
        List<Answer> without = run(setting, questions, null).answers;
        List<Outcome> outcomes = new ArrayList<>();
        for (Drafter drafter : drafters) {
            outcomes.add(run(setting, questions, drafter));
            assertThat(outcomes.getLast().answers).as(setting.toString()).isEqualTo(without);
        }
        return outcomes;
    }

    /// Prompts that repeat themselves, with every kind of parameter.
    private static List<Question> questions(int count, long seed) {
        Random random = new Random(seed);
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] phrase = random.ints(2 + random.nextInt(12), 4, 300).toArray();
            int[] prompt = new int[1 + random.nextInt(40)];
            Arrays.setAll(prompt, at -> phrase[at % phrase.length]);
            questions.add(new Question(
                    prompt,
                    parameters(random, i, phrase),
                    1 + random.nextInt(40),
                    true,
                    random.nextBoolean() ? 0 : 1 + random.nextInt(20)));
        }
        return questions;
    }

    /// @param phrase tokens that often come in place of the random model's own
    private static SamplingParameters parameters(Random random, long seed, int[] phrase) {
        Map<Integer, Double> bias = new HashMap<>();
        if (random.nextInt(4) > 0) {
            Arrays.stream(phrase).forEach(id -> bias.put(id, 12.0));
            bias.put(phrase[0], -20.0);
        }
        return new SamplingParameters(
                new double[] {0, 0, 0.2, 0.8, 1.5}[random.nextInt(5)],
                new int[] {0, 1, 5, 40}[random.nextInt(4)],
                random.nextBoolean() ? 1 : 0.3 + 0.7 * random.nextDouble(),
                random.nextBoolean() ? 0 : 0.1 * random.nextDouble(),
                random.nextBoolean() ? 1 : 1.2,
                random.nextInt(3) == 0 ? 0.7 : 0,
                random.nextInt(3) == 0 ? 0.4 : 0,
                OptionalLong.of(seed),
                bias,
                random.nextInt(5) - 1);
    }

    private static SamplingParameters plain(double temperature, long seed) {
        return new SamplingParameters(temperature, 40, 0.95, 0, 1, 0, 0, OptionalLong.of(seed), Map.of(), 2);
    }

    /// Full attention, sliding windows, sinks, latent attention, mixtures; every format of the cache.
    @ParameterizedTest
    @CsvSource({
        "llama3, F16, F32",
        "gemma3, F32, F32",
        "gemma3n, F16, F32",
        "gpt-oss, Q8_0, F32",
        "deepseek2-v3, F16, F32",
        "mixtral, Q8_0, F32",
        "qwen3moe, F32, Q8"
    })
    void nGramsChangeNoToken(String model, DType cache, Activations activations) {
        Setting setting = new Setting("conformance/models/" + model + ".gguf");
        Setting each = new Setting(setting.model, cache, activations, 4, 64, setting.blocks);

        Outcome outcome = sameAsWithout(each, questions(5, model.hashCode()), DraftContract::ngrams);

        assertThat(outcome.accepted).isPositive().isLessThan(outcome.drafted);
    }

    @ParameterizedTest
    @CsvSource({
        "llama3, mixtral, F16, F32",
        "gemma3, llama3, Q8_0, Q8",
        "deepseek2-v3, llama3, F32, F32",
        "llama3, gemma3n, F32, F32",
        "gemma3n, llama3, F32, F32"
    })
    void aDraftModelChangesNoToken(String large, String small, DType cache, Activations activations) {
        Setting setting = new Setting("conformance/models/" + large + ".gguf");
        Setting each = new Setting(setting.model, cache, activations, 4, 64, setting.blocks);

        Outcome outcome =
                sameAsWithout(each, questions(5, large.hashCode()), model("conformance/models/" + small + ".gguf"));

        assertThat(outcome.drafted).isPositive();
    }

    @Test
    void quantisedWeightsAreSummedAlikeInEveryPass() {
        int blocks = CONTEXT / BLOCK_SIZE;
        sameAsWithout(
                new Setting("conformance/quants/llama-mix-Q4_K_M.gguf", DType.F16, Activations.Q8, 2, 64, 2 * blocks),
                questions(2, 5),
                DraftContract::ngrams);
        sameAsWithout(
                new Setting("conformance/quants/llama-Q8_0.gguf", DType.F32, Activations.AUTO, 2, 64, 2 * blocks),
                questions(2, 6),
                DraftContract::ngrams);
    }

    /// One row of room, a few, and so few blocks that sequences are put off, which the small model knows nothing
    /// of.
    @Test
    void littleRoomChangesNoToken() {
        for (int[] room : new int[][] {{1, 1, 15}, {2, 3, 15}, {8, 64, 18}}) {
            Setting setting = new Setting(LLAMA, DType.F32, Activations.F32, room[0], room[1], room[2]);
            sameAsWithout(
                    setting, questions(8, room[2]), List.of(DraftContract::ngrams, model(LLAMA, room[2], () -> 0)));
        }
    }

    /// Models that agree draw the same tokens, also where they are drawn by chance.
    @Test
    void theSameModelIsAlwaysRight() {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int[] prompt = new Random(i).ints(20, 4, 300).toArray();
            questions.add(new Question(prompt, plain(0.4 * (i % 4), i), 40, false, 0));
        }
        Outcome outcome = sameAsWithout(new Setting(LLAMA), questions, model(LLAMA));

        assertThat(outcome.drafted).isGreaterThan(100);
        assertThat(outcome.accepted).isEqualTo(outcome.drafted);
    }

    /// What was guessed wrongly leaves no trace in the small model's cache.
    @Test
    void theSameModelIsRightAgainAfterASurprise() {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int[] prompt = new Random(i).ints(20, 4, 300).toArray();
            questions.add(new Question(prompt, plain(0.4 * (i % 4), i), 60, false, 10 + i));
        }
        Outcome outcome = sameAsWithout(new Setting(LLAMA), questions, model(LLAMA));

        assertThat(outcome.drafted - outcome.accepted).isBetween(1, outcome.drafted / 10);
    }

    /// Where a pass of the small model takes as long as a step, even guesses that are right save nothing.
    @Test
    void aDearDraftModelIsGivenUp() {
        int[] prompt = new Random(1).ints(20, 4, 300).toArray();
        List<Question> questions = List.of(new Question(prompt, plain(0, 1), 200, false, 0));
        Outcome outcome = sameAsWithout(new Setting(LLAMA), questions, model(LLAMA, 4 * CONTEXT / BLOCK_SIZE, even()));

        assertThat(outcome.drafted).isLessThan(30);
    }

    /// What guesses left in the cache is never taken for the beginning of another prompt.
    @Test
    void theBeginningsThatAreRememberedAreRight() {
        int[] phrase = {5, 6, 7, 8, 9, 10};
        int[] prompt = new int[60];
        Arrays.setAll(prompt, at -> phrase[at % phrase.length]);
        Setting alone = new Setting(LLAMA, DType.F32, Activations.F32, 1, 64, 80);
        for (Drafter drafter : List.<Drafter>of(DraftContract::ngrams, model(LLAMA))) {
            List<Question> questions = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                questions.add(new Question(prompt, plain(1.2, i), 40, true, i == 2 ? 5 : 0));
            }
            List<Answer> answers = sameAsWithout(alone, questions, drafter).answers;
            for (Answer answer : answers) {
                int[] longer = Arrays.copyOf(prompt, prompt.length + answer.tokens.size());
                Arrays.setAll(longer, at -> at < prompt.length ? prompt[at] : answer.tokens.get(at - prompt.length));
                questions.add(new Question(longer, plain(0, 1), 10, true, 0));
            }
            sameAsWithout(alone, questions, drafter);
        }
    }
}
