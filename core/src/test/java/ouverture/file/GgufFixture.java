package ouverture.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import ouverture.tensor.DType;

/// Builds small GGUF files for tests, sound ones by default; single fields can be set to what a hostile file
/// would say.
public final class GgufFixture {
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final List<Weights> tensors = new ArrayList<>();
    private int version = 3;
    private int alignment = 32;
    private long claimedTensors = -1;
    private long claimedKeys = -1;

    /// A value of a GGUF type that Java's types do not tell apart.
    ///
    /// @param type number of the type
    /// @param bytes the value as the file has it
    public record Raw(int type, byte[] bytes) {}

    private record Weights(String name, int number, long[] sizes, byte[] data, long offset) {}

    /// A file that says which architecture it has, and nothing else.
    public static GgufFixture of(String architecture) {
        return new GgufFixture().with("general.architecture", architecture);
    }

    /// A copy of a file's header and tensors, to be changed.
    public static GgufFixture copyOf(Path file) {
        GgufFixture copy = new GgufFixture();
        try (ModelFile source = ModelFile.open(file)) {
            source.metadata()
                    .values()
                    .forEach((key, value) ->
                            copy.with(key, value instanceof List<?> list ? list.toArray(String[]::new) : value));
            source.tensors()
                    .values()
                    .forEach(tensor -> copy.tensor(
                            tensor.name(),
                            tensor.type(),
                            tensor.data().toArray(ValueLayout.JAVA_BYTE),
                            tensor.columns(),
                            tensor.rows()));
        }
        return copy;
    }

    /// Adds a key: Boolean, Integer (u32), Long (u64), Float, Double, String, `String[]`, `int[]` (i32),
    /// `float[]`, `boolean[]` or [Raw].
    public GgufFixture with(String key, Object value) {
        values.put(key, value);
        return this;
    }

    /// Adds a tensor behind the others.
    ///
    /// @param sizes columns first
    public GgufFixture tensor(String name, DType type, byte[] data, long... sizes) {
        return tensor(name, type.ggmlNumber(), data, -1, sizes);
    }

    /// Adds an F32 tensor of random numbers from -1 to 1.
    public GgufFixture randomTensor(String name, long seed, long... sizes) {
        long size = 1;
        for (long one : sizes) {
            size *= one;
        }
        return tensor(name, DType.F32, randomFloats(seed, Math.toIntExact(size)), sizes);
    }

    /// Adds a tensor that says what it likes about itself.
    ///
    /// @param number of its format
    /// @param offset where it says it starts, or -1 for behind the others
    public GgufFixture tensor(String name, int number, byte[] data, long offset, long... sizes) {
        tensors.add(new Weights(name, number, sizes, data, offset));
        return this;
    }

    /// Sets the version in the header.
    public GgufFixture version(int version) {
        this.version = version;
        return this;
    }

    /// Sets the alignment of the data and the key that says so.
    public GgufFixture alignment(int alignment) {
        this.alignment = alignment;
        return with("general.alignment", alignment);
    }

    /// Sets the counts that the header claims; -1 for the true ones.
    public GgufFixture claiming(long tensors, long keys) {
        this.claimedTensors = tensors;
        this.claimedKeys = keys;
        return this;
    }

    /// Writes the file.
    public Path write(Path path) {
        try {
            return Files.write(path, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The file's bytes.
    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(ints(version));
        out.writeBytes(longs(claimedTensors == -1 ? tensors.size() : claimedTensors));
        out.writeBytes(longs(claimedKeys == -1 ? values.size() : claimedKeys));
        values.forEach((key, value) -> {
            out.writeBytes(text(key));
            writeValue(out, value);
        });
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (Weights weights : tensors) {
            pad(data);
            out.writeBytes(text(weights.name));
            out.writeBytes(ints(weights.sizes.length));
            out.writeBytes(longs(weights.sizes));
            out.writeBytes(ints(weights.number));
            out.writeBytes(longs(weights.offset < 0 ? data.size() : weights.offset));
            data.writeBytes(weights.data);
        }
        if (!tensors.isEmpty()) {
            pad(out);
        }
        out.writeBytes(data.toByteArray());
        return out.toByteArray();
    }

    private void pad(ByteArrayOutputStream out) {
        while (out.size() % alignment != 0) {
            out.write(0);
        }
    }

    private static void writeValue(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case Raw raw -> write(out, raw.type, raw.bytes);
            case Integer i -> write(out, 4, ints(i));
            case Float f -> write(out, 6, ints(Float.floatToRawIntBits(f)));
            case Boolean b -> write(out, 7, new byte[] {(byte) (b ? 1 : 0)});
            case String s -> write(out, 8, text(s));
            case Long l -> write(out, 10, longs(l));
            case Double d -> write(out, 12, longs(Double.doubleToRawLongBits(d)));
            case int[] array -> write(out, 9, array(5, array.length, ints(array)));
            case float[] array -> {
                int[] bits = new int[array.length];
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = Float.floatToRawIntBits(array[i]);
                }
                write(out, 9, array(6, bits.length, ints(bits)));
            }
            case boolean[] array -> {
                byte[] bytes = new byte[array.length];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) (array[i] ? 1 : 0);
                }
                write(out, 9, array(7, bytes.length, bytes));
            }
            case String[] array -> {
                ByteArrayOutputStream texts = new ByteArrayOutputStream();
                for (String text : array) {
                    texts.writeBytes(text(text));
                }
                write(out, 9, array(8, array.length, texts.toByteArray()));
            }
            default -> throw new IllegalArgumentException("no GGUF type for " + value.getClass());
        }
    }

    private static void write(ByteArrayOutputStream out, int type, byte[] bytes) {
        out.writeBytes(ints(type));
        out.writeBytes(bytes);
    }

    /// The bits of an array: element type, count, elements.
    public static byte[] array(int type, long count, byte[] elements) {
        byte[] bytes = new byte[Integer.BYTES + Long.BYTES + elements.length];
        littleEndian(bytes).putInt(type).putLong(count).put(elements);
        return bytes;
    }

    /// Integers in little-endian order.
    public static byte[] ints(int... values) {
        byte[] bytes = new byte[values.length * Integer.BYTES];
        littleEndian(bytes).asIntBuffer().put(values);
        return bytes;
    }

    /// Long integers in little-endian order.
    public static byte[] longs(long... values) {
        byte[] bytes = new byte[values.length * Long.BYTES];
        littleEndian(bytes).asLongBuffer().put(values);
        return bytes;
    }

    /// A string behind its length.
    public static byte[] text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[Long.BYTES + utf8.length];
        littleEndian(bytes).putLong(utf8.length).put(utf8);
        return bytes;
    }

    /// Random F32 numbers from -1 to 1.
    static byte[] randomFloats(long seed, int count) {
        byte[] bytes = new byte[Math.multiplyExact(count, Float.BYTES)];
        FloatBuffer floats = littleEndian(bytes).asFloatBuffer();
        Random random = new Random(seed);
        while (floats.hasRemaining()) {
            floats.put(random.nextFloat() * 2 - 1);
        }
        return bytes;
    }

    static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
