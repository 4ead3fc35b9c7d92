package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import ouverture.Shared;
import ouverture.error.UnsupportedModelException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BlockCodecTest {
    private static final Set<DType> READ_ONLY =
            EnumSet.of(DType.IQ1_S, DType.IQ1_M, DType.IQ2_XXS, DType.IQ2_XS, DType.IQ2_S, DType.IQ3_XXS, DType.IQ3_S);
    private static final Set<DType> DECODED = EnumSet.complementOf(
            EnumSet.of(DType.Q8_1, DType.Q8_K, DType.I8, DType.I16, DType.I32, DType.I64, DType.F64));
    private static final Set<DType> ENCODED = EnumSet.copyOf(DECODED);

    static {
        ENCODED.removeAll(READ_ONLY);
    }

    /// Numbers that fill whole blocks of every format.
    private static final int COUNT = 1024;

    /// The recorded blocks and numbers: what they are and the bytes that this points into.
    private record Recorded(JsonNode index, byte[] bytes) {
        static Recorded read() throws IOException {
            return new Recorded(
                    JsonMapper.shared()
                            .readTree(Shared.path("conformance/quants/dequant.json")
                                    .toFile()),
                    Files.readAllBytes(Shared.path("conformance/quants/dequant.bin")));
        }

        JsonNode sections(DType type) {
            return index.path("types").path(type.name()).path("sections");
        }

        byte[] bytes(JsonNode range) {
            int offset = range.get("offset").intValue();
            return Arrays.copyOfRange(bytes, offset, offset + range.get("bytes").intValue());
        }

        float[] floats(JsonNode range) {
            float[] floats = new float[range.get("bytes").intValue() / Float.BYTES];
            MemorySegment segment = MemorySegment.ofArray(bytes);
            MemorySegment.copy(segment, LittleEndian.FLOAT, range.get("offset").longValue(), floats, 0, floats.length);
            return floats;
        }
    }

    @Test
    void listsFormatsThatItDecodesAndEncodes() {
        assertThat(Arrays.stream(DType.values()).filter(BlockCodec::supports)).containsExactlyElementsOf(DECODED);
        assertThat(DECODED.stream().filter(type -> BlockCodec.of(type).encodes()))
                .containsExactlyElementsOf(ENCODED);
    }

    @Test
    void saysWhichFormatsWouldDo() {
        assertThatThrownBy(() -> BlockCodec.of(DType.Q8_K))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("Q8_K")
                .hasMessageContaining("Q4_0");
    }

    @TestFactory
    Stream<DynamicTest> decodesRecordedBlocksBitForBit() throws IOException {
        Recorded recorded = Recorded.read();
        return DECODED.stream()
                .flatMap(type -> recorded.sections(type)
                        .propertyStream()
                        .map(section -> dynamicTest(type + " " + section.getKey(), () -> {
                            byte[] blocks = recorded.bytes(section.getValue().get("raw"));
                            float[] expected =
                                    recorded.floats(section.getValue().get("f32"));
                            float[] decoded = new float[expected.length];
                            BlockCodec.of(type).decode(MemorySegment.ofArray(blocks), 0, decoded, 0, decoded.length);
                            assertSameBits(decoded, expected);
                        })));
    }

    @TestFactory
    Stream<DynamicTest> encodesRecordedNumbersBitForBit() throws IOException {
        Recorded recorded = Recorded.read();
        return ENCODED.stream()
                .filter(type -> type.blockElements() > 1)
                .flatMap(type -> Stream.of("gauss", "odd")
                        .map(source -> dynamicTest(type + " " + source, () -> {
                            float[] numbers = recorded.floats(
                                    recorded.index.get("sources").get(source));
                            byte[] expected = recorded.bytes(
                                    recorded.sections(type).get(source).get("raw"));
                            byte[] encoded = new byte[expected.length];
                            BlockCodec.of(type).encode(numbers, 0, MemorySegment.ofArray(encoded), 0, numbers.length);
                            assertThat(encoded).isEqualTo(expected);
                        })));
    }

    @TestFactory
    Stream<DynamicTest> roundsToHalvesBitForBit() throws IOException {
        Recorded recorded = Recorded.read();
        JsonNode half = recorded.index.get("half");
        float[] numbers = recorded.floats(half.get("f32_in"));
        return Stream.of(DType.F16, DType.BF16)
                .map(type -> dynamicTest(type.name(), () -> {
                    byte[] encoded = new byte[2 * numbers.length];
                    BlockCodec.of(type).encode(numbers, 0, MemorySegment.ofArray(encoded), 0, numbers.length);
                    JsonNode expected = half.get(type == DType.F16 ? "f16_bits" : "bf16_bits");
                    assertThat(encoded).isEqualTo(recorded.bytes(expected));
                }));
    }

    @Test
    void decodesEveryHalf() throws IOException {
        Recorded recorded = Recorded.read();
        float[] expected = recorded.floats(recorded.index.get("half").get("f32_of_every_f16"));
        short[] halves = new short[expected.length];
        for (int i = 0; i < halves.length; i++) {
            LittleEndian.putShort(MemorySegment.ofArray(halves), 2L * i, i);
        }
        float[] decoded = new float[halves.length];
        BlockCodec.of(DType.F16).decode(MemorySegment.ofArray(halves), 0, decoded, 0, decoded.length);
        assertThat(decoded).hasSize(1 << 16);
        assertSameBits(decoded, expected);
    }

    @Test
    void decodesAndEncodesEveryBfloat16() {
        byte[] bytes = new byte[2 << 16];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        float[] expected = new float[1 << 16];
        for (int i = 0; i < expected.length; i++) {
            LittleEndian.putShort(segment, 2L * i, i);
            expected[i] = Float.intBitsToFloat(i << 16);
        }
        float[] decoded = new float[expected.length];
        BlockCodec codec = BlockCodec.of(DType.BF16);
        codec.decode(segment, 0, decoded, 0, decoded.length);
        assertSameBits(decoded, expected);
        byte[] encoded = new byte[bytes.length];
        codec.encode(decoded, 0, MemorySegment.ofArray(encoded), 0, decoded.length);
        float[] again = new float[expected.length];
        codec.decode(MemorySegment.ofArray(encoded), 0, again, 0, again.length);
        assertSameBits(again, expected);
    }

    /// The largest error, relative to the largest magnitude of the block, that rounding Gaussian numbers may
    /// cause: half a
    /// step between quants, and more where a part's scale is itself rounded to few bits.
    private static double bound(DType type) {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 0x1p-11;
            case BF16 -> 0x1p-8;
            case Q8_0 -> 0.0045;
            case Q6_K -> 0.025;
            case Q5_0, Q5_1, Q5_K -> 0.065;
            case Q4_0, Q4_1, Q4_K, IQ4_NL, IQ4_XS -> 0.13;
            case Q3_K, MXFP4, NVFP4 -> 0.25;
            case Q2_K -> 0.35;
            case TQ1_0, TQ2_0 -> 0.501;
            default -> throw new AssertionError("no bound for " + type);
        };
    }

    @TestFactory
    Stream<DynamicTest> roundsToNearbyNumbers() {
        return ENCODED.stream()
                .map(type -> dynamicTest(type.name(), () -> {
                    for (float magnitude : new float[] {0.1f, 1, 100}) {
                        float[] numbers = gaussian(11, magnitude);
                        float[] decoded = recode(type, numbers);
                        for (int block = 0; block < COUNT; block += type.blockElements()) {
                            float[] original = Arrays.copyOfRange(numbers, block, block + type.blockElements());
                            double bound = bound(type) * largest(original);
                            for (int i = 0; i < original.length; i++) {
                                assertThat((double) decoded[block + i])
                                        .isBetween(original[i] - bound, original[i] + bound);
                            }
                        }
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> keepsZeros() {
        return ENCODED.stream()
                .map(type -> dynamicTest(
                        type.name(),
                        () -> assertThat(largest(recode(type, new float[COUNT])))
                                .isZero()));
    }

    @TestFactory
    Stream<DynamicTest> encodesAnyFloats() {
        float[] extremes = {
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.MIN_VALUE,
            -Float.MIN_NORMAL,
            0,
            -0f,
            65_520
        };
        return ENCODED.stream()
                .map(type -> dynamicTest(type.name(), () -> {
                    for (float extreme : extremes) {
                        float[] alone = gaussian(5, 1);
                        alone[7] = extreme;
                        float[] everywhere = new float[COUNT];
                        Arrays.fill(everywhere, extreme);
                        float[] tiny = gaussian(6, Float.MIN_VALUE * 4);
                        tiny[9] = extreme;
                        for (float[] numbers : new float[][] {alone, everywhere, tiny}) {
                            assertThat(recode(type, numbers)).hasSize(COUNT);
                        }
                    }
                    Random random = new Random(3);
                    for (int round = 0; round < 20; round++) {
                        float[] numbers = new float[COUNT];
                        for (int i = 0; i < COUNT; i++) {
                            numbers[i] = Float.intBitsToFloat(random.nextInt());
                        }
                        assertThat(recode(type, numbers)).hasSize(COUNT);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> decodesAnyBytes() {
        return DECODED.stream()
                .map(type -> dynamicTest(type.name(), () -> {
                    Random random = new Random(17);
                    float[] decoded = new float[COUNT];
                    for (int round = 0; round < 50; round++) {
                        byte[] bytes = new byte[(int) type.bytes(COUNT)];
                        random.nextBytes(bytes);
                        BlockCodec.of(type).decode(MemorySegment.ofArray(bytes), 0, decoded, 0, COUNT);
                        // A second array of other contents shows whether each number was written.
                        float[] again = new float[COUNT];
                        Arrays.fill(again, 42);
                        BlockCodec.of(type).decode(MemorySegment.ofArray(bytes), 0, again, 0, COUNT);
                        assertSameBits(again, decoded);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> worksAtOddOffsetsAndTouchesNothingElse() {
        return DECODED.stream()
                .map(type -> dynamicTest(type.name(), () -> {
                    byte[] bytes = new byte[(int) type.bytes(COUNT)];
                    new Random(23).nextBytes(bytes);
                    float[] expected = new float[COUNT];
                    BlockCodec codec = BlockCodec.of(type);
                    codec.decode(MemorySegment.ofArray(bytes), 0, expected, 0, COUNT);
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment shifted = arena.allocate(bytes.length + 7L);
                        MemorySegment.copy(bytes, 0, shifted, ValueLayout.JAVA_BYTE, 3, bytes.length);
                        float[] decoded = new float[COUNT + 8];
                        codec.decode(shifted, 3, decoded, 5, COUNT);
                        assertSameBits(Arrays.copyOfRange(decoded, 5, 5 + COUNT), expected);
                        Arrays.fill(decoded, 5, 5 + COUNT, 0);
                        assertThat(decoded).containsOnly(0);
                    }
                    if (codec.encodes()) {
                        float[] numbers = gaussian(29, 1);
                        byte[] encoded = new byte[bytes.length];
                        codec.encode(numbers, 0, MemorySegment.ofArray(encoded), 0, COUNT);
                        float[] longer = new float[COUNT + 8];
                        System.arraycopy(numbers, 0, longer, 5, COUNT);
                        byte[] shifted = new byte[bytes.length + 7];
                        codec.encode(longer, 5, MemorySegment.ofArray(shifted), 3, COUNT);
                        assertThat(Arrays.copyOfRange(shifted, 3, 3 + bytes.length))
                                .isEqualTo(encoded);
                        Arrays.fill(shifted, 3, 3 + bytes.length, (byte) 0);
                        assertThat(shifted).containsOnly(0);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> refusesToEncodeWhatItOnlyReads() {
        return READ_ONLY.stream()
                .map(type -> dynamicTest(
                        type.name(),
                        () -> assertThatThrownBy(() -> recode(type, new float[COUNT]))
                                .isInstanceOf(UnsupportedOperationException.class)
                                .hasMessageContaining(type.name())));
    }

    private static float[] recode(DType type, float[] numbers) {
        MemorySegment blocks = MemorySegment.ofArray(new byte[(int) type.bytes(numbers.length)]);
        BlockCodec.of(type).encode(numbers, 0, blocks, 0, numbers.length);
        float[] decoded = new float[numbers.length];
        BlockCodec.of(type).decode(blocks, 0, decoded, 0, decoded.length);
        return decoded;
    }

    private static float[] gaussian(long seed, float magnitude) {
        Random random = new Random(seed);
        float[] numbers = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            numbers[i] = (float) random.nextGaussian() * magnitude;
        }
        return numbers;
    }

    private static float largest(float[] numbers) {
        float largest = 0;
        for (float number : numbers) {
            largest = Math.max(largest, Math.abs(number));
        }
        return largest;
    }

    /// Equal to the last bit; a NaN may have any payload.
    private static void assertSameBits(float[] actual, float[] expected) {
        assertThat(bits(actual)).isEqualTo(bits(expected));
    }

    private static int[] bits(float[] numbers) {
        int[] bits = new int[numbers.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(numbers[i]);
        }
        return bits;
    }
}
