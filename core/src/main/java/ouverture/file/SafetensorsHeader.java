package ouverture.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// What stands before the weights in a safetensors file: eight bytes of length and an object of JSON. Source: the
/// format's description (huggingface/safetensors, README) and the limits of its reference reader.
///
/// @param file the file's name, for messages
/// @param entries by name, in the file's order; together they cover the weights exactly
/// @param weights all bytes behind the header
/// @param fileBytes bytes of the file, header included
record SafetensorsHeader(String file, Map<String, Entry> entries, MemorySegment weights, long fileBytes) {
    private static final long LONGEST_HEADER = 32 << 20;
    private static final int MOST_TENSORS = 1 << 19;
    private static final int MOST_DIMENSIONS = 16;

    /// Bits of one element; a format that is not listed may lie in a file but cannot be used.
    private static final Map<String, Integer> ELEMENT_BITS = Map.ofEntries(
            Map.entry("F64", 64),
            Map.entry("I64", 64),
            Map.entry("U64", 64),
            Map.entry("C64", 64),
            Map.entry("F32", 32),
            Map.entry("I32", 32),
            Map.entry("U32", 32),
            Map.entry("F16", 16),
            Map.entry("BF16", 16),
            Map.entry("I16", 16),
            Map.entry("U16", 16),
            Map.entry("I8", 8),
            Map.entry("U8", 8),
            Map.entry("BOOL", 8),
            Map.entry("F8_E4M3", 8),
            Map.entry("F8_E5M2", 8),
            Map.entry("F8_E8M0", 8));

    /// U8 stands for bytes of any meaning.
    private static final Map<String, DType> USABLE =
            Map.of("F32", DType.F32, "F16", DType.F16, "BF16", DType.BF16, "U8", DType.I8);

    /// One tensor as the header gives it.
    ///
    /// @param format name of the number format
    /// @param shape sizes, outermost first, none negative
    /// @param start first byte of the weights
    /// @param end the byte behind the last one
    record Entry(String name, String format, long[] shape, long start, long end) {}

    /// Maps a file and reads its header.
    ///
    /// @throws ModelFileException if it is missing, unreadable, truncated or damaged
    static SafetensorsHeader read(Path path, Arena arena) {
        return read(ModelFiles.fileName(path), MappedFile.map(path, arena));
    }

    /// Reads a header.
    ///
    /// @param name the file's name, for messages
    /// @param file all bytes of the file
    /// @throws ModelFileException if it is truncated or damaged
    static SafetensorsHeader read(String name, MemorySegment file) {
        long bytes = file.byteSize();
        Json.expect(bytes >= Long.BYTES, name, "it is too short for a header");
        long length = file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        if (length < 2 || length > bytes - Long.BYTES) {
            throw new ModelFileException(name + " is truncated or no safetensors file: its header should be "
                    + Long.toUnsignedString(length) + " bytes long and the file ends at byte " + bytes + ".");
        }
        Json.expect(length <= LONGEST_HEADER, name, "its header is " + length + " bytes long");
        byte[] json = new byte[(int) length];
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, Long.BYTES, json, 0, json.length);
        Map<String, Entry> entries = Json.read(name, json, parser -> entries(name, parser));
        MemorySegment weights = file.asSlice(Long.BYTES + length);
        checkCover(name, weights.byteSize(), entries);
        return new SafetensorsHeader(name, entries, weights, bytes);
    }

    private static Map<String, Entry> entries(String file, JsonParser parser) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            Json.expect(parser.nextToken() == JsonToken.START_OBJECT, file, Sentences.quoted(name) + " is no object");
            if (name.equals("__metadata__")) {
                parser.skipChildren();
                continue;
            }
            Json.expect(entries.size() < MOST_TENSORS, file, "it has more than " + MOST_TENSORS + " tensors");
            entries.put(name, entry(file, name, parser));
        }
        return entries;
    }

    private static Entry entry(String file, String name, JsonParser parser) {
        String where = "tensor " + Sentences.quoted(name) + " ";
        String format = "";
        long[] shape = null;
        long[] offsets = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (key) {
                case "dtype" -> {
                    Json.expect(value == JsonToken.VALUE_STRING, file, where + "has a dtype that is no string");
                    format = parser.getString();
                }
                case "shape" -> shape = sizes(file, where, parser);
                case "data_offsets" -> offsets = sizes(file, where, parser);
                default ->
                    throw new ModelFileException(
                            file + " is damaged: " + where + "has the unknown key " + Sentences.quoted(key) + ".");
            }
        }
        if (format.isEmpty() || shape == null || offsets == null || offsets.length != 2 || offsets[0] > offsets[1]) {
            throw new ModelFileException(
                    file + " is damaged: " + where + "lacks a sound dtype, shape or pair of data_offsets.");
        }
        Entry entry = new Entry(name, format, shape, offsets[0], offsets[1]);
        Integer bits = ELEMENT_BITS.get(format);
        if (bits != null && !fills(entry, bits)) {
            throw new ModelFileException(file + " is damaged: " + where + "has " + (entry.end - entry.start)
                    + " bytes, which is not what its shape and dtype need.");
        }
        return entry;
    }

    private static long[] sizes(String file, String where, JsonParser parser) {
        Json.expect(parser.currentToken() == JsonToken.START_ARRAY, file, where + "has a shape that is no list");
        long[] sizes = new long[MOST_DIMENSIONS];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Json.expect(count < MOST_DIMENSIONS, file, where + "has too many dimensions");
            Json.expect(
                    parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                            && parser.getLongValue() >= 0,
                    file,
                    where + "has a size or offset that is no integer from 0 to 2^63");
            sizes[count++] = parser.getLongValue();
        }
        return Arrays.copyOf(sizes, count);
    }

    private static boolean fills(Entry entry, int bitsEach) {
        long bytes = bitsEach / 8;
        for (long size : entry.shape) {
            if (size != 0 && bytes > Long.MAX_VALUE / size) {
                return false;
            }
            bytes *= size;
        }
        return bytes == entry.end - entry.start;
    }

    private static void checkCover(String file, long weightBytes, Map<String, Entry> entries) {
        List<Entry> ordered = new ArrayList<>(entries.values());
        ordered.sort(Comparator.comparingLong(Entry::start).thenComparingLong(Entry::end));
        long covered = 0;
        for (Entry entry : ordered) {
            if (entry.start != covered) {
                throw new ModelFileException(file + " is damaged: tensor " + Sentences.quoted(entry.name)
                        + (entry.start < covered ? " overlaps another." : " follows a gap."));
            }
            covered = entry.end;
        }
        if (covered != weightBytes) {
            throw new ModelFileException(file + " is " + (covered > weightBytes ? "truncated" : "damaged")
                    + ": its tensors have " + covered + " bytes and the file has " + weightBytes + " for them.");
        }
    }

    /// A tensor by its name in this file. It may start at any byte, unlike those of GGUF files.
    ///
    /// @throws ModelFileException if its shape is out of range
    /// @throws UnsupportedModelException if this build cannot use its number format
    Tensor tensor(Entry entry) {
        DType type = USABLE.get(entry.format);
        if (type == null) {
            throw new UnsupportedModelException(file + ": tensor " + Sentences.quoted(entry.name) + " has the format "
                    + Sentences.quoted(entry.format) + "; in safetensors F32, F16, BF16 and U8 can be used.");
        }
        long[] sizes = new long[entry.shape.length];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = entry.shape[sizes.length - 1 - i];
        }
        return TensorEntry.of(file, entry.name, type, sizes, entry.start).view(weights);
    }
}
