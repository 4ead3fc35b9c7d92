package ouverture.train.tune;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import ouverture.ChatLesson;
import ouverture.KernelSets;
import ouverture.error.ResourceException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.AdapterFile;
import ouverture.file.Metadata;
import ouverture.file.ModelFile;
import ouverture.model.AdapterWeights;
import ouverture.model.Adapters;
import ouverture.model.Model;
import ouverture.model.Weights;
import ouverture.model.family.Families;
import ouverture.tensor.HostMemory;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.text.Tokenizer;
import ouverture.train.AdamW;
import ouverture.train.LossCurve;
import ouverture.train.Schedule;
import ouverture.train.Trainer;
import ouverture.train.TrainingPlan;
import ouverture.train.gradient.Network;
import ouverture.train.gradient.TrainingBatch;
import ouverture.train.gradient.TrainingBatch.Document;

/// The fine-tuning of a model in a folder, which holds the checkpoint, the log, and in the end the adapter. The
/// model's own weights stay as they are, in any number format.
public final class TuningRun implements AutoCloseable {
    /// Steps of the warm-up, as a share of all.
    private static final double WARM_UP = 0.03;

    /// Learning rate at the end, as a share of the highest.
    private static final double FLOOR = 0.1;

    private static final double CHECKPOINT_SECONDS = 60;

    private static final double LONGEST_GRADIENT = 1;

    /// Tokens that the speed is measured with, and how often: Java is slower the first time.
    private static final int MEASURED_ROWS = 256;

    private static final int MEASUREMENTS = 3;

    private final Path folder;
    private final ModelFile file;
    private final TuningData data;
    private final ExampleFile examples;
    private final LowRankParameters parameters;
    private final Kernels kernels;
    private final Network network;
    private final Trainer trainer;
    private final TrainingPlan plan;
    private final String identity;
    private final TuningSize size;
    private final int epochs;

    /// What gives back what was opened, the last thing first.
    private final Deque<Runnable> closing = new ArrayDeque<>();

    /// Reads and checks everything, and where a run stopped before, its checkpoint.
    ///
    /// @param model a GGUF file, or a folder with safetensors
    /// @param examples a file of JSON lines, or of text if it ends in `.txt`
    /// @param folder is made if it is not there
    /// @param kernelSet name of the kernels, or `auto`
    /// @param threads that compute, at least 1
    /// @throws ouverture.error.TrainingException if an example cannot be learned from, or the folder holds
    ///     another run
    /// @throws ouverture.error.OuvertureException if the model cannot be trained, or memory or disk are missing
    public TuningRun(Path model, Path examples, Path folder, TuningSettings settings, String kernelSet, int threads) {
        this.folder = folder;
        try {
            file = closedAtEnd(ModelFile.open(model), ModelFile::close);
            Metadata metadata = file.metadata();
            int context = Math.min(metadata.contextLength(), settings.tokensPerBatch());
            this.examples = read(examples, settings, context + 1);
            data = new TuningData(this.examples, settings);
            Model base = Families.of(metadata).loader().load(metadata, new Weights(file), context);
            parameters = closedAtEnd(LowRankParameters.of(base, file.tensors(), settings), LowRankParameters::close);
            identity = identity(settings);
            size = TuningSize.of(file, base, parameters, settings, HostMemory.here());
            make(folder);
            kernels = closedAtEnd(
                    KernelSets.choose(kernelSet).create(new KernelsOptions(threads, Activations.F32)), Kernels::close);
            network = new Network(
                    base,
                    kernels,
                    parameters.parameters().all(),
                    new Network.Options(size.recomputes(), 0),
                    Adapters.of(new AdapterWeights("new", parameters.updates(), file.tensors())));
            epochs = settings.epochs(steps(settings, 1));
            plan = plan(settings);
            trainer = closedAtEnd(new Trainer(network, parameters.parameters(), data, kernels, plan), Trainer::close);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private <T> T closedAtEnd(T resource, Consumer<T> close) {
        closing.push(() -> close.accept(resource));
        return resource;
    }

    private ExampleFile read(Path path, TuningSettings settings, int longest) {
        Tokenizer tokenizer = Tokenizer.find(file)
                .orElseThrow(() -> new UnsupportedModelException(file.metadata().file()
                        + " has no tokenizer, so texts cannot be learned: put its tokenizer.json beside it."));
        Optional<ChatLesson> lesson = ChatLesson.of(file.metadata(), tokenizer);
        return ExampleFile.read(path, new ExampleReader(tokenizer, lesson, settings, longest));
    }

    private static void make(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ResourceException("The folder " + folder + " cannot be made: name another one.", e);
        }
    }

    /// What must be the same where a run goes on: model, adapter and examples.
    private String identity(TuningSettings settings) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
        String about = file.metadata().file() + " " + file.metadata().architecture() + " "
                + file.tensors().size() + " " + settings.rank() + " " + settings.alpha() + " " + settings.targets()
                + " "
                + settings.beta() + " " + settings.seed() + " " + examples.method();
        digest.update(about.getBytes(StandardCharsets.UTF_8));
        for (TuningExample example : examples.examples()) {
            digest.update((byte) (example.good() ? 1 : 0));
            for (Document document : example.documents()) {
                ByteBuffer bytes = ByteBuffer.allocate(document.tokens().length * (Integer.BYTES + Float.BYTES));
                bytes.asIntBuffer().put(document.tokens());
                bytes.position(document.tokens().length * Integer.BYTES)
                        .slice()
                        .asFloatBuffer()
                        .put(document.weights());
                digest.update(bytes.rewind());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private TrainingPlan plan(TuningSettings settings) {
        int steps = steps(settings, epochs);
        double rate = settings.rate(file.metadata().integer("embedding_length"));
        return new TrainingPlan(
                folder,
                identity,
                new Schedule(rate, (int) Math.ceil(WARM_UP * steps), steps, FLOOR),
                AdamW.Settings.USUAL,
                settings.tokensPerStep(),
                settings.tokensPerBatch(),
                LONGEST_GRADIENT,
                new Network.Options(size.recomputes(), 0),
                CHECKPOINT_SECONDS);
    }

    /// Steps until every example was taken so often.
    private int steps(TuningSettings settings, int epochs) {
        int steps = 0;
        long end = (long) epochs * data.size();
        for (long index = 0; index < end; steps++) {
            long taken = 0;
            while (taken < settings.tokensPerStep()) {
                taken += rows(index++);
            }
        }
        return steps;
    }

    private long rows(long index) {
        return data.documents(index).stream().mapToInt(Document::rows).sum();
    }

    /// What the run takes in memory.
    public TuningSize size() {
        return size;
    }

    /// What is learned from the examples.
    public Method method() {
        return examples.method();
    }

    /// Examples in an epoch.
    public int count() {
        return data.size();
    }

    /// How often each example is learned from.
    public int epochs() {
        return epochs;
    }

    /// Steps of the whole run.
    public int steps() {
        return plan.schedule().steps();
    }

    /// Tokens that go through the network in an epoch.
    public long tokens() {
        return LongStream.range(0, data.size()).map(this::rows).sum();
    }

    /// Seconds that the steps which are left will take, by a first measurement.
    public double estimateSeconds() {
        List<Document> documents = new ArrayList<>();
        int rows = 0;
        for (int index = 0; index < data.size() && rows < MEASURED_ROWS; index++) {
            Document document = data.document(index);
            documents.add(document);
            rows += document.rows();
        }
        TrainingBatch batch = TrainingBatch.of(documents);
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < MEASUREMENTS; i++) {
            long start = System.nanoTime();
            network.losses(batch, true);
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        // The way back takes about twice a pass; layers may be recomputed; preferences ask the model as it is too.
        double passes = 3.0 + (size.recomputes() ? 1 : 0);
        double share = 1 - trainer.progress().step() / (double) steps();
        double epochs = plan.schedule().steps() * (double) plan.tokensPerStep() / tokens();
        double reference = data.compares() && trainer.progress().step() == 0 ? 1 : 0;
        return best / rows * tokens() * (epochs * passes * share + reference);
    }

    /// What trains; for how far it has come.
    public Trainer trainer() {
        return trainer;
    }

    /// Trains to the end, or until the listener has enough; then there is a checkpoint. Where answers are
    /// compared, what the model thinks of them as it is is computed first.
    ///
    /// @param goesOn asked while that is done
    /// @return whether all steps are done
    /// @throws ouverture.error.TrainingException if the loss is no number any more; the last checkpoint is kept
    /// @throws ResourceException if a checkpoint cannot be written; the one before is kept
    public boolean run(BooleanSupplier goesOn, Trainer.Listener listener) {
        if (data.compares()) {
            Optional<double[]> losses = ReferenceLosses.of(
                    folder.resolve("reference.json"),
                    identity,
                    data,
                    network,
                    plan.tokensPerBatch(),
                    _ -> goesOn.getAsBoolean());
            if (losses.isEmpty()) {
                return false;
            }
            data.references(losses.get());
        }
        return trainer.run(listener);
    }

    /// The mean loss of other examples, in nats for each token that counts.
    ///
    /// @param adapted whether with the adapter, or the model as it is
    /// @throws ouverture.error.TrainingException if one of them cannot be learned from
    public double loss(Path others, TuningSettings settings, boolean adapted) {
        int longest = Math.min(file.metadata().contextLength(), settings.tokensPerBatch()) + 1;
        double sum = 0;
        double weight = 0;
        for (TuningExample example : read(others, settings, longest).examples()) {
            TrainingBatch batch = TrainingBatch.of(example.documents());
            for (double loss : network.losses(batch, adapted)) {
                sum += loss;
            }
            weight += batch.totalWeight();
        }
        return sum / weight;
    }

    /// Writes the adapter, as a GGUF file and where its names are known as PEFT has it, and the curve of its
    /// loss.
    ///
    /// @return whether PEFT's form was written too
    /// @throws ResourceException if they cannot be written
    public boolean export() {
        AdapterFile adapter =
                new AdapterFile(String.valueOf(folder.toAbsolutePath().getFileName()), parameters.updates());
        adapter.writeGguf(folder.resolve(AdapterFile.GGUF), file);
        Path curve = folder.resolve("loss.svg");
        try {
            Files.writeString(curve, LossCurve.svg(adapter.name(), trainer.log().entries()));
        } catch (IOException e) {
            throw new ResourceException("The curve " + curve + " cannot be written: make room.", e);
        }
        try {
            adapter.writePeft(folder, file);
            return true;
        } catch (UnsupportedModelException _) {
            return false;
        }
    }

    /// Ends threads and gives memory back.
    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
    }
}
