package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import ouverture.tensor.DType;

/// Products of expanded weights in every instruction set against their formula in Java, bit for bit: bytes at
/// the ends of what they can be, of the weights and of the inputs, with all signs, where sums of 16 bits would
/// not hold them, and random ones.
class IntegerProductsTest {
    private static final int BLOCKS = 3;
    private static final int COLUMNS = BLOCKS * Strips.PART;
    private static final int LARGEST = Quantisation.LARGEST;

    private final Arena arena = Arena.ofConfined();
    private final Random random = new Random(5);

    @AfterEach
    void close() {
        arena.close();
    }

    /// Instruction sets of x86-64 that products of bytes are written for.
    static Stream<InstructionSet> sets() {
        return Stream.of(InstructionSet.values()).filter(set -> !set.isArm() && set.forBytes() == set);
    }

    static Stream<DType> packed() {
        return Arrays.stream(DType.values()).filter(type -> PackedFormats.of(type) != null);
    }

    static Stream<Arguments> packedInAllSets() {
        return sets().flatMap(set -> packed().map(type -> Arguments.of(set, type)));
    }

    @ParameterizedTest
    @MethodSource("packedInAllSets")
    void areSumsOfIntegersTimesScales(InstructionSet set, DType type) {
        assumeTrue(Processor.instructionSets().contains(set), "this processor does not have " + set);
        ExpandedStrips format = Objects.requireNonNull(PackedFormats.of(type)).expanded();
        try (CodeCache code = new CodeCache(set)) {
            for (int strips = 1; strips <= format.strips(set); strips++) {
                for (int inputs = 1; inputs <= format.inputs(set); inputs++) {
                    Operands operands = new Operands(format, 2 * strips, inputs);
                    MemorySegment routine = code.get(format.products(strips, inputs));
                    assertThat(operands.multiply(routine, 2, set))
                            .as("%d strips with %d", strips, inputs)
                            .isEqualTo(operands.expected());
                }
            }
        }
    }

    /// Some strips of weights and rows of inputs.
    private final class Operands {
        private final ExpandedStrips format;
        private final Sums sums;
        private final int rows;
        private final int inputs;
        private final int[] bytes;
        private final int[] inputBytes;
        private final float[] scales;
        private final float[] minimums;
        private final float[] inputScales;

        Operands(ExpandedStrips format, int strips, int inputs) {
            this.format = format;
            this.inputs = inputs;
            sums = format.sums();
            rows = strips * Strips.ROWS;
            bytes = IntStream.range(0, rows * COLUMNS)
                    .map(i -> extreme(i / COLUMNS, format.largest() + 1))
                    .toArray();
            inputBytes = IntStream.range(0, inputs * COLUMNS)
                    .map(i -> extreme(i / COLUMNS + i % COLUMNS / Strips.PART, 2 * LARGEST + 1) - LARGEST)
                    .toArray();
            scales = floats(rows * BLOCKS * sums.groups());
            minimums = floats(rows * BLOCKS * sums.groups());
            inputScales = floats(inputs * BLOCKS);
        }

        /// All the smallest, all the largest, one of both in turn, or any below a bound.
        private int extreme(int kind, int bound) {
            return switch (kind % 4) {
                case 0 -> 0;
                case 1 -> bound - 1;
                case 2 -> random.nextBoolean() ? 0 : bound - 1;
                default -> random.nextInt(bound);
            };
        }

        private float[] floats(int count) {
            float[] floats = new float[count];
            for (int i = 0; i < count; i++) {
                floats[i] = (float) random.nextGaussian();
            }
            return floats;
        }

        /// The sum of a group of columns of the inputs.
        private int sum(int input, int block, int group) {
            int first = input * COLUMNS + block * Strips.PART + group * sums.columns();
            return IntStream.range(first, first + sums.columns())
                    .map(i -> inputBytes[i])
                    .sum();
        }

        private float sumAsFloat(int input, int block, int group) {
            return inputScales[input * BLOCKS + block] * sum(input, block, group);
        }

        float[] expected() {
            float[] results = new float[inputs * rows];
            for (int t = 0; t < inputs; t++) {
                for (int row = 0; row < rows; row++) {
                    for (int group = 0; group < BLOCKS * sums.groups(); group++) {
                        results[t * rows + row] = expected(t, row, group, results[t * rows + row]);
                    }
                }
            }
            return results;
        }

        private float expected(int t, int row, int group, float before) {
            int sum = 0;
            for (int c = group * sums.columns(); c < (group + 1) * sums.columns(); c++) {
                sum += (bytes[row * COLUMNS + c] - sums.offset()) * inputBytes[t * COLUMNS + c];
            }
            int block = group / sums.groups();
            int index = row * BLOCKS * sums.groups() + group;
            float scaled = Math.fma((float) sum, scales[index] * inputScales[t * BLOCKS + block], before);
            return sums.asFloats()
                    ? Math.fma(-minimums[index], sumAsFloat(t, block, group % sums.groups()), scaled)
                    : scaled;
        }

        float[] multiply(MemorySegment routine, int groups, InstructionSet set) {
            MemorySegment out = arena.allocate(JAVA_FLOAT, (long) inputs * rows);
            MemorySegment addresses = arena.allocate(JAVA_LONG, 2L * inputs);
            MemorySegment records = records();
            for (int t = 0; t < inputs; t++) {
                addresses.setAtIndex(JAVA_LONG, t, records.address() + t * records.byteSize() / inputs);
                addresses.setAtIndex(JAVA_LONG, inputs + t, out.address() + (long) t * rows * Float.BYTES);
            }
            long from = addresses.address();
            long to = from + (long) inputs * Long.BYTES;
            NativeCalls.call(routine, weights(set).address(), from, to, 0, groups, BLOCKS);
            return out.toArray(JAVA_FLOAT);
        }

        /// As [ExpandedStrips] lie in memory.
        private MemorySegment weights(InstructionSet set) {
            int offset = format.isSigned(set) ? sums.offset() : 0;
            MemorySegment weights = arena.allocate((long) rows / Strips.ROWS * BLOCKS * format.blockBytes(), 64);
            for (int row = 0; row < rows; row++) {
                for (int block = 0; block < BLOCKS; block++) {
                    long start = ((long) row / Strips.ROWS * BLOCKS + block) * format.blockBytes();
                    int lane = row % Strips.ROWS;
                    for (int c = 0; c < Strips.PART; c++) {
                        int value = bytes[row * COLUMNS + block * Strips.PART + c] - offset;
                        int chunk = c / Strips.CHUNK * Strips.ROWS + lane;
                        weights.set(JAVA_BYTE, start + chunk * Strips.CHUNK + c % Strips.CHUNK, (byte) value);
                    }
                    for (int group = 0; group < sums.groups(); group++) {
                        int index = (row * BLOCKS + block) * sums.groups() + group;
                        long at = start + ExpandedStrips.SCALES + group * ExpandedStrips.SCALE + 4L * lane;
                        weights.set(JAVA_FLOAT, at, scales[index]);
                        if (sums.asFloats()) {
                            weights.set(JAVA_FLOAT, at + sums.groups() * ExpandedStrips.SCALE, minimums[index]);
                        }
                    }
                }
            }
            return weights;
        }

        /// As [Quantisation] writes them.
        private MemorySegment records() {
            int bytesOfRecord = Quantisation.recordBytes(sums);
            MemorySegment records = arena.allocate((long) inputs * BLOCKS * bytesOfRecord, Float.BYTES);
            for (int record = 0; record < inputs * BLOCKS; record++) {
                long start = (long) record * bytesOfRecord;
                for (int c = 0; c < Strips.PART; c++) {
                    records.set(JAVA_BYTE, start + c, (byte) inputBytes[record * Strips.PART + c]);
                }
                records.set(JAVA_FLOAT, start + Quantisation.SCALE, inputScales[record]);
                for (int group = 0; group < sums.groups(); group++) {
                    long at = start + Quantisation.SUMS + 4L * group;
                    if (sums.asFloats()) {
                        records.set(JAVA_FLOAT, at, sumAsFloat(record / BLOCKS, record % BLOCKS, group));
                    } else {
                        int sum = sum(record / BLOCKS, record % BLOCKS, group);
                        records.set(JAVA_INT, at, -sums.offset() * sum);
                    }
                }
            }
            return records;
        }
    }
}
