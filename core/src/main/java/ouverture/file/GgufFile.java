package ouverture.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /// Of a file in memory, as a mapped one has it.
    private static final long ALIGNMENT = 4096;

    private final Path path;
    private final List<Path> parts;
    private final long fileBytes;
    private final Arena arena;
    private final Metadata metadata;
    private final Map<String, GgufValue> ggufValues;
    private final Map<String, Tensor> tensors;

    private GgufFile(Path path, List<Path> parts, long fileBytes, Arena arena, List<GgufHeader> headers) {
        this.path = path;
        this.parts = parts;
        this.fileBytes = fileBytes;
        this.arena = arena;
        String name = ModelFiles.fileName(path);
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
            MemorySegment file = MappedFile.map(path, arena);
            GgufHeader header = GgufHeader.read(ModelFiles.fileName(path), file);
            GgufParts parts = GgufParts.of(path, header);
            List<GgufHeader> headers = new ArrayList<>();
            List<Path> files = new ArrayList<>();
            long bytes = 0;
            for (int i = 0; i < parts.count(); i++) {
                MemorySegment part = i == parts.index() ? file : parts.map(i, arena);
                headers.add(i == parts.index() ? header : parts.read(i, part));
                files.add(parts.path(i));
                bytes += part.byteSize();
            }
            parts.check(headers);
            return new GgufFile(files.getFirst(), List.copyOf(files), bytes, arena, headers);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /// Opens a whole file that was read into memory; throws as the other.
    ///
    /// @param name how messages call it
    /// @param bytes all of it; they are copied
    @SuppressWarnings("MustBeClosedChecker") // the file owns the arena
    static GgufFile of(Path name, byte[] bytes) {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment file = arena.allocate(Math.max(1, bytes.length), ALIGNMENT);
            MemorySegment.copy(bytes, 0, file, ValueLayout.JAVA_BYTE, 0, bytes.length);
            GgufHeader header = GgufHeader.read(ModelFiles.fileName(name), file.asSlice(0, bytes.length));
            GgufParts.of(name, header).check(List.of(header));
            return new GgufFile(name, List.of(), bytes.length, arena, List.of(header));
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
