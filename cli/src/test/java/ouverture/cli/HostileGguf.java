package ouverture.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Writes GGUF files that have nothing but strings in their header.
final class HostileGguf {
    private static final int STRING = 8;

    private HostileGguf() {}

    /// Writes a sound file without tensors.
    static Path write(Path file, Map<String, String> header) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(number(4, 0x46554747));
        bytes.write(number(4, 3));
        bytes.write(number(8, 0));
        bytes.write(number(8, header.size()));
        for (Map.Entry<String, String> entry : header.entrySet()) {
            string(bytes, entry.getKey());
            bytes.write(number(4, STRING));
            string(bytes, entry.getValue());
        }
        return Files.write(file, bytes.toByteArray());
    }

    private static void string(ByteArrayOutputStream bytes, String text) throws IOException {
        byte[] utf8 = text.getBytes(UTF_8);
        bytes.write(number(8, utf8.length));
        bytes.write(utf8);
    }

    private static byte[] number(int size, long value) {
        byte[] bytes = new byte[Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
        return java.util.Arrays.copyOf(bytes, size);
    }
}
