package ouverture.file;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Adapters in GGUF: the tensors `NAME.lora_a` and `NAME.lora_b` for each weight that is changed, and one
/// `alpha` for all, which divided by a matrix's rank is its scale; 0 stands for a scale of 1. Source: llama.cpp,
/// `src/llama-adapter.cpp`.
final class GgufAdapter {
    private static final String DOWN = ".lora_a";
    private static final String UP = ".lora_b";
    private static final String ALPHA = "adapter.lora.alpha";

    private GgufAdapter() {}

    /// Reads a file; throws as [AdapterFile#read].
    static AdapterFile read(Path path, ModelFile base) {
        try (GgufFile file = GgufFile.open(path)) {
            Metadata metadata = file.metadata();
            checkKind(metadata, base.metadata());
            float alpha = metadata.number(ALPHA, 0);
            Set<String> names = file.tensors().keySet();
            List<LowRankUpdate> updates = new ArrayList<>();
            for (String name : names) {
                String weight = weight(metadata.file(), name);
                Tensor down = file.tensors().get(weight + DOWN);
                Tensor up = file.tensors().get(weight + UP);
                if (down == null || up == null) {
                    throw new ModelFileException(metadata.file() + " has only one of the two matrices that change "
                            + Sentences.clean(weight) + ": it is incomplete.");
                }
                if (name.endsWith(UP)) {
                    updates.add(new LowRankUpdate(
                            weight,
                            LowRankUpdate.copy(metadata.file(), down),
                            LowRankUpdate.copy(metadata.file(), up),
                            alpha == 0 ? 1 : alpha / up.columns()));
                }
            }
            return new AdapterFile(metadata.file(), updates);
        }
    }

    private static void checkKind(Metadata adapter, Metadata base) {
        String kind = adapter.string("general.type").orElse("model");
        if (!kind.equals("adapter")) {
            throw new ModelFileException(adapter.file() + " is a " + Sentences.clean(kind)
                    + " and no adapter: give the file of an adapter.");
        }
        String type = adapter.string("adapter.type").orElse("");
        if (!type.equals("lora")) {
            throw new UnsupportedModelException(adapter.file() + " is an adapter of the type " + Sentences.quoted(type)
                    + "; this version applies those of the type lora.");
        }
        if (adapter.has("adapter.alora.invocation_tokens")) {
            throw new UnsupportedModelException(adapter.file()
                    + " works from certain tokens of the prompt on only (aLoRA), which this version cannot do.");
        }
        if (!adapter.architecture().equals(base.architecture())) {
            throw new ModelFileException(adapter.file() + " was made for a model of the architecture "
                    + Sentences.quoted(adapter.architecture())
                    + " and " + base.file() + " is of " + Sentences.quoted(base.architecture())
                    + ": take an adapter for this model.");
        }
    }

    private static String weight(String file, String name) {
        if (!name.endsWith(DOWN) && !name.endsWith(UP)) {
            throw new UnsupportedModelException(file + " has the tensor " + Sentences.quoted(name)
                    + ", which is no half of a low-rank change: this version would leave it out.");
        }
        return name.substring(0, name.length() - DOWN.length());
    }

    /// Writes a file. Where the weights' scales are no common alpha over their ranks, `up` is written scaled.
    ///
    /// @param base the model that it is for
    /// @throws ouverture.error.ResourceException if it cannot be written
    static void write(Path path, AdapterFile adapter, Metadata base) {
        LowRankUpdate first = adapter.updates().getFirst();
        float common = first.scale() * first.rank();
        boolean same = common != 0
                && adapter.updates().stream()
                        .allMatch(update -> Math.abs(update.scale() * update.rank() - common) <= Math.ulp(common));
        Map<String, GgufValue> values = new LinkedHashMap<>();
        values.put("general.architecture", GgufValue.of(base.architecture()));
        values.put("general.type", GgufValue.of("adapter"));
        values.put("general.name", GgufValue.of(adapter.name()));
        values.put("adapter.type", GgufValue.of("lora"));
        values.put(ALPHA, GgufValue.of((double) (same ? common : 0)));
        List<Tensor> tensors = new ArrayList<>();
        List<GgufWriter.Slot> slots = new ArrayList<>();
        for (LowRankUpdate update : adapter.updates()) {
            tensors.add(update.down());
            slots.add(slot(update.name() + DOWN, update.down()));
            tensors.add(same ? update.up() : scaled(update.up(), update.scale()));
            slots.add(slot(update.name() + UP, update.up()));
        }
        try (GgufWriter writer = GgufWriter.create(path, values, slots)) {
            for (Tensor tensor : tensors) {
                writer.append(tensor.data().asSlice(0, tensor.bytes()));
            }
            writer.commit();
        }
    }

    private static GgufWriter.Slot slot(String name, Tensor tensor) {
        return new GgufWriter.Slot(name, DType.F32, tensor.planes(), tensor.rows(), tensor.columns());
    }

    /// A copy of an F32 tensor times a factor.
    static Tensor scaled(Tensor tensor, float factor) {
        Tensor copy = LowRankUpdate.zeros(tensor.name(), tensor.planes(), tensor.rows(), tensor.columns());
        for (long i = 0; i < tensor.size(); i++) {
            float number = tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            copy.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, number * factor);
        }
        return copy;
    }
}
