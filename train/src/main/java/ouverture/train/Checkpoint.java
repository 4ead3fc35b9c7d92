package ouverture.train;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.error.ModelFileException;
import ouverture.error.TrainingException;
import ouverture.file.GgufValue;
import ouverture.file.GgufWriter;
import ouverture.file.GgufWriter.Slot;
import ouverture.file.ModelFile;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import ouverture.train.gradient.Parameter;

/// Everything that a run needs to go on as if it had not stopped, in one GGUF file that replaces the one before
/// when all of it is on the disk: parameters, the optimiser's means, and the [Progress]. Documents and first
/// values follow from their numbers, so that there is no other random state.
final class Checkpoint {
    private static final String KEYS = "ouverture.checkpoint.";
    private static final String MEAN = "mean/";
    private static final String SQUARE = "square/";

    private final Path file;
    private final String identity;
    private final ParameterSet parameters;
    private final AdamW optimiser;

    /// @param identity says what run this is: another one's checkpoint is refused
    Checkpoint(Path file, String identity, ParameterSet parameters, AdamW optimiser) {
        this.file = file;
        this.identity = identity;
        this.parameters = parameters;
        this.optimiser = optimiser;
    }

    /// Tensors by their names in the file.
    private Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(parameters.tensors());
        optimiser.means().forEach(mean -> tensors.put(MEAN + mean.name(), mean));
        optimiser.squares().forEach(square -> tensors.put(SQUARE + square.name(), square));
        return tensors;
    }

    /// Writes the file.
    ///
    /// @throws TrainingException if a parameter is no number any more
    /// @throws ouverture.error.ResourceException if it does not fit on the disk or cannot be written; the file
    ///     before is then as it was
    void write(Progress progress) {
        for (Parameter parameter : parameters.all()) {
            requireNumbers(parameter.value(), progress);
        }
        Map<String, GgufValue> values = new LinkedHashMap<>();
        values.put(KEYS + "identity", GgufValue.of(identity));
        values.put(KEYS + "step", GgufValue.of(progress.step()));
        values.put(KEYS + "cursor", GgufValue.of(progress.cursor()));
        values.put(KEYS + "tokens", GgufValue.of(progress.tokens()));
        values.put(KEYS + "milliseconds", GgufValue.of(Math.round(1000 * progress.seconds())));
        List<Slot> slots = new ArrayList<>();
        tensors()
                .forEach((name, tensor) ->
                        slots.add(new Slot(name, DType.F32, tensor.planes(), tensor.rows(), tensor.columns())));
        try (GgufWriter writer = GgufWriter.create(file, values, slots)) {
            for (Tensor tensor : tensors().values()) {
                writer.append(tensor.data().asSlice(0, tensor.bytes()));
            }
            writer.commit();
        }
    }

    private void requireNumbers(Tensor value, Progress progress) {
        for (long i = 0; i < value.size(); i++) {
            if (!Float.isFinite(value.data().getAtIndex(ValueLayout.JAVA_FLOAT, i))) {
                throw new TrainingException("After step " + progress.step() + " the parameter " + value.name()
                        + " holds a number that is none; the checkpoint before is kept in " + file
                        + ": go on from it with a lower learning rate.");
            }
        }
    }

    /// Reads the file into the parameters and the optimiser.
    ///
    /// @throws TrainingException if it belongs to another run
    /// @throws ModelFileException if it is damaged
    Progress read() {
        try (ModelFile checkpoint = ModelFile.open(file)) {
            Map<String, Object> values = checkpoint.metadata().values();
            if (!identity.equals(values.get(KEYS + "identity"))) {
                throw new TrainingException("The checkpoint " + file
                        + " belongs to another recipe or to other examples: name another folder for this run, or remove"
                        + " that one.");
            }
            tensors().forEach((name, tensor) -> copy(checkpoint, name, tensor));
            return new Progress(
                    number(values, "step"),
                    number(values, "cursor"),
                    number(values, "tokens"),
                    number(values, "milliseconds") / 1000.0);
        }
    }

    private void copy(ModelFile checkpoint, String name, Tensor to) {
        Tensor from = checkpoint.tensors().get(name);
        if (from == null || from.type() != DType.F32 || from.bytes() != to.bytes()) {
            throw damaged("tensor " + name);
        }
        MemorySegment.copy(from.data(), 0, to.data(), 0, to.bytes());
    }

    private long number(Map<String, Object> values, String key) {
        if (values.get(KEYS + key) instanceof Long number) {
            return number;
        }
        throw damaged(key);
    }

    private ModelFileException damaged(String what) {
        return new ModelFileException(
                "The checkpoint " + file + " lacks its " + what + ": remove it to begin the run again.");
    }
}
