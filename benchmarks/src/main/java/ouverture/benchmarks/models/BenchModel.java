package ouverture.benchmarks.models;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import ouverture.file.GgufValue;
import ouverture.file.GgufWriter;
import ouverture.file.quantize.FileType;
import ouverture.file.quantize.QuantizationPlan;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;

/// A file with random weights that is measured. Tensors have the formats that quantising the real model would
/// give them, so that a step reads and multiplies as much as it would there.
///
/// @param shape of the network
/// @param type of the whole file
public record BenchModel(ModelShape shape, FileType type) {
    /// Numbers that are drawn for each format; tensors repeat them, each time from another block on.
    private static final int DRAWN = 1 << 18;

    /// Their standard deviation: after normalised inputs of a few thousand columns, outputs are about 1.
    private static final double DEVIATION = 0.02;

    private static final long QUANTIZATION_VERSION = 2;

    /// The files of the table in `docs/performance.md`.
    public static List<BenchModel> all() {
        List<FileType> usual = List.of(FileType.Q4_0, FileType.Q8_0, FileType.Q4_K_M);
        return Stream.of(
                        of(Shapes.llama(false), usual),
                        of(Shapes.gptOss(false), List.of(FileType.MXFP4)),
                        of(Shapes.qwen3(false), usual),
                        of(Shapes.deepSeek(false), List.of(FileType.Q4_K_M)))
                .flatMap(List::stream)
                .toList();
    }

    /// A file of each family, of a few hundred kilobytes.
    public static List<BenchModel> tiny() {
        return List.of(
                new BenchModel(Shapes.llama(true), FileType.Q4_0),
                new BenchModel(Shapes.gptOss(true), FileType.MXFP4),
                new BenchModel(Shapes.qwen3(true), FileType.Q4_K_M),
                new BenchModel(Shapes.deepSeek(true), FileType.Q8_0));
    }

    private static List<BenchModel> of(ModelShape shape, List<FileType> types) {
        return types.stream().map(type -> new BenchModel(shape, type)).toList();
    }

    /// The file's name.
    public String fileName() {
        return shape.name() + "-" + type + ".gguf";
    }

    /// Length of the file.
    public long bytes() {
        return GgufWriter.fileBytes(values(), slots());
    }

    /// Whether the whole file is in a folder.
    boolean isIn(Path folder) {
        Path path = folder.resolve(fileName());
        try {
            return Files.exists(path) && Files.size(path) == bytes();
        } catch (IOException e) {
            return false;
        }
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

    /// Writes the file, which is there when all of it is.
    ///
    /// @throws ouverture.error.ResourceException if it cannot be written, as on a full disk
    void write(Path path) {
        List<GgufWriter.Slot> slots = slots();
        Random random = new Random(1);
        try (Arena arena = Arena.ofConfined();
                GgufWriter writer = GgufWriter.create(path, values(), slots)) {
            Map<DType, MemorySegment> drawn = new EnumMap<>(DType.class);
            for (GgufWriter.Slot slot : slots) {
                if (isFactor(slot.name())) {
                    writer.append(ones(arena, slot.columns()));
                } else {
                    append(writer, slot, drawn.computeIfAbsent(slot.type(), format -> draw(arena, format)), random);
                }
            }
            writer.commit();
        }
    }

    /// Whether the tensor's numbers are factors, which are 1 before training.
    private static boolean isFactor(String name) {
        return name.contains("norm.weight") || name.equals("rope_freqs.weight");
    }

    private static MemorySegment ones(Arena arena, int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return arena.allocateFrom(ValueLayout.JAVA_FLOAT, ones);
    }

    /// Random numbers in a format, twice in a row.
    private static MemorySegment draw(Arena arena, DType format) {
        Random random = new Random(2);
        float[] numbers = new float[DRAWN];
        for (int i = 0; i < DRAWN; i++) {
            numbers[i] = (float) random.nextGaussian(0, DEVIATION);
        }
        long bytes = format.bytes(DRAWN);
        MemorySegment drawn = arena.allocate(2 * bytes, Long.BYTES);
        BlockCodec.of(format).encode(numbers, 0, drawn, 0, DRAWN);
        MemorySegment.copy(drawn, 0, drawn, bytes, bytes);
        return drawn;
    }

    private static void append(GgufWriter writer, GgufWriter.Slot slot, MemorySegment drawn, Random random) {
        long bytes = slot.bytes();
        int blocks = DRAWN / slot.type().blockElements();
        for (long written = 0; written < bytes; ) {
            long from = slot.type()
                    .bytes((long) random.nextInt(blocks) * slot.type().blockElements());
            long count = Math.min(drawn.byteSize() / 2, bytes - written);
            writer.append(drawn.asSlice(from, count));
            written += count;
        }
    }
}
