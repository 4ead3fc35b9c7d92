package ouverture.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;

/// Copies a folder of safetensors with its numbers rounded.
public final class SafetensorsCopy {
    private SafetensorsCopy() {}

    /// A copy in F32 that holds numbers of BF16 only.
    public static Path rounded(Path folder, Path copy) {
        return copy(folder, copy, DType.F32);
    }

    /// A copy of the same numbers in BF16.
    public static Path shortened(Path folder, Path copy) {
        return copy(folder, copy, DType.BF16);
    }

    private static Path copy(Path folder, Path copy, DType type) {
        SafetensorsWriter writer = new SafetensorsWriter();
        try (Arena arena = Arena.ofConfined()) {
            Files.createDirectories(copy);
            SafetensorsHeader header = SafetensorsHeader.read(folder.resolve("model.safetensors"), arena);
            for (SafetensorsHeader.Entry entry : header.entries().values()) {
                MemorySegment data = header.weights().asSlice(entry.start(), entry.end() - entry.start());
                boolean numbers = entry.format().equals("F32");
                writer.tensor(
                        entry.name(),
                        numbers ? type.name() : entry.format(),
                        numbers ? round(data, type) : data.toArray(ValueLayout.JAVA_BYTE),
                        entry.shape());
            }
            Files.copy(folder.resolve("config.json"), copy.resolve("config.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        writer.write(copy.resolve("model.safetensors"));
        return copy;
    }

    private static byte[] round(MemorySegment data, DType type) {
        float[] numbers = data.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
        byte[] halves = new byte[numbers.length * 2];
        BlockCodec codec = BlockCodec.of(DType.BF16);
        codec.encode(numbers, 0, MemorySegment.ofArray(halves), 0, numbers.length);
        if (type == DType.BF16) {
            return halves;
        }
        codec.decode(MemorySegment.ofArray(halves), 0, numbers, 0, numbers.length);
        ByteBuffer floats = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        floats.asFloatBuffer().put(numbers);
        return floats.array();
    }
}
