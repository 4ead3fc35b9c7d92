package ouverture.benchmarks.models;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.file.GgufValue;
import ouverture.file.GgufWriter;
import ouverture.file.quantize.FileType;
import ouverture.file.quantize.QuantizationPlan;

/// A GGUF file. Tensors have the formats that quantising the real model would give them, so that a step reads and
/// multiplies as much as it would there.
///
/// @param shape of the network
/// @param type of the whole file
public record GgufModel(ModelShape shape, FileType type) implements BenchModel {
    private static final long QUANTIZATION_VERSION = 2;

    @Override
    public String fileName() {
        return shape.name() + "-" + type + ".gguf";
    }

    @Override
    public long bytes() {
        return GgufWriter.fileBytes(values(), slots());
    }

    @Override
    public double activeParameters() {
        return shape.activeParameters();
    }

    @Override
    public boolean isIn(Path folder) throws IOException {
        Path path = folder.resolve(fileName());
        return Files.exists(path) && Files.size(path) == bytes();
    }

    /// Tokens that the model knows.
    public int vocabulary() {
        return shape.metadata().integer("vocab_size");
    }

    private List<GgufWriter.Slot> slots() {
        return QuantizationPlan.steps(type, shape.metadata(), shape.tensors()).stream()
                .map(step -> new GgufWriter.Slot(
                        step.tensor().name(),
                        step.to(),
                        step.tensor().planes(),
                        step.tensor().rows(),
                        step.tensor().columns()))
                .toList();
    }

    private Map<String, GgufValue> values() {
        Map<String, GgufValue> values = new LinkedHashMap<>();
        shape.values().forEach((key, value) -> values.put(key, GgufValue.of(value)));
        values.put("general.file_type", GgufValue.of((long) type.number()));
        values.put("general.quantization_version", GgufValue.of(QUANTIZATION_VERSION));
        return values;
    }

    @Override
    public void write(Path folder) {
        List<GgufWriter.Slot> slots = slots();
        try (Arena arena = Arena.ofConfined();
                GgufWriter writer = GgufWriter.create(folder.resolve(fileName()), values(), slots)) {
            RandomWeights weights = new RandomWeights(arena);
            for (GgufWriter.Slot slot : slots) {
                weights.write(slot.name(), slot.type(), slot.bytes(), writer::append);
            }
            writer.commit();
        }
    }
}
