package ouverture.train.recipe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import ouverture.KernelSets;
import ouverture.error.ResourceException;
import ouverture.file.GgufValue;
import ouverture.file.GgufWriter;
import ouverture.file.GgufWriter.Slot;
import ouverture.file.Metadata;
import ouverture.model.Model;
import ouverture.model.Weights;
import ouverture.model.family.Families;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Tensor;
import ouverture.text.Tokenizer;
import ouverture.train.Blueprint;
import ouverture.train.LossCurve;
import ouverture.train.ParameterSet;
import ouverture.train.Trainer;
import ouverture.train.TrainingPlan;
import ouverture.train.gradient.Network;
import ouverture.train.tokenizer.TrainedVocabulary;

/// A recipe at work in a folder, which holds the checkpoint, the log, and in the end the model.
public final class RecipeRun implements AutoCloseable {
    private static final String EMBEDDING = "token_embd.weight";
    private static final String OUTPUT = "output.weight";

    private final Recipe recipe;
    private final Path folder;
    private final Lessons lessons;
    private final String hash;
    private final String startHash;
    private final Map<String, Object> header = new LinkedHashMap<>();
    private final Blueprint blueprint;
    private final ParameterSet parameters;
    private final Kernels kernels;
    private final Trainer trainer;
    private final int threads;

    /// Prepares everything: vocabulary and network, new ones or those of another model, and where a run stopped
    /// before, its checkpoint.
    ///
    /// @param folder is made if it is not there
    /// @param kernelSet name of the kernels, or `auto`
    /// @param threads that compute, at least 1
    /// @throws ouverture.error.OuvertureException if the recipe makes no sense, or the folder holds another run
    public RecipeRun(Recipe recipe, Path folder, String kernelSet, int threads) {
        this.recipe = recipe;
        this.folder = folder;
        this.threads = threads;
        make(folder);
        lessons = new Lessons(recipe);
        hash = lessons.hash();
        TrainedVocabulary vocabulary;
        if (recipe.from().isEmpty()) {
            startHash = "";
            vocabulary = lessons.vocabulary(recipe.vocabulary());
            blueprint = blueprint(recipe.model(), vocabulary.pieces().size());
            parameters = new ParameterSet(blueprint.slots());
            parameters.initialise(recipe.seed(), blueprint.layers());
        } else {
            try (StartingModel start = new StartingModel(Path.of(recipe.from()))) {
                startHash = start.hash();
                vocabulary = start.vocabulary();
                blueprint = blueprint(recipe.model(), vocabulary.pieces().size());
                parameters = new ParameterSet(blueprint.slots());
                copy(start);
            }
        }
        header.putAll(blueprint.header());
        header.put("general.name", recipe.name());
        header.putAll(vocabulary.header(Harmony.RETURN));
        header.put("tokenizer.chat_template", lessons.harmony().template());
        Metadata metadata = new Metadata(recipe.name(), header);
        kernels = KernelSets.choose(kernelSet).create(new KernelsOptions(threads, Activations.F32));
        try {
            Model model = Families.of(metadata)
                    .loader()
                    .load(metadata, new Weights(recipe.name(), parameters.tensors()), blueprint.context());
            trainer = new Trainer(
                    model,
                    parameters,
                    lessons.data(Tokenizer.of(metadata), blueprint.context()),
                    kernels,
                    plan(folder));
        } catch (RuntimeException | Error e) {
            kernels.close();
            parameters.close();
            throw e;
        }
    }

    private void copy(StartingModel start) {
        try {
            start.copyTo(parameters, blueprint);
        } catch (RuntimeException e) {
            parameters.close();
            throw e;
        }
    }

    private static void make(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ResourceException("The folder " + folder + " cannot be made: name another one.", e);
        }
    }

    private static Blueprint blueprint(Recipe.Sizes sizes, int vocabulary) {
        return new Blueprint(
                sizes.layers(),
                sizes.width(),
                sizes.heads(),
                sizes.keyValueHeads(),
                sizes.headSize(),
                sizes.experts(),
                sizes.activeExperts(),
                sizes.expertWidth(),
                sizes.window(),
                sizes.context(),
                vocabulary);
    }

    private TrainingPlan plan(Path folder) {
        Recipe.Training training = recipe.training();
        return new TrainingPlan(
                folder,
                identity(),
                training.schedule(),
                training.optimiser(),
                training.tokensPerStep(),
                training.tokensPerBatch(),
                training.clip(),
                new Network.Options(training.recompute(), training.balance()),
                training.checkpointSeconds());
    }

    /// What must be the same where a run goes on: the parameters and the lessons.
    private String identity() {
        return hash + " " + startHash + " " + recipe.seed() + " " + recipe.stages() + " " + recipe.levels() + " "
                + recipe.vocabulary() + " " + recipe.model();
    }

    /// Says which lessons are taught, whatever the recipe's text.
    public String lessonsHash() {
        return hash;
    }

    /// SHA-256 of the file that the weights come from, empty where they come from nothing.
    public String startHash() {
        return startHash;
    }

    /// The network's sizes.
    public Blueprint blueprint() {
        return blueprint;
    }

    /// What trains.
    public Trainer trainer() {
        return trainer;
    }

    /// Where [#export] puts the model.
    public Path modelFile() {
        return folder.resolve("model.gguf");
    }

    /// Writes the model, and the curve of its loss. The embedding is written twice, because other engines want an
    /// output matrix in the file.
    ///
    /// @throws ResourceException if they cannot be written
    public void export() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(parameters.tensors());
        tensors.put(OUTPUT, tensors.get(EMBEDDING));
        Map<String, GgufValue> values = new LinkedHashMap<>();
        header.forEach((key, value) -> values.put(key, GgufValue.of(value)));
        List<Slot> slots = new ArrayList<>();
        tensors.forEach((name, tensor) ->
                slots.add(new Slot(name, tensor.type(), tensor.planes(), tensor.rows(), tensor.columns())));
        try (GgufWriter writer = GgufWriter.create(modelFile(), values, slots)) {
            for (Tensor tensor : tensors.values()) {
                MemorySegment data = tensor.data();
                writer.append(data.asSlice(0, tensor.bytes()));
            }
            writer.commit();
        }
        Path curve = folder.resolve("loss.svg");
        try {
            Files.writeString(curve, LossCurve.svg(recipe.name(), trainer.log().entries()));
        } catch (IOException e) {
            throw new ResourceException("The curve " + curve + " cannot be written: make room.", e);
        }
    }

    /// Examines the exported model; throws as [Examiner#examine].
    ///
    /// @param listener hears of each mark
    public List<Answers> examine(Consumer<Mark> listener) {
        return new Examiner(recipe, lessons, folder, threads).examine(modelFile(), listener);
    }

    /// Ends threads and gives memory back.
    @Override
    public void close() {
        trainer.close();
        kernels.close();
        parameters.close();
    }
}
