package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import ouverture.error.ModelFileException;
import ouverture.error.UnsupportedModelException;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

class SafetensorsHeaderTest {
    private static final String TENSOR = "\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    @Test
    void tensorsAreReadWithColumnsLast() {
        SafetensorsHeader header = read(new SafetensorsWriter()
                .randomTensor("matrix", 1, 3, 4)
                .tensor("experts", "BF16", new byte[48], 2, 3, 4)
                .tensor("number", "F16", new byte[2])
                .bytes());
        Tensor matrix = tensor(header, "matrix");
        assertThat(matrix.rows()).isEqualTo(3);
        assertThat(matrix.columns()).isEqualTo(4);
        Tensor experts = tensor(header, "experts");
        assertThat(experts.planes()).isEqualTo(2);
        assertThat(experts.type()).isEqualTo(DType.BF16);
        assertThat(tensor(header, "number").size()).isEqualTo(1);
    }

    @Test
    void whatIsNotUsedMayHaveAnyFormatAndNoElements() {
        SafetensorsHeader header = read(new SafetensorsWriter()
                .tensor("mask", "BOOL", new byte[4], 4)
                .tensor("eights", "F8_E4M3", new byte[4], 4)
                .tensor("fours", "F4_NEW", new byte[2], 4)
                .tensor("empty", "F32", new byte[0], 3, 0)
                .bytes());
        assertThat(header.entries()).hasSize(4);
        for (String unusable : new String[] {"mask", "eights", "fours"}) {
            assertThatThrownBy(() -> tensor(header, unusable))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining(unusable);
        }
        assertThatThrownBy(() -> tensor(header, "empty"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("dimension of 0");
    }

    @TestFactory
    Stream<DynamicTest> hostileHeadersAreRefusedInOneSentence() {
        return Stream.of(
                refused("empty file", new byte[0], "too short"),
                refused("length past the end", GgufFixture.longs(100), "truncated"),
                refused("length of all bits", GgufFixture.longs(-1), "18446744073709551615"),
                refused("length 0", GgufFixture.longs(0), "truncated"),
                refused("no JSON", "hello world", "not sound JSON"),
                refused("a list", "[]", "should be an object"),
                refused("an open object", "{" + TENSOR, "not sound JSON"),
                refused("something behind", "{} {}", "follows"),
                refused("metadata of another kind", "{\"__metadata__\":[]}", "is no object"),
                refused("a tensor of another kind", "{\"t\":7}", "is no object"),
                refused("a name twice", "{" + TENSOR + "," + TENSOR + "}", "not sound JSON"),
                refused("deep nesting", "{\"__metadata__\":{\"a\":" + "[".repeat(100_000), "not sound JSON"),
                refused("no dtype", "{\"t\":{\"shape\":[2],\"data_offsets\":[0,8]}}", "lacks"),
                refused("no shape", "{\"t\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", "lacks"),
                refused("no offsets", "{\"t\":{\"dtype\":\"F32\",\"shape\":[2]}}", "lacks"),
                refused("dtype of another kind", header("7", "[2]", "[0,8]"), "no string"),
                refused("unknown key", "{\"t\":{\"stride\":[1]}}", "unknown key"),
                refused("three offsets", header("\"F32\"", "[2]", "[0,4,8]"), "lacks"),
                refused("offsets reversed", header("\"F32\"", "[2]", "[8,0]"), "lacks"),
                refused("a fraction", header("\"F32\"", "[2]", "[0,8.0]"), "no integer"),
                refused("a negative size", header("\"F32\"", "[-2]", "[0,8]"), "no integer"),
                refused("a size above long", header("\"F32\"", "[18446744073709551616]", "[0,8]"), "no integer"),
                refused("a size of many digits", header("\"F32\"", "[" + "9".repeat(100_000) + "]", "[0,8]"), "JSON"),
                refused("many dimensions", header("\"F32\"", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]", "[0,8]"), "many"),
                refused("shape that overflows", header("\"F32\"", "[4294967296,4294967296]", "[0,8]"), "8 bytes"),
                refused("shape too large", header("\"F32\"", "[3]", "[0,8]"), "8 bytes"),
                refused("shape of another kind", header("\"F32\"", "\"two\"", "[0,8]"), "no list"),
                refused("past the end", header("\"F32\"", "[3]", "[0,12]"), "truncated"),
                refused(
                        "far past the end",
                        header("\"I8\"", "[9223372036854775807]", "[0,9223372036854775807]"),
                        "truncated"),
                refused("bytes left over", header("\"F32\"", "[1]", "[0,4]"), "damaged"),
                refused("a gap", header("\"F32\"", "[1]", "[4,8]"), "gap"),
                refused("an overlap", "{" + TENSOR + "," + TENSOR.replace("\"t\"", "\"u\"") + "}", "overlaps"));
    }

    @Test
    void sizesBeyondIntAreRefusedWhenUsed() {
        SafetensorsHeader.Entry entry = new SafetensorsHeader.Entry("t", "F32", new long[] {1L << 31, 1}, 0, 1L << 33);
        SafetensorsHeader header = read(new SafetensorsWriter().bytes());
        assertThatThrownBy(() -> header.tensor(entry)).isInstanceOf(ModelFileException.class);
    }

    private static String header(String type, String shape, String offsets) {
        return "{\"t\":{\"dtype\":" + type + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
    }

    private static DynamicTest refused(String what, String header, String complaint) {
        return refused(what, SafetensorsWriter.bytes(header, new byte[8]), complaint);
    }

    private static DynamicTest refused(String what, byte[] file, String complaint) {
        return DynamicTest.dynamicTest(what, () -> {
            ModelFileException failure = catchThrowableOfType(ModelFileException.class, () -> read(file));
            assertThat(failure).hasMessageStartingWith("file.safetensors").hasMessageContaining(complaint);
            Soundness.checkSentence(failure);
        });
    }

    private static SafetensorsHeader read(byte[] file) {
        return SafetensorsHeader.read("file.safetensors", MemorySegment.ofArray(file));
    }

    private static Tensor tensor(SafetensorsHeader header, String name) {
        return header.tensor(Objects.requireNonNull(header.entries().get(name)));
    }
}
