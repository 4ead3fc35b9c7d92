package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.Tensor;

/// What the contract of all kernels does not say of products with packed weights.
class IntegerMatmulTest {
    /// For what does not depend on it: what most machines have.
    private static final InstructionSet SET = InstructionSet.AVX2;

    private static final int ROWS = 50;
    private static final int COLUMNS = 768;
    private static final int INPUTS = 40;

    private final Arena arena = Arena.ofShared();
    private final Random random = new Random(3);

    @AfterEach
    void close() {
        arena.close();
    }

    static Stream<DType> packed() {
        return IntegerProductsTest.packed();
    }

    static Stream<Arguments> packedInAllSets() {
        return IntegerProductsTest.packedInAllSets();
    }

    private static Kernels kernels(boolean repack) {
        return kernels(SET, repack);
    }

    private static Kernels kernels(InstructionSet set, boolean repack) {
        return JitKernelsContract.kernels(set, new KernelsOptions(2, Activations.Q8, repack));
    }

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private Tensor floats(int rows, int columns) {
        MemorySegment data = arena.allocateFrom(JAVA_FLOAT, numbers(rows * columns));
        return Tensor.matrix("floats", DType.F32, rows, columns, data);
    }

    /// Weights that are not read-only.
    private Tensor weight(DType type, int rows) {
        MemorySegment data = arena.allocate(type.bytes((long) rows * COLUMNS));
        BlockCodec.of(type).encode(numbers(rows * COLUMNS), 0, data, 0, rows * COLUMNS);
        return Tensor.matrix("weight", type, rows, COLUMNS, data);
    }

    private static Tensor with(Tensor tensor, MemorySegment data) {
        return Tensor.matrix(tensor.name(), tensor.type(), tensor.rows(), tensor.columns(), data);
    }

    private float[] multiply(Kernels kernels, Tensor x, Tensor weight) {
        Tensor out = Tensor.matrix("out", DType.F32, x.rows(), weight.rows(), arena.allocate(4L * x.rows() * ROWS));
        kernels.matmul(out, x, weight, null);
        return out.data().toArray(JAVA_FLOAT);
    }

    @ParameterizedTest
    @MethodSource("packedInAllSets")
    void resultsAreTheSameBitsWhetherWeightsAreKeptOrNot(InstructionSet set, DType type) {
        Tensor writable = weight(type, ROWS);
        Tensor weight = with(writable, writable.data().asReadOnly());
        Tensor all = floats(INPUTS, COLUMNS);
        try (Kernels keeping = kernels(set, true);
                Kernels passing = kernels(set, false)) {
            float[] expected = multiply(keeping, all, weight);
            for (int inputs = 1; inputs <= INPUTS; inputs++) {
                Tensor x = all.rows(INPUTS - inputs, inputs);
                float[] of = Arrays.copyOfRange(expected, (INPUTS - inputs) * ROWS, INPUTS * ROWS);
                assertThat(multiply(keeping, x, weight))
                        .as("%d rows, kept", inputs)
                        .isEqualTo(of);
                assertThat(multiply(keeping, x, writable))
                        .as("%d rows, writable", inputs)
                        .isEqualTo(of);
                assertThat(multiply(passing, x, weight))
                        .as("%d rows, not kept", inputs)
                        .isEqualTo(of);
            }
        }
    }

    /// With any bits for weights, and inputs that are no numbers or too large or small to be rounded well.
    @ParameterizedTest
    @MethodSource("packed")
    void resultsAreTheSameBitsInEverySet(DType type) {
        Set<InstructionSet> sets = Processor.instructionSets();
        assumeTrue(sets.contains(InstructionSet.AVX512_VNNI), "this processor has no set to compare with");
        Tensor weight = weight(type, ROWS);
        byte[] bits = new byte[(int) weight.bytes()];
        random.nextBytes(bits);
        weight.data().copyFrom(MemorySegment.ofArray(bits));
        Tensor x = floats(INPUTS, COLUMNS);
        spoil(x);
        try (Kernels model = kernels(InstructionSet.AVX512_VNNI, false)) {
            for (InstructionSet set : sets) {
                try (Kernels kernels = kernels(set, false)) {
                    for (int inputs : new int[] {1, 5, INPUTS}) {
                        Tensor some = x.rows(0, inputs);
                        assertThat(multiply(kernels, some, weight))
                                .as("%s", set)
                                .isEqualTo(multiply(model, some, weight));
                    }
                }
            }
        }
    }

    /// Makes some rows special: a block of them, or two numbers.
    private void spoil(Tensor x) {
        float[] special = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, -1e-44f, 3e-39f, 1e-6f, 3e38f
        };
        for (int row = 0; row < 3 * special.length; row++) {
            float number = special[row % special.length];
            long start = (long) row * COLUMNS + random.nextInt(COLUMNS / Strips.PART) * Strips.PART;
            for (int i = 0; i < Strips.PART; i++) {
                if (row >= special.length || i % 20 == 7) {
                    x.data().setAtIndex(JAVA_FLOAT, start + i, number);
                }
            }
        }
    }

    @Test
    void writableWeightsMayChange() {
        Tensor weight = weight(DType.Q8_0, ROWS);
        Tensor other = weight(DType.Q8_0, ROWS);
        Tensor x = floats(1, COLUMNS);
        try (Kernels kernels = kernels(true)) {
            float[] expected = multiply(kernels, x, other);
            for (int i = 0; i < 3; i++) {
                assertThat(multiply(kernels, x, weight)).isNotEqualTo(expected);
            }
            weight.data().copyFrom(other.data());
            assertThat(multiply(kernels, x, weight)).isEqualTo(expected);
        }
    }

    /// Memory that was given back is soon somebody else's.
    @Test
    @SuppressWarnings("restricted") // exactly what was allocated
    void weightsOfAnotherArenaAtTheSamePlaceAreOthers() {
        Tensor first = weight(DType.Q4_0, ROWS);
        Tensor second = weight(DType.Q4_0, ROWS);
        Tensor x = floats(2, COLUMNS);
        try (Kernels kernels = kernels(true);
                Arena one = Arena.ofShared();
                Arena two = Arena.ofShared()) {
            MemorySegment place = MemorySegment.ofAddress(first.data().address());
            MemorySegment before = place.reinterpret(first.bytes(), one, null);
            for (int i = 0; i < 3; i++) {
                multiply(kernels, x, with(first, before.asReadOnly()));
            }
            first.data().copyFrom(second.data());
            MemorySegment after = place.reinterpret(first.bytes(), two, null);
            assertThat(multiply(kernels, x, with(first, after.asReadOnly()))).isEqualTo(multiply(kernels, x, second));
        }
    }

    @ParameterizedTest
    @MethodSource("packed")
    void packedWeightsStandInPlaceOfTheFilesPages(DType type, @TempDir Path folder) throws IOException {
        int rows = 2048;
        Tensor original = weight(type, rows);
        Path path = folder.resolve("weights");
        Files.write(path, original.data().toArray(JAVA_BYTE));
        try (FileChannel channel = FileChannel.open(path);
                Kernels kernels = kernels(true)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, original.bytes(), arena);
            Tensor weight = with(original, file);
            Tensor x = floats(3, COLUMNS);
            Tensor out = Tensor.matrix("out", DType.F32, 3, rows, arena.allocate(4L * 3 * rows));
            kernels.matmul(out, x, weight, null);
            float[] expected = out.data().toArray(JAVA_FLOAT);
            assertThat(residentBytes(file)).isGreaterThan(original.bytes() / 2);
            kernels.matmul(out, x, weight, null);
            assertThat(out.data().toArray(JAVA_FLOAT)).isEqualTo(expected);
            assertThat(residentBytes(file)).isLessThanOrEqualTo(2 * SystemPages.PAGE);
            kernels.matmul(out, x, weight, null);
            assertThat(out.data().toArray(JAVA_FLOAT)).isEqualTo(expected);
            assertThat(residentBytes(file)).isLessThanOrEqualTo(2 * SystemPages.PAGE);
            assertThat(file.mismatch(original.data())).isEqualTo(-1);
        }
    }

    /// Bytes of a mapping that are in memory (proc manual page, `/proc/pid/smaps`).
    private static long residentBytes(MemorySegment mapping) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
        String start = Long.toHexString(mapping.address()) + "-";
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(start)) {
                return lines.subList(i, lines.size()).stream()
                                .filter(line -> line.startsWith("Rss:"))
                                .map(line -> line.replaceAll("\\D", ""))
                                .mapToLong(Long::parseLong)
                                .findFirst()
                                .orElseThrow()
                        << 10;
            }
        }
        throw new AssertionError("no mapping at " + start);
    }

    @Test
    void whereNobodyAsksInputsAreRoundedForPackedFormatsOnly() {
        Tensor x = floats(2, COLUMNS);
        for (DType type : new DType[] {DType.Q8_0, DType.Q4_K, DType.BF16, DType.TQ2_0}) {
            Tensor weight = weight(type, ROWS);
            Activations like = PackedFormats.of(type) == null ? Activations.F32 : Activations.Q8;
            try (Kernels kernels = JitKernelsContract.kernels(SET, new KernelsOptions(1, Activations.AUTO));
                    Kernels model = JitKernelsContract.kernels(SET, new KernelsOptions(1, like))) {
                assertThat(multiply(kernels, x, weight)).isEqualTo(multiply(model, x, weight));
            }
        }
    }

    static Stream<Arguments> sumsInAllSets() {
        List<Sums> sums =
                packed().map(type -> PackedFormats.of(type).sums()).distinct().toList();
        return IntegerProductsTest.sets().flatMap(set -> sums.stream().map(each -> Arguments.of(set, each)));
    }

    @ParameterizedTest
    @MethodSource("sumsInAllSets")
    void roundsAsTheCodecDoes(InstructionSet set, Sums sums) {
        assumeTrue(Processor.instructionSets().contains(set), "this processor does not have " + set);
        int blocks = 20_000;
        float[] numbers = hardNumbers(blocks * Strips.PART);
        MemorySegment floats = arena.allocateFrom(JAVA_FLOAT, numbers);
        int recordBytes = Quantisation.recordBytes(sums);
        MemorySegment records = arena.allocate((long) blocks * recordBytes, Float.BYTES);
        try (CodeCache code = new CodeCache(set)) {
            MemorySegment routine = code.get(new Quantisation(sums));
            NativeCalls.call(routine, floats.address(), records.address(), 1, blocks, 0, 0);
        }
        MemorySegment encoded = MemorySegment.ofArray(new byte[(int) DType.Q8_0.bytes(numbers.length)]);
        BlockCodec.of(DType.Q8_0).encode(numbers, 0, encoded, 0, numbers.length);
        for (int b = 0; b < blocks; b++) {
            MemorySegment block = encoded.asSlice(b * 34L, 34);
            MemorySegment record = records.asSlice((long) b * recordBytes, recordBytes);
            float scale = Float.float16ToFloat(block.get(JAVA_SHORT_UNALIGNED, 0));
            assertThat(Float.compare(record.get(JAVA_FLOAT, Quantisation.SCALE), scale))
                    .isZero();
            assertThat(record.asSlice(0, Strips.PART).toArray(JAVA_BYTE)).doesNotContain(Byte.MIN_VALUE);
            if (scale > 0 && Float.isFinite(scale)) {
                assertThat(record.asSlice(0, Strips.PART).toArray(JAVA_BYTE))
                        .isEqualTo(block.asSlice(2).toArray(JAVA_BYTE));
                checkSums(sums, record, scale);
            }
        }
    }

    private static void checkSums(Sums sums, MemorySegment record, float scale) {
        for (int g = 0; g < sums.groups(); g++) {
            int sum = 0;
            for (int i = 0; i < sums.columns(); i++) {
                sum += record.get(JAVA_BYTE, g * sums.columns() + i);
            }
            long at = Quantisation.SUMS + 4L * g;
            if (sums.asFloats()) {
                assertThat(record.get(JAVA_FLOAT, at)).isEqualTo(scale * sum);
            } else {
                assertThat(record.get(JAVA_INT, at)).isEqualTo(-sums.offset() * sum);
            }
        }
    }

    /// Blocks of all magnitudes, many with quotients at or beside a half, some with what is no number.
    private float[] hardNumbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            float factor = (float) Math.exp(((i / Strips.PART) % 300 - 200) / 4.0);
            float whole = random.nextInt(255) - 127;
            float number = i % Strips.PART == 0 ? 127 : whole + 0.5f * random.nextInt(2);
            int steps = random.nextInt(3) - 1;
            float near = steps == 0 ? number : Math.nextAfter(number, steps * 1e9);
            numbers[i] = Math.clamp(near, -127, 127) * factor;
        }
        for (int i = 5; i < count; i += 3001) {
            numbers[i] = i % 2 == 0 ? Float.NaN : Float.NEGATIVE_INFINITY;
        }
        return numbers;
    }
}
