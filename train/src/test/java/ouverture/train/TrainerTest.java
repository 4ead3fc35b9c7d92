package ouverture.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.KernelSets;
import ouverture.error.OuvertureException;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;
import ouverture.error.TrainingException;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.model.Model;
import ouverture.model.Weights;
import ouverture.model.family.Families;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.train.gradient.Network;
import ouverture.train.gradient.TrainingBatch.Document;

class TrainerTest {
    private static final Blueprint TINY = new Blueprint(2, 32, 2, 1, 16, 4, 2, 32, 8, 64, 24);

    @TempDir
    private Path folder;

    /// Sequences in which a token says which one follows.
    private static Document chain(long index) {
        Random random = new Random(index);
        int[] tokens = new int[8 + random.nextInt(12)];
        float[] weights = new float[tokens.length];
        Arrays.fill(weights, 1);
        tokens[0] = random.nextInt(TINY.vocabulary());
        for (int i = 1; i < tokens.length; i++) {
            tokens[i] = (7 * tokens[i - 1] + 5) % TINY.vocabulary();
        }
        return new Document(tokens, weights);
    }

    private TrainingPlan plan(String name, int steps, double peak, boolean recomputes) throws IOException {
        return new TrainingPlan(
                Files.createDirectories(folder.resolve(name)),
                "chains",
                new Schedule(peak, 5, steps, 0.1),
                AdamW.Settings.USUAL,
                300,
                120,
                1,
                new Network.Options(recomputes, 0.01),
                1e9);
    }

    /// Runs a plan, with three threads if layers are computed twice, and stops it after step `last`.
    private static List<TrainingLog.Entry> run(TrainingPlan plan, TrainingData data, long last) {
        int threads = plan.network().recomputes() ? 3 : 1;
        Metadata metadata = new Metadata("new", TINY.header());
        try (ParameterSet parameters = new ParameterSet(TINY.slots());
                Kernels kernels =
                        KernelSets.choose(KernelSets.AUTO).create(new KernelsOptions(threads, Activations.F32))) {
            parameters.initialise(7, TINY.layers());
            Model model = Families.of(metadata)
                    .loader()
                    .load(metadata, new Weights("new", parameters.tensors()), TINY.context());
            try (Trainer trainer = new Trainer(model, parameters, data, kernels, plan)) {
                trainer.run(entry -> entry.step() < last);
                return trainer.log().entries();
            }
        }
    }

    private static byte[] weights(TrainingPlan plan) {
        try (ModelFile file = ModelFile.open(plan.checkpoint())) {
            return file.tensors().get("blk.1.ffn_up_exps.weight").data().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    @Test
    void lossFalls() throws IOException {
        List<TrainingLog.Entry> entries = run(plan("run", 150, 1e-2, false), TrainerTest::chain, 1000);
        assertThat(entries).hasSize(150);
        assertThat(entries.getFirst().loss()).isGreaterThan(2.5);
        assertThat(entries.getLast().loss()).isLessThan(0.3);
        assertThat(entries.getLast().balance()).isBetween(0.9, 2.0);
        assertThat(LossCurve.svg("a <title>", entries)).contains("a &lt;title&gt;", "polyline");
    }

    @Test
    void aResumedRunGivesTheBytesOfAnUninterruptedOne() throws IOException {
        TrainingPlan whole = plan("whole", 12, 3e-3, false);
        TrainingPlan parts = plan("parts", 12, 3e-3, true);
        List<TrainingLog.Entry> expected = run(whole, TrainerTest::chain, 1000);
        run(parts, TrainerTest::chain, 5);
        Files.writeString(parts.log(), "{\"step\":6,\"lo", java.nio.file.StandardOpenOption.APPEND);
        run(parts, TrainerTest::chain, 9);
        List<TrainingLog.Entry> actual = run(parts, TrainerTest::chain, 1000);
        assertThat(actual).usingRecursiveComparison().ignoringFields("seconds").isEqualTo(expected);
        assertThat(weights(parts)).isEqualTo(weights(whole));
        assertThat(run(parts, TrainerTest::chain, 1000)).isEqualTo(actual);
        assertThat(Files.readAllLines(parts.log())).hasSize(12);
    }

    @Test
    void aLossThatIsNoNumberStopsWithStepAndBatchAndKeepsTheCheckpoint() throws IOException {
        TrainingPlan plan = plan("run", 20, 3e-3, false);
        run(plan, TrainerTest::chain, 3);
        byte[] before = Files.readAllBytes(plan.checkpoint());
        TrainingData broken = index -> {
            Document document = chain(index);
            if (index == 100) {
                Arrays.fill(document.weights(), Float.POSITIVE_INFINITY);
            }
            return document;
        };
        assertThatThrownBy(() -> run(plan, broken, 1000))
                .isInstanceOf(TrainingException.class)
                .hasMessageMatching("Training stopped at step \\d+: .*batch \\d, examples \\d+ to \\d+, is Infinity\\."
                        + " The checkpoint of step 3 is kept .*");
        assertThat(Files.readAllBytes(plan.checkpoint())).isEqualTo(before);
    }

    @Test
    void divergenceStopsTheRun() throws IOException {
        TrainingPlan plan = plan("run", 20, 1e30, false);
        assertThatThrownBy(() -> run(plan, TrainerTest::chain, 1000))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("is NaN. No checkpoint had been written yet");
        assertThat(plan.checkpoint()).doesNotExist();
    }

    @Test
    void aFullDiskKeepsTheCheckpoint() throws IOException {
        TrainingPlan plan = plan("run", 20, 3e-3, false);
        run(plan, TrainerTest::chain, 2);
        byte[] before = Files.readAllBytes(plan.checkpoint());
        // Where the new one grows there can be no file, as on a full disk.
        Path temporary = plan.folder()
                .resolve(".checkpoint.gguf." + ProcessHandle.current().pid() + ".part");
        Files.createDirectory(temporary);
        assertThatThrownBy(() -> run(plan, TrainerTest::chain, 4)).isInstanceOf(ResourceException.class);
        assertThat(Files.readAllBytes(plan.checkpoint())).isEqualTo(before);
        Files.delete(temporary);
        assertThat(run(plan, TrainerTest::chain, 4)).hasSize(4);
    }

    @Test
    void checkpointsOfOtherRunsAndDamagedOnesAreRefused() throws IOException {
        TrainingPlan plan = plan("run", 20, 3e-3, false);
        run(plan, TrainerTest::chain, 2);
        TrainingPlan other = new TrainingPlan(
                plan.folder(),
                "something else",
                plan.schedule(),
                plan.optimiser(),
                plan.tokensPerStep(),
                plan.tokensPerBatch(),
                plan.clip(),
                plan.network(),
                plan.checkpointSeconds());
        assertThatThrownBy(() -> run(other, TrainerTest::chain, 4))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("another recipe");
        byte[] bytes = Files.readAllBytes(plan.checkpoint());
        Files.write(plan.checkpoint(), Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> run(plan, TrainerTest::chain, 4)).isInstanceOf(OuvertureException.class);
    }

    @Test
    void examplesThatDoNotFitAreRefused() throws IOException {
        TrainingPlan plan = plan("run", 20, 3e-3, false);
        assertThatThrownBy(() -> run(plan, _ -> new Document(new int[200], new float[200]), 4))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("Example 0 has 200 tokens and a batch takes 121");
        assertThatThrownBy(() -> run(plan, _ -> new Document(new int[20], new float[20]), 4))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("nothing to learn");
    }

    @Test
    void blueprintsThatContradictThemselvesAreRefused() {
        assertThatThrownBy(() -> new Blueprint(2, 32, 3, 2, 16, 4, 2, 32, 8, 64, 24))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("3 heads");
        assertThatThrownBy(() -> new Blueprint(2, 0, 2, 2, 16, 4, 2, 32, 8, 64, 24))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("\"width\" is 0");
    }

    @Test
    void ratesRiseAndFall() {
        Schedule schedule = new Schedule(1, 10, 110, 0.1);
        assertThat(schedule.rate(1)).isEqualTo(0.1);
        assertThat(schedule.rate(10)).isEqualTo(1);
        assertThat(schedule.rate(60)).isEqualTo(0.55, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(schedule.rate(110)).isEqualTo(0.1, org.assertj.core.data.Offset.offset(1e-9));
    }
}
