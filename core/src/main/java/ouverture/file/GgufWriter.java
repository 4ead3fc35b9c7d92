package ouverture.file;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import ouverture.error.ResourceException;
import ouverture.tensor.DType;

/// Writes a GGUF file of version 3, little-endian: the header first, then the tensors in its order, piece by
/// piece. The file is there when all of it is ([AtomicFile]). Source: the GGUF specification (ggml/docs/gguf.md).
public final class GgufWriter implements AutoCloseable {
    private static final int VERSION = 3;
    private static final int COPIED_AT_ONCE = 1 << 26;

    /// A tensor of the file; sizes are those of [ouverture.tensor.Tensor].
    public record Slot(String name, DType type, int planes, int rows, int columns) {
        /// Bytes of its elements.
        public long bytes() {
            return type.bytes((long) planes * rows * columns);
        }

        /// Dimensions as GGUF counts them, columns first; the last ones that are 1 are left out.
        private long[] sizes() {
            return planes > 1
                    ? new long[] {columns, rows, planes}
                    : rows > 1 ? new long[] {columns, rows} : new long[] {columns};
        }
    }

    private final AtomicFile file;
    private final List<Slot> slots;
    private final int alignment;
    private int slot;
    private long written;

    private GgufWriter(AtomicFile file, List<Slot> slots, int alignment) {
        this.file = file;
        this.slots = slots;
        this.alignment = alignment;
    }

    /// Begins a file and writes its header. Tensors are aligned as the key `general.alignment` says.
    ///
    /// @param values by key, in the order of the file
    /// @param slots of the tensors that will follow
    /// @throws ResourceException if the file does not fit on the disk, with figures, or cannot be written
    public static GgufWriter create(Path path, Map<String, GgufValue> values, List<Slot> slots) {
        int alignment = alignment(values);
        ByteBuffer header = header(values, slots, alignment);
        AtomicFile file = AtomicFile.create(path);
        try {
            file.checkSpace(fileBytes(header.limit(), slots, alignment));
            file.write(header);
            return new GgufWriter(file, List.copyOf(slots), alignment);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /// How long such a file will be.
    public static long fileBytes(Map<String, GgufValue> values, List<Slot> slots) {
        int alignment = alignment(values);
        return fileBytes(header(values, slots, alignment).limit(), slots, alignment);
    }

    private static int alignment(Map<String, GgufValue> values) {
        GgufValue value = values.get("general.alignment");
        return value == null ? GgufHeader.DEFAULT_ALIGNMENT : (int) value.bits();
    }

    private static long fileBytes(long headerBytes, List<Slot> slots, int alignment) {
        return headerBytes
                + slots.stream()
                        .mapToLong(slot -> aligned(slot.bytes(), alignment))
                        .sum();
    }

    private static long aligned(long bytes, int alignment) {
        return Math.ceilDiv(bytes, alignment) * (long) alignment;
    }

    /// The header with the zeros behind it.
    private static ByteBuffer header(Map<String, GgufValue> values, List<Slot> slots, int alignment) {
        long bytes = Integer.BYTES * 2L + Long.BYTES * 2L;
        for (Map.Entry<String, GgufValue> entry : values.entrySet()) {
            bytes += Long.BYTES + utf8(entry.getKey()).length + entry.getValue().size();
        }
        for (Slot slot : slots) {
            bytes += Long.BYTES * (2L + slot.sizes().length) + utf8(slot.name).length + Integer.BYTES * 2L;
        }
        ByteBuffer header = ByteBuffer.allocate(Math.toIntExact(aligned(bytes, alignment)));
        header.order(ByteOrder.LITTLE_ENDIAN).putInt(GgufFile.MAGIC).putInt(VERSION);
        header.putLong(slots.size()).putLong(values.size());
        values.forEach((key, value) -> {
            putText(header, key);
            value.writeTo(header);
        });
        long start = 0;
        for (Slot slot : slots) {
            long[] sizes = slot.sizes();
            putText(header, slot.name);
            header.putInt(sizes.length);
            for (long size : sizes) {
                header.putLong(size);
            }
            header.putInt(slot.type.ggmlNumber()).putLong(start);
            start += aligned(slot.bytes(), alignment);
        }
        return header.rewind();
    }

    private static void putText(ByteBuffer header, String text) {
        byte[] utf8 = utf8(text);
        header.putLong(utf8.length).put(utf8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Adds bytes to the first tensor that lacks some; they must not reach into the next one.
    ///
    /// @throws ResourceException if they cannot be written, as on a full disk
    public void append(MemorySegment bytes) {
        long length = slots.get(slot).bytes();
        assert written + bytes.byteSize() <= length : slots.get(slot) + " takes no more than " + length + " bytes";
        for (long from = 0; from < bytes.byteSize(); from += COPIED_AT_ONCE) {
            long count = Math.min(COPIED_AT_ONCE, bytes.byteSize() - from);
            file.write(bytes.asSlice(from, count).asByteBuffer());
        }
        written += bytes.byteSize();
        if (written == length) {
            file.write(ByteBuffer.allocate((int) (aligned(length, alignment) - length)));
            slot++;
            written = 0;
        }
    }

    /// Ends the file, when every tensor has all its bytes.
    ///
    /// @throws ResourceException if that fails; an old file of that name is then as it was
    public void commit() {
        if (slot < slots.size()) {
            throw new IllegalStateException("only " + slot + " of " + slots.size() + " tensors were written");
        }
        file.commit();
    }

    /// Removes what was written unless it was [#commit]ted.
    @Override
    public void close() {
        file.close();
    }
}
