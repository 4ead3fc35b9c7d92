package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.ModelFileException;
import ouverture.error.OuvertureException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

class GgufFileTest {
    private static final byte[] ONE_ROW = new byte[32 * Float.BYTES];

    @TempDir
    Path folder;

    @Test
    void valuesOfEveryTypeAreRead() {
        Metadata metadata = metadata(GgufFixture.of("test")
                .with("u8", new GgufFixture.Raw(0, new byte[] {(byte) 200}))
                .with("i8", new GgufFixture.Raw(1, new byte[] {-7}))
                .with("u16", new GgufFixture.Raw(2, new byte[] {(byte) 0xFF, (byte) 0xFF}))
                .with("i16", new GgufFixture.Raw(3, new byte[] {(byte) 0xFF, (byte) 0xFF}))
                .with("u32", -1)
                .with("i32", new GgufFixture.Raw(5, GgufFixture.ints(-5)))
                .with("f32", 0.5f)
                .with("flag", true)
                .with("text", "naïve ☃ 𝄞")
                .with("u64", 1L << 40)
                .with("u64 of all bits", -1L)
                .with("i64", new GgufFixture.Raw(11, GgufFixture.longs(Long.MIN_VALUE)))
                .with("f64", 0.1));
        assertThat(metadata.values())
                .containsEntry("u8", 200L)
                .containsEntry("i8", -7L)
                .containsEntry("u16", 65_535L)
                .containsEntry("i16", -1L)
                .containsEntry("u32", 4_294_967_295L)
                .containsEntry("i32", -5L)
                .containsEntry("f32", 0.5)
                .containsEntry("flag", true)
                .containsEntry("text", "naïve ☃ 𝄞")
                .containsEntry("u64", 1L << 40)
                .containsEntry("u64 of all bits", 0x1p64)
                .containsEntry("i64", Long.MIN_VALUE)
                .containsEntry("f64", 0.1);
        assertThat(metadata.architecture()).isEqualTo("test");
        assertThatThrownBy(() -> metadata.integer("u64 of all bits")).isInstanceOf(ModelFileException.class);
    }

    @Test
    void arraysOfEveryTypeAreRead() {
        Metadata metadata = metadata(GgufFixture.of("test")
                .with("u8", array(0, 2, (byte) 1, (byte) 255))
                .with("i16", array(3, 1, (byte) 0xFE, (byte) 0xFF))
                .with("u32", array(4, 2, GgufFixture.ints(7, 8)))
                .with("large u32", array(4, 2, GgufFixture.ints(7, -1)))
                .with("i32", new int[] {-1, 2})
                .with("f32", new float[] {1.5f, -2})
                .with("flags", new boolean[] {true, false})
                .with("texts", new String[] {"a", "", "bé"})
                .with("u64", array(10, 1, GgufFixture.longs(9)))
                .with("large u64", array(10, 2, GgufFixture.longs(9, -1)))
                .with("i64", array(11, 1, GgufFixture.longs(-9)))
                .with("f64", array(12, 1, GgufFixture.longs(Double.doubleToRawLongBits(0.1))))
                .with("none", new String[0]));
        assertThat(metadata.values())
                .containsEntry("u8", new int[] {1, 255})
                .containsEntry("i16", new int[] {-2})
                .containsEntry("u32", new int[] {7, 8})
                .containsEntry("large u32", new long[] {7, 4_294_967_295L})
                .containsEntry("i32", new int[] {-1, 2})
                .containsEntry("f32", new float[] {1.5f, -2})
                .containsEntry("flags", List.of(true, false))
                .containsEntry("texts", List.of("a", "", "bé"))
                .containsEntry("u64", new long[] {9})
                .containsEntry("large u64", List.of(9L, 0x1p64))
                .containsEntry("i64", new long[] {-9})
                .containsEntry("f64", List.of(0.1))
                .containsEntry("none", List.of());
        assertThat(metadata.strings("texts")).contains(List.of("a", "", "bé"));
    }

    @Test
    void textLongerThanTheWindowIsRead() {
        String text = "é".repeat(1 << 18);
        Metadata metadata = metadata(GgufFixture.of("test")
                .with("long", text)
                .with("texts", new String[] {text, "short", text})
                .with("after", 1));
        assertThat(metadata.string("long")).contains(text);
        assertThat(metadata.strings("texts")).contains(List.of(text, "short", text));
        assertThat(metadata.integer("after")).isEqualTo(1);
    }

    @Test
    void brokenTextIsReadWithReplacements() {
        Metadata metadata = metadata(GgufFixture.of("test").with("broken", new GgufFixture.Raw(8, new byte[] {
            3, 0, 0, 0, 0, 0, 0, 0, 'a', (byte) 0xFF, 'b'
        })));
        assertThat(metadata.string("broken")).contains("a\uFFFDb");
    }

    @Test
    void tensorsHaveColumnsFirst() {
        Path path = GgufFixture.of("test")
                .alignment(64)
                .randomTensor("vector", 1, 3)
                .randomTensor("matrix", 2, 4, 2)
                .randomTensor("experts", 3, 4, 2, 5)
                .randomTensor("groups of experts", 4, 4, 2, 5, 3)
                .tensor("blocks", DType.Q8_0, new byte[3 * 2 * 34], 64, 3)
                .write(folder.resolve("shapes.gguf"));
        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.tensors().values())
                    .extracting(Tensor::planes, Tensor::rows, Tensor::columns)
                    .containsExactly(tuple(1, 1, 3), tuple(1, 2, 4), tuple(5, 2, 4), tuple(15, 2, 4), tuple(1, 3, 64));
            Soundness.check(file.tensors().values());
            assertThat(file.tensors().values()).allMatch(tensor -> tensor.data().address() % 64 == 0);
            assertThat(file.path()).isEqualTo(path);
            assertThat(file.tokenizerJson()).isEmpty();
        }
    }

    @Test
    void tensorsCannotBeReadAfterClosing() {
        GgufFile file =
                GgufFile.open(GgufFixture.of("test").randomTensor("t", 1, 8).write(folder.resolve("closed.gguf")));
        Tensor tensor = file.tensors().values().iterator().next();
        file.close();
        file.close();
        assertThatThrownBy(() -> tensor.data().get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void version2AndFilesWithoutTensorsAreRead() {
        assertThat(metadata(GgufFixture.of("test").version(2)).architecture()).isEqualTo("test");
    }

    @TestFactory
    Stream<DynamicTest> hostileFilesAreRefusedInOneSentence() {
        return Stream.of(
                damaged("no GGUF", replaced(file(), "GGUF", "GGUX"), "does not start with the letters GGUF"),
                unsupported("version 1", file().version(1), "version 1"),
                unsupported("version 4", file().version(4), "version 4"),
                unsupported("version of all bits", file().version(-1), "version 4294967295"),
                unsupported("big-endian", file().version(3 << 24), "big-endian"),
                damaged("absurd tensor count", file().claiming(Long.MAX_VALUE, -1), "9223372036854775807 tensors"),
                damaged("negative tensor count", file().claiming(1L << 63, -1), "9223372036854775808 tensors"),
                damaged("absurd key count", file().claiming(-1, 1L << 40), "1099511627776 keys"),
                damaged("one tensor too many", file().claiming(2, -1), "truncated"),
                damaged(
                        "key twice",
                        replaced(file().with("twice", 1).with("twicf", 1), "twicf", "twice"),
                        "\"twice\" is given twice"),
                damaged("unknown value type", raw("k", 13, new byte[8]), "type 13"),
                damaged("boolean of 2", raw("k", 7, new byte[] {2}), "boolean of 2"),
                damaged("text past the end", raw("k", 8, GgufFixture.longs(1L << 40)), "1099511627776 bytes of text"),
                damaged(
                        "negative text length",
                        raw("k", 8, GgufFixture.longs(-1)),
                        "18446744073709551615 bytes of text"),
                damaged("array past the end", raw("k", 9, GgufFixture.array(10, 1L << 60, new byte[0])), "elements"),
                damaged("array of unknown type", raw("k", 9, GgufFixture.array(77, 1, new byte[8])), "type 77"),
                unsupported("array of arrays", raw("k", 9, GgufFixture.array(9, 1, new byte[16])), "array of arrays"),
                damaged("alignment 0", file().with("general.alignment", 0), "general.alignment"),
                damaged("alignment 48", file().with("general.alignment", 48), "general.alignment"),
                damaged("alignment 2^31", file().with("general.alignment", 1 << 31), "general.alignment"),
                damaged("alignment in words", file().with("general.alignment", "wide"), "general.alignment"),
                damaged("no elements", tensor(0, 32, 0), "dimension of 0"),
                damaged("negative dimension", tensor(0, 32, -1), "dimension of -1"),
                damaged("dimension above int", tensor(0, 1L << 31, 1), "dimension of 2147483648"),
                damaged("planes above int", tensor(0, 32, 1, 1 << 20, 1 << 20), "more elements"),
                damaged("bytes above long", tensor(0, 1 << 30, 1 << 30, 1 << 30), "more elements"),
                damaged("five dimensions", tensor(0, 32, 1, 1, 1, 1), "5 dimensions"),
                damaged("rows of half a block", tensor(8, 33, 1), "whole blocks of 32"),
                damaged("tensor past the end", tensor(0, 32, 1 << 20), "truncated"),
                damaged("offset past the end", file().tensor("u", 0, ONE_ROW, 1L << 40, 32, 1), "truncated"),
                damaged("offset of all bits", file().tensor("u", 0, ONE_ROW, Long.MAX_VALUE - 31, 32, 1), "truncated"),
                damaged("unaligned offset", file().tensor("u", 0, ONE_ROW, 8, 32, 1), "multiple of the alignment 32"),
                damaged("overlap", file().tensor("u", 0, ONE_ROW, 0, 32, 1), "overlap"),
                damaged("partial overlap", file().tensor("u", 0, ONE_ROW, 96, 32, 1), "overlap"),
                damaged("name twice", file().tensor("t", DType.F32, ONE_ROW, 32, 1), "\"t\" is given twice"),
                unsupported("removed number format", tensor(4, 32, 1), "number format 4"),
                unsupported("removed repacked format", tensor(31, 32, 1), "number format 31"),
                unsupported("unknown number format", tensor(-1, 32, 1), "number format 4294967295"),
                damaged("control characters in a name", file().tensor("a\u001b[2Jb", 0, ONE_ROW, -1, 0), "a?[2Jb"));
    }

    private static GgufFixture file() {
        return GgufFixture.of("test").tensor("t", DType.F32, ONE_ROW, 32, 1);
    }

    private static GgufFixture raw(String key, int type, byte[] bits) {
        return GgufFixture.of("test").with(key, new GgufFixture.Raw(type, bits));
    }

    private static GgufFixture tensor(int number, long... sizes) {
        return GgufFixture.of("test").tensor("t", number, ONE_ROW, -1, sizes);
    }

    private static GgufFixture.Raw array(int type, long count, byte... elements) {
        return new GgufFixture.Raw(9, GgufFixture.array(type, count, elements));
    }

    private static byte[] replaced(GgufFixture writer, String from, String to) {
        String text = new String(writer.bytes(), StandardCharsets.ISO_8859_1);
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static DynamicTest damaged(String what, GgufFixture writer, String complaint) {
        return damaged(what, writer.bytes(), complaint);
    }

    private static DynamicTest damaged(String what, byte[] file, String complaint) {
        return refused(what, file, complaint, ModelFileException.class);
    }

    private static DynamicTest unsupported(String what, GgufFixture writer, String complaint) {
        return refused(what, writer.bytes(), complaint, UnsupportedModelException.class);
    }

    private static DynamicTest refused(
            String what, byte[] file, String complaint, Class<? extends OuvertureException> type) {
        return DynamicTest.dynamicTest(what, () -> {
            OuvertureException failure =
                    catchThrowableOfType(type, () -> GgufHeader.read("bad.gguf", MemorySegment.ofArray(file)));
            assertThat(failure).hasMessageStartingWith("bad.gguf").hasMessageContaining(complaint);
            Soundness.checkSentence(failure);
        });
    }

    private static Metadata metadata(GgufFixture writer) {
        return new Metadata(
                "test.gguf",
                GgufHeader.read("test.gguf", MemorySegment.ofArray(writer.bytes()))
                        .values());
    }
}
