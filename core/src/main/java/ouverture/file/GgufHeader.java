package ouverture.file;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.DType;

/// What stands before the weights in a GGUF file of version 2 or 3, little-endian: key-value pairs and the list
/// of tensors. Source: the GGUF specification (ggml/docs/gguf.md).
///
/// @param values by key, in the file's order, with the value types of [Metadata]
/// @param encoded the same as the file has them, views on it
/// @param tensors in the file's order, each checked to lie inside the weights, at its alignment, apart from the
///     others
/// @param weights all bytes behind the header
record GgufHeader(
        Map<String, Object> values, Map<String, GgufValue> encoded, List<TensorEntry> tensors, MemorySegment weights) {
    private static final int MOST_KEYS = 1 << 16;
    private static final int MOST_TENSORS = 1 << 16;
    private static final int MOST_ELEMENTS = 1 << 23;
    /// Boundary at which tensors start in a file that names none.
    static final int DEFAULT_ALIGNMENT = 32;

    private static final int LARGEST_ALIGNMENT = 1 << 20;

    // a key's length, its value's type and one byte of value; a name's length, dimension count, type and offset
    private static final int SHORTEST_PAIR = 8 + 4 + 1;
    private static final int SHORTEST_TENSOR = 8 + 4 + 4 + 8;

    /// Reads and checks the header.
    ///
    /// @param name the file's name, for messages
    /// @param file all bytes of the file
    /// @throws ModelFileException if the file is truncated or damaged
    /// @throws UnsupportedModelException if this build cannot read its version, byte order or a number format
    static GgufHeader read(String name, MemorySegment file) {
        GgufCursor cursor = new GgufCursor(name, file);
        if (cursor.readInt() != GgufFile.MAGIC) {
            throw new ModelFileException(name + " is not a GGUF file: it does not start with the letters GGUF.");
        }
        checkVersion(name, cursor.readInt());
        cursor.place("the list of tensors");
        int tensorCount = cursor.readCount("tensors", SHORTEST_TENSOR, MOST_TENSORS);
        cursor.place("the list of keys");
        int pairCount = cursor.readCount("keys", SHORTEST_PAIR, MOST_KEYS);
        Map<String, GgufValue> encoded = new LinkedHashMap<>();
        Map<String, Object> values = readPairs(cursor, pairCount, encoded);
        int alignment = alignment(name, values);
        List<TensorEntry> tensors = readTensors(cursor, tensorCount, alignment);
        // a file without tensors may end before the boundary where weights would start
        long start = Math.min(file.byteSize(), Math.ceilDiv(cursor.position(), alignment) * (long) alignment);
        MemorySegment weights = file.asSlice(start);
        TensorEntry.check(name, weights.byteSize(), tensors);
        return new GgufHeader(
                Collections.unmodifiableMap(values), Collections.unmodifiableMap(encoded), tensors, weights);
    }

    private static void checkVersion(String name, int version) {
        if (version == 2 || version == 3) {
            return;
        }
        int swapped = Integer.reverseBytes(version);
        if (swapped >= 1 && swapped <= 3) {
            throw new UnsupportedModelException(
                    name + " is a big-endian GGUF file; convert it with gguf_convert_endian.py of llama.cpp.");
        }
        throw new UnsupportedModelException(name + " is a GGUF file of version " + Integer.toUnsignedString(version)
                + "; versions 2 and 3 can be read" + (version == 1 ? ": convert it again from its source." : "."));
    }

    private static Map<String, Object> readPairs(GgufCursor cursor, int count, Map<String, GgufValue> encoded) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            cursor.place("key " + (i + 1) + " of " + count);
            String key = cursor.readString();
            cursor.place("the value of key " + Sentences.quoted(key));
            int type = cursor.readInt();
            long start = cursor.position();
            Object value = readValue(cursor, type);
            encoded.put(key, new GgufValue(type, cursor.since(start)));
            if (values.put(key, value) != null) {
                throw cursor.damaged("is given twice");
            }
        }
        return values;
    }

    private static Object readValue(GgufCursor cursor, int type) {
        return switch (type) {
            case 0 -> Byte.toUnsignedLong(cursor.readByte());
            case 1 -> (long) cursor.readByte();
            case 2 -> Short.toUnsignedLong(cursor.readShort());
            case 3 -> (long) cursor.readShort();
            case 4 -> Integer.toUnsignedLong(cursor.readInt());
            case 5 -> (long) cursor.readInt();
            case 6 -> (double) Float.intBitsToFloat(cursor.readInt());
            case 7 -> readBoolean(cursor);
            case 8 -> cursor.readString();
            case 9 -> readArray(cursor);
            case 10 -> unsigned(cursor.readLong());
            case 11 -> cursor.readLong();
            case 12 -> Double.longBitsToDouble(cursor.readLong());
            default -> throw unknownType(cursor, type);
        };
    }

    private static ModelFileException unknownType(GgufCursor cursor, int type) {
        return cursor.damaged("has the type " + Integer.toUnsignedString(type) + "; types 0 to 12 exist");
    }

    /// Above the range of long a number is kept as the nearest double: to be shown, and refused where an integer
    /// counts.
    private static Object unsigned(long bits) {
        return bits >= 0 ? (Object) bits : (Object) Double.valueOf(Long.toUnsignedString(bits));
    }

    private static boolean readBoolean(GgufCursor cursor) {
        byte value = cursor.readByte();
        if (value != 0 && value != 1) {
            throw cursor.damaged("is a boolean of " + value + "; it must be 0 or 1");
        }
        return value == 1;
    }

    private static Object readArray(GgufCursor cursor) {
        int type = cursor.readInt();
        int bytesEach = switch (type) {
            case 0, 1, 7 -> 1;
            case 2, 3 -> 2;
            case 4, 5, 6 -> 4;
            case 8, 10, 11, 12 -> 8;
            case 9 -> throw cursor.unsupported("is an array of arrays, which no known model has");
            default -> throw unknownType(cursor, type);
        };
        int count = cursor.readCount("elements", bytesEach, MOST_ELEMENTS);
        return switch (type) {
            case 4 -> readUnsignedInts(cursor, count);
            case 6 -> readFloats(cursor, count);
            case 7 -> readList(new Boolean[count], () -> readBoolean(cursor));
            case 8 -> cursor.readStrings(count);
            case 10 -> readUnsignedLongs(cursor, count);
            case 11 -> readLongs(cursor, count);
            case 12 -> readList(new Double[count], () -> Double.longBitsToDouble(cursor.readLong()));
            default -> readInts(cursor, count, type);
        };
    }

    private static int[] readInts(GgufCursor cursor, int count, int type) {
        int[] ints = new int[count];
        for (int i = 0; i < count; i++) {
            ints[i] = switch (type) {
                case 0 -> Byte.toUnsignedInt(cursor.readByte());
                case 1 -> cursor.readByte();
                case 2 -> Short.toUnsignedInt(cursor.readShort());
                case 3 -> cursor.readShort();
                default -> cursor.readInt();
            };
        }
        return ints;
    }

    private static Object readUnsignedInts(GgufCursor cursor, int count) {
        int[] ints = readInts(cursor, count, 4);
        return Arrays.stream(ints).noneMatch(i -> i < 0)
                ? ints
                : Arrays.stream(ints).mapToLong(Integer::toUnsignedLong).toArray();
    }

    private static float[] readFloats(GgufCursor cursor, int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = Float.intBitsToFloat(cursor.readInt());
        }
        return floats;
    }

    private static long[] readLongs(GgufCursor cursor, int count) {
        long[] longs = new long[count];
        for (int i = 0; i < count; i++) {
            longs[i] = cursor.readLong();
        }
        return longs;
    }

    private static Object readUnsignedLongs(GgufCursor cursor, int count) {
        long[] longs = readLongs(cursor, count);
        return Arrays.stream(longs).noneMatch(i -> i < 0)
                ? longs
                : Arrays.stream(longs).mapToObj(GgufHeader::unsigned).toList();
    }

    private static <T> List<T> readList(T[] elements, Supplier<T> next) {
        Arrays.setAll(elements, _ -> next.get());
        return Collections.unmodifiableList(Arrays.asList(elements));
    }

    private static int alignment(String name, Map<String, Object> values) {
        Object value = values.getOrDefault("general.alignment", (long) DEFAULT_ALIGNMENT);
        if (!(value instanceof Long n) || n < 8 || n > LARGEST_ALIGNMENT || Long.bitCount(n) != 1) {
            throw new ModelFileException(name + " is damaged: its general.alignment is not a power of two from 8 to "
                    + LARGEST_ALIGNMENT + ".");
        }
        return n.intValue();
    }

    private static List<TensorEntry> readTensors(GgufCursor cursor, int count, int alignment) {
        List<TensorEntry> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            cursor.place("tensor " + (i + 1) + " of " + count);
            TensorEntry entry = readTensor(cursor, alignment);
            if (!names.add(entry.name())) {
                throw cursor.damaged("is given twice");
            }
            tensors.add(entry);
        }
        return tensors;
    }

    private static TensorEntry readTensor(GgufCursor cursor, int alignment) {
        String name = cursor.readString();
        cursor.place("tensor " + Sentences.quoted(name));
        int dimensions = cursor.readInt();
        if (dimensions < 0 || dimensions > 4) {
            throw cursor.damaged("has " + Integer.toUnsignedString(dimensions) + " dimensions; at most 4 are possible");
        }
        long[] sizes = new long[dimensions];
        for (int i = 0; i < dimensions; i++) {
            sizes[i] = cursor.readLong();
        }
        int number = cursor.readInt();
        long offset = cursor.readLong();
        DType type = Arrays.stream(DType.values())
                .filter(known -> known.ggmlNumber() == number)
                .findFirst()
                .orElseThrow(() -> cursor.unsupported("has ggml's number format " + Integer.toUnsignedString(number)
                        + ", which this build does not know"));
        if (offset < 0 || offset % alignment != 0) {
            throw cursor.damaged("starts at byte " + Long.toUnsignedString(offset)
                    + " of the weights, which is not a multiple of the alignment " + alignment);
        }
        return TensorEntry.of(cursor.name(), name, type, sizes, offset);
    }
}
