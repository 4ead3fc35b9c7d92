package ouverture.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.file.HuggingFaceFamily.Place;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Gathers the tensors of one model from its files under GGUF's names.
final class TensorTranslation {
    private static final int MOST_ROTATED = 1 << 16;

    private final HuggingFaceFamily family;
    private final Metadata metadata;
    private final Arena arena;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, TreeMap<Integer, Function<Arena, Tensor>>> planes = new LinkedHashMap<>();
    private final @Nullable Fp8Weights fp8;
    private final int layers;

    /// @param fp8 how 8-bit weights are read, or null
    /// @param arena where changed tensors live
    TensorTranslation(HuggingFaceFamily family, Metadata metadata, @Nullable Fp8Weights fp8, Arena arena) {
        this.family = family;
        this.metadata = metadata;
        this.fp8 = fp8;
        this.arena = arena;
        layers = metadata.integer("block_count", Integer.MAX_VALUE);
    }

    /// Bytes of memory that a file's tensors will take which are copied: into another order, behind each other, or
    /// into another format. Vectors, which are small, are not counted.
    long copiedBytes(SafetensorsHeader header) {
        long bytes = 0;
        for (SafetensorsHeader.Entry entry : header.entries().values()) {
            boolean eightBits = fp8 != null && entry.format().equals(Fp8Weights.FORMAT);
            boolean copied = family.place(entry.name()).filter(family::copies).isPresent();
            if (!unused(entry) && (eightBits || copied)) {
                bytes += (entry.end() - entry.start()) * (eightBits ? 2 : 1);
            }
        }
        return bytes;
    }

    /// Whether the network does without a tensor: layers behind the last predict further tokens.
    private boolean unused(SafetensorsHeader.Entry entry) {
        return HuggingFaceFamily.layer(entry.name()) >= layers;
    }

    /// Takes over the tensors of a file.
    ///
    /// @throws ModelFileException if two have one name or a shape does not fit
    /// @throws UnsupportedModelException if a name or number format is not known
    void add(SafetensorsHeader header) {
        for (SafetensorsHeader.Entry entry : header.entries().values()) {
            if (unused(entry) || fp8 != null && Fp8Weights.isScale(entry.name())) {
                continue;
            }
            Place place = family.place(entry.name())
                    .orElseThrow(() -> new UnsupportedModelException(header.file() + " has the tensor "
                            + Sentences.quoted(entry.name()) + ", which is not known in the architecture "
                            + family.architecture() + ": a part of the model would be left out."));
            if (place.name().isEmpty()) {
                continue;
            }
            Function<Arena, Tensor> changed =
                    target -> place.change().apply(tensor(header, entry, target), metadata, target);
            Object before = place.plane() < 0
                    ? tensors.put(place.name(), named(place.name(), changed.apply(arena)))
                    : planes.computeIfAbsent(place.name(), _ -> new TreeMap<>()).put(place.plane(), changed);
            if (before != null) {
                throw new ModelFileException(
                        header.file() + " has a second tensor " + Sentences.quoted(entry.name()) + ".");
            }
        }
    }

    private Tensor tensor(SafetensorsHeader header, SafetensorsHeader.Entry entry, Arena target) {
        return fp8 != null && entry.format().equals(Fp8Weights.FORMAT)
                ? fp8.decode(header, entry, target)
                : header.tensor(entry);
    }

    /// All tensors, when every file was added.
    ///
    /// @throws ModelFileException if planes are missing or differ
    Map<String, Tensor> tensors(HuggingFaceConfig config) {
        planes.forEach((name, numbered) -> {
            if (numbered.lastKey() != numbered.size() - 1) {
                throw new ModelFileException(metadata.file() + " has " + numbered.size() + " of the "
                        + (numbered.lastKey() + 1) + " tensors that make up " + name + ".");
            }
            tensors.put(name, TensorChange.stack(name, List.copyOf(numbered.values()), arena));
        });
        if (config.flag("tie_word_embeddings").orElse(false)) {
            tensors.remove("output.weight");
        }
        RopeScaling.of(config).ifPresent(this::addRopeFactors);
        family.assembly().assemble(tensors, arena);
        return Collections.unmodifiableMap(tensors);
    }

    private Tensor named(String name, Tensor tensor) {
        boolean vector = name.endsWith(".bias") || tensor.planes() == 1 && tensor.rows() == 1;
        Tensor aligned = TensorChange.aligned(vector ? TensorChange.floats(tensor, arena) : tensor, arena);
        return new Tensor(name, aligned.type(), aligned.planes(), aligned.rows(), aligned.columns(), aligned.data());
    }

    private void addRopeFactors(RopeScaling scaling) {
        int dimensions = metadata.integer("rope.dimension_count", 0);
        if (dimensions < 2 || dimensions > MOST_ROTATED || dimensions % 2 != 0) {
            throw new ModelFileException(
                    metadata.file() + " is damaged: a head of " + dimensions + " elements cannot be rotated.");
        }
        scaling.factors(dimensions, metadata.number("rope.freq_base", 10_000)).forEach((name, factors) -> {
            MemorySegment data = arena.allocate(factors.length * (long) Float.BYTES, Float.BYTES);
            MemorySegment.copy(factors, 0, data, ValueLayout.JAVA_FLOAT, 0, factors.length);
            tensors.put(name, Tensor.matrix(name, DType.F32, 1, factors.length, data));
        });
    }
}
