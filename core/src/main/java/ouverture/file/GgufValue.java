package ouverture.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A value of a GGUF header as a file has it, so that what is copied keeps its type and every bit. Source: the
/// GGUF specification (ggml/docs/gguf.md).
///
/// @param type GGUF's number of the type, 0 to 12
/// @param bytes what stands behind that number, of any alignment
public record GgufValue(int type, MemorySegment bytes) {
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int UINT64 = 10;
    private static final int INT64 = 11;
    private static final int FLOAT64 = 12;

    private static final long LARGEST_UINT32 = 0xFFFF_FFFFL;

    /// A value of [Metadata] in the type that other engines expect: integers take 32 bits where they fit, without
    /// sign unless they have one, single numbers 32, and so do lists of `int` and `float`.
    ///
    /// @throws IllegalArgumentException if it is of another class than [Metadata] lists
    public static GgufValue of(Object value) {
        return switch (value) {
            case Boolean flag -> scalar(BOOL, 1).put((byte) (flag ? 1 : 0)).value();
            case Long n -> integer(n);
            case Double number ->
                scalar(FLOAT32, Float.BYTES).putFloat(number.floatValue()).value();
            case String text -> {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                yield scalar(STRING, Long.BYTES + utf8.length).putText(utf8).value();
            }
            case int[] ints -> {
                Builder list = list(INT32, ints.length, (long) ints.length * Integer.BYTES);
                for (int i : ints) {
                    list.putInt(i);
                }
                yield list.value();
            }
            case long[] longs -> {
                Builder list = list(INT64, longs.length, (long) longs.length * Long.BYTES);
                for (long n : longs) {
                    list.putLong(n);
                }
                yield list.value();
            }
            case float[] floats -> {
                Builder list = list(FLOAT32, floats.length, (long) floats.length * Float.BYTES);
                for (float number : floats) {
                    list.putFloat(number);
                }
                yield list.value();
            }
            case List<?> elements -> list(elements);
            default -> throw new IllegalArgumentException("no GGUF type for " + value.getClass());
        };
    }

    private static GgufValue integer(long n) {
        if (n >= 0 && n <= LARGEST_UINT32) {
            return scalar(UINT32, Integer.BYTES).putInt((int) n).value();
        }
        if (n < 0 && n >= Integer.MIN_VALUE) {
            return scalar(INT32, Integer.BYTES).putInt((int) n).value();
        }
        return scalar(n < 0 ? INT64 : UINT64, Long.BYTES).putLong(n).value();
    }

    private static GgufValue list(List<?> elements) {
        if (elements.stream().allMatch(Boolean.class::isInstance) && !elements.isEmpty()) {
            Builder list = list(BOOL, elements.size(), elements.size());
            elements.forEach(flag -> list.put((byte) (flag.equals(true) ? 1 : 0)));
            return list.value();
        }
        if (elements.stream().allMatch(Number.class::isInstance) && !elements.isEmpty()) {
            Builder list = list(FLOAT64, elements.size(), (long) elements.size() * Double.BYTES);
            elements.forEach(number -> list.putDouble(((Number) number).doubleValue()));
            return list.value();
        }
        List<byte[]> texts = elements.stream()
                .map(text -> ((String) text).getBytes(StandardCharsets.UTF_8))
                .toList();
        long bytes = texts.stream()
                .mapToLong(text -> Long.BYTES + (long) text.length)
                .sum();
        Builder list = list(STRING, texts.size(), bytes);
        texts.forEach(list::putText);
        return list.value();
    }

    private static Builder scalar(int type, int bytes) {
        return new Builder(type, ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    private static Builder list(int elementType, int count, long bytes) {
        int all = Math.toIntExact(Integer.BYTES + Long.BYTES + bytes);
        return scalar(ARRAY, all).putInt(elementType).putLong(count);
    }

    /// An integer's bits.
    long bits() {
        long bits = 0;
        for (long i = bytes.byteSize() - 1; i >= 0; i--) {
            bits = bits << Byte.SIZE | Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, i));
        }
        return bits;
    }

    /// Bytes of the value with the number of its type.
    long size() {
        return Integer.BYTES + bytes.byteSize();
    }

    /// Writes the number of the type and the value.
    void writeTo(ByteBuffer buffer) {
        buffer.putInt(type);
        int length = Math.toIntExact(bytes.byteSize());
        MemorySegment.copy(bytes, 0, MemorySegment.ofBuffer(buffer), 0, length);
        buffer.position(buffer.position() + length);
    }

    /// The elements of a value under way.
    private record Builder(int type, ByteBuffer buffer) {
        Builder put(byte b) {
            buffer.put(b);
            return this;
        }

        Builder putInt(int i) {
            buffer.putInt(i);
            return this;
        }

        Builder putLong(long n) {
            buffer.putLong(n);
            return this;
        }

        Builder putFloat(float number) {
            buffer.putFloat(number);
            return this;
        }

        Builder putDouble(double number) {
            buffer.putDouble(number);
            return this;
        }

        Builder putText(byte[] utf8) {
            buffer.putLong(utf8.length).put(utf8);
            return this;
        }

        GgufValue value() {
            return new GgufValue(type, MemorySegment.ofBuffer(buffer.flip()));
        }
    }
}
