package ouverture.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Builds small safetensors files for tests.
public final class SafetensorsWriter {
    private final List<String> entries = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /// Adds a tensor behind the others.
    ///
    /// @param format name of the number format
    /// @param shape outermost size first
    public SafetensorsWriter tensor(String name, String format, byte[] bytes, long... shape) {
        int start = data.size();
        data.writeBytes(bytes);
        return entry(name, format, Arrays.toString(shape), start, data.size());
    }

    /// Adds an F32 tensor of random numbers from -1 to 1.
    public SafetensorsWriter randomTensor(String name, long seed, long... shape) {
        int size = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        return tensor(name, "F32", GgufFixture.randomFloats(seed, size), shape);
    }

    /// Adds an entry that says what it likes, without data.
    public SafetensorsWriter entry(String name, String format, String shape, long start, long end) {
        entries.add("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                .formatted(name, format, shape, start, end));
        return this;
    }

    /// The file's bytes.
    public byte[] bytes() {
        return bytes("{" + String.join(",", entries) + "}", data.toByteArray());
    }

    /// A file of any header and data.
    public static byte[] bytes(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[Long.BYTES + json.length + data.length];
        GgufFixture.littleEndian(bytes).putLong(json.length).put(json).put(data);
        return bytes;
    }

    /// Writes the file.
    public Path write(Path path) {
        try {
            return Files.write(path, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
