package ouverture.file;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ouverture.error.ModelFileException;
import ouverture.error.ResourceException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.HostMemory;
import ouverture.tensor.Tensor;

/// A folder as Hugging Face publishes models: weights in safetensors, whole or in shards, and `config.json`
/// beside them.
/// Names and settings are translated to GGUF's; tensors that GGUF keeps in another order (rotary rows, transposed
/// layers, experts behind each other) or in a format of its own (8-bit weights of DeepSeek, which become BF16)
/// are copies in memory, all others views on the mapped files.
///
/// Another process may shorten a file while it is mapped; reading a tensor then ends in an `InternalError` ("a
/// fault occurred in an unsafe memory access operation").
public final class SafetensorsFolder implements ModelFile {
    private final Path path;
    private final List<Path> weightFiles;
    private final long fileBytes;
    private final Arena arena;
    private final Metadata metadata;
    private final Map<String, Tensor> tensors;

    private SafetensorsFolder(
            Path path,
            List<Path> weightFiles,
            long fileBytes,
            Arena arena,
            Metadata metadata,
            Map<String, Tensor> tensors) {
        this.path = path;
        this.weightFiles = weightFiles;
        this.fileBytes = fileBytes;
        this.arena = arena;
        this.metadata = metadata;
        this.tensors = tensors;
    }

    /// Whether a folder holds weights in safetensors.
    static boolean hasWeights(Path folder) {
        return SafetensorsIndex.isIn(folder);
    }

    /// Opens a folder.
    ///
    /// @throws ModelFileException if a file in it is missing, unreadable, truncated or damaged
    /// @throws UnsupportedModelException if its architecture or a number format cannot be read
    /// @throws ResourceException if copies that it needs do not fit the memory
    @SuppressWarnings("MustBeClosedChecker") // the folder owns the arena
    public static SafetensorsFolder open(Path folder) {
        HuggingFaceConfig config = HuggingFaceConfig.read(folder.resolve("config.json"));
        HuggingFaceFamily family = HuggingFaceFamilies.of(config);
        family.checkQuantisation(config);
        Fp8Weights fp8 = Fp8Weights.of(config).orElse(null);
        String name = ModelFiles.fileName(folder.toAbsolutePath().normalize());
        HuggingFaceConfig text = config.object("text_config").orElse(config);
        Map<String, Object> values = family.keys(text);
        values.put("general.name", name);
        HuggingFaceExtras.add(folder, config, values);
        Metadata metadata = new Metadata(name, Collections.unmodifiableMap(values));
        Arena arena = Arena.ofShared();
        try {
            List<SafetensorsHeader> headers = new ArrayList<>();
            SafetensorsIndex index = SafetensorsIndex.read(folder);
            for (String shard : index.shards().keySet()) {
                SafetensorsHeader header = SafetensorsHeader.read(folder.resolve(shard), arena);
                index.check(shard, header.entries().keySet());
                headers.add(header);
            }
            if (fp8 != null) {
                headers.forEach(fp8::addScales);
            }
            TensorTranslation translation = new TensorTranslation(family, metadata, fp8, arena);
            checkMemory(
                    name, headers.stream().mapToLong(translation::copiedBytes).sum());
            headers.forEach(translation::add);
            List<Path> files =
                    index.shards().keySet().stream().map(folder::resolve).toList();
            long bytes =
                    headers.stream().mapToLong(SafetensorsHeader::fileBytes).sum();
            return new SafetensorsFolder(folder, files, bytes, arena, metadata, translation.tensors(text));
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static void checkMemory(String name, long copiedBytes) {
        long available = HostMemory.here().availableBytes();
        if (copiedBytes > available) {
            throw new ResourceException(
                    name + " needs " + (copiedBytes >> 20) + " MiB of memory to rearrange its weights"
                            + " and " + (available >> 20)
                            + " MiB are available: use a GGUF file of the model, which is read from"
                            + " the disk as it is.");
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public long fileBytes() {
        return fileBytes;
    }

    @Override
    public Metadata metadata() {
        return metadata;
    }

    @Override
    public Map<String, GgufValue> ggufValues() {
        Map<String, GgufValue> values = new LinkedHashMap<>();
        metadata.values().forEach((key, value) -> values.put(key, GgufValue.of(value)));
        return values;
    }

    @Override
    public List<Path> weightFiles() {
        return weightFiles;
    }

    @Override
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public Optional<Path> tokenizerJson() {
        return Optional.of(path.resolve("tokenizer.json")).filter(Files::isRegularFile);
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
