package ouverture.file;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.Tensor;

/// A GGUF file of version 2 or 3, little-endian, whole or split into parts, mapped into memory.
///
/// Another process may shorten the file while it is mapped; reading a tensor then ends in an `InternalError` ("a
/// fault occurred in an unsafe memory access operation"). Strings that are not UTF-8 are read with U+FFFD in
/// place of what is malformed. Source: the GGUF specification (ggml/docs/gguf.md).
public final class GgufFile implements ModelFile {
    /// The letters GGUF as a little-endian integer, the first bytes of every such file.
    static final int MAGIC = 0x46554747;

    private final List<Path> parts;
    private final Arena arena;
    private final Metadata metadata;
    private final Map<String, GgufValue> ggufValues;
    private final Map<String, Tensor> tensors;

    private GgufFile(List<Path> parts, Arena arena, List<GgufHeader> headers) {
        this.parts = parts;
        this.arena = arena;
        String name = ModelFiles.fileName(parts.getFirst());
        this.metadata = new Metadata(name, headers.getFirst().values());
        this.ggufValues = headers.getFirst().encoded();
        this.tensors = tensors(name, headers);
    }

    /// Opens a file; if it is any part of a split file, all parts, which must lie beside it.
    ///
    /// @throws ModelFileException if it or another part is missing, unreadable, damaged or of another file
    /// @throws UnsupportedModelException if it is sound but has a version, byte order or format that cannot be
    ///     read
    @SuppressWarnings("MustBeClosedChecker") // the file owns the arena
    public static GgufFile open(Path path) {
        Arena arena = Arena.ofShared();
        try {
            GgufHeader header = GgufHeader.read(ModelFiles.fileName(path), MappedFile.map(path, arena));
            GgufParts parts = GgufParts.of(path, header);
            List<GgufHeader> headers = new ArrayList<>();
            for (int i = 0; i < parts.count(); i++) {
                headers.add(i == parts.index() ? header : parts.read(i, arena));
            }
            parts.check(headers);
            return new GgufFile(
                    IntStream.range(0, parts.count()).mapToObj(parts::path).toList(), arena, headers);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static Map<String, Tensor> tensors(String file, List<GgufHeader> headers) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (GgufHeader header : headers) {
            for (TensorEntry entry : header.tensors()) {
                if (tensors.put(entry.name(), entry.view(header.weights())) != null) {
                    throw new ModelFileException(file + ": two of its parts have the tensor "
                            + Sentences.quoted(entry.name()) + ", so they do not belong together.");
                }
            }
        }
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public Path path() {
        return parts.getFirst();
    }

    @Override
    public Metadata metadata() {
        return metadata;
    }

    @Override
    public Map<String, GgufValue> ggufValues() {
        return ggufValues;
    }

    @Override
    public List<Path> weightFiles() {
        return parts;
    }

    @Override
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /// Always empty: a GGUF file has its tokenizer inside.
    @Override
    public Optional<Path> tokenizerJson() {
        return Optional.empty();
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
