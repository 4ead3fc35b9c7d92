package ouverture.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;
import ouverture.tensor.DType;

class GgufWriterTest {
    private static final int ROUNDS = 100;

    @TempDir
    private Path folder;

    @Test
    void whatWasReadIsWrittenBackByteForByte() throws IOException {
        Random random = new Random(20);
        for (int round = 0; round < ROUNDS; round++) {
            GgufFixture fixture = GgufFixture.of("test");
            int alignment = 8 << random.nextInt(6);
            fixture.alignment(alignment);
            for (int i = random.nextInt(12); i > 0; i--) {
                fixture.with("key " + i, randomValue(random));
            }
            for (int i = random.nextInt(5); i > 0; i--) {
                fixture.randomTensor("tensor " + i, random.nextLong(), randomSizes(random));
            }
            Path original = fixture.write(folder.resolve("original.gguf"));
            Path copy = folder.resolve("copy.gguf");

            copy(original, copy);

            byte[] bytes = Files.readAllBytes(original);
            byte[] padded = java.util.Arrays.copyOf(bytes, Math.ceilDiv(bytes.length, alignment) * alignment);
            assertThat(Files.readAllBytes(copy)).isEqualTo(padded);
        }
    }

    /// Sizes whose last one is not 1: such a dimension is not written.
    private static long[] randomSizes(Random random) {
        long[] sizes = random.longs(1 + random.nextInt(3), 1, 9).toArray();
        sizes[sizes.length - 1] += sizes.length > 1 ? 1 : 0;
        return sizes;
    }

    private static Object randomValue(Random random) {
        byte[] bytes = new byte[8];
        random.nextBytes(bytes);
        return switch (random.nextInt(13)) {
            case 0 -> new GgufFixture.Raw(random.nextInt(2), new byte[] {bytes[0]});
            case 1 -> new GgufFixture.Raw(2 + random.nextInt(2), new byte[] {bytes[0], bytes[1]});
            case 2 -> random.nextInt();
            case 3 -> random.nextLong();
            case 4 -> Float.intBitsToFloat(random.nextInt());
            case 5 -> Double.longBitsToDouble(random.nextLong());
            case 6 -> random.nextBoolean();
            case 7 ->
                new GgufFixture.Raw(
                        8, new byte[] {3, 0, 0, 0, 0, 0, 0, 0, bytes[0], bytes[1], bytes[2]}); // rarely UTF-8
            case 8 -> random.ints(random.nextInt(5)).toArray();
            case 9 -> new float[] {Float.NaN, random.nextFloat()};
            case 10 -> new boolean[] {true, random.nextBoolean()};
            case 11 ->
                Stream.generate(() -> "é".repeat(random.nextInt(3)))
                        .limit(random.nextInt(4))
                        .toArray(String[]::new);
            default -> new GgufFixture.Raw(9, GgufFixture.array(10, 1, bytes));
        };
    }

    private static void copy(Path from, Path to) {
        try (ModelFile file = ModelFile.open(from)) {
            List<GgufWriter.Slot> slots = file.tensors().values().stream()
                    .map(t -> new GgufWriter.Slot(t.name(), t.type(), t.planes(), t.rows(), t.columns()))
                    .toList();
            try (GgufWriter writer = GgufWriter.create(to, file.ggufValues(), slots)) {
                file.tensors().values().forEach(tensor -> {
                    for (long at = 0; at < tensor.bytes(); at += Float.BYTES) {
                        writer.append(tensor.data().asSlice(at, Float.BYTES));
                    }
                });
                writer.commit();
            }
            assertThat(to).hasSize(GgufWriter.fileBytes(file.ggufValues(), slots));
        }
    }

    @Test
    void valuesOfMetadataAreWrittenInTheUsualTypes() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("flag", true);
        values.put("small", 7L);
        values.put("negative", -7L);
        values.put("large", 1L << 40);
        values.put("very negative", Long.MIN_VALUE);
        values.put("number", 0.5);
        values.put("text", "naïve ☃");
        values.put("ints", new int[] {1, -2});
        values.put("longs", new long[] {1, -2L << 40});
        values.put("floats", new float[] {0.5f, -1});
        values.put("flags", List.of(true, false));
        values.put("texts", List.of("a", "", "bé"));
        values.put("numbers", List.of(0.1, 2.0));
        values.put("nothing", List.of());
        Map<String, GgufValue> encoded = new LinkedHashMap<>();
        values.forEach((key, value) -> encoded.put(key, GgufValue.of(value)));
        Path path = folder.resolve("values.gguf");
        try (GgufWriter writer = GgufWriter.create(path, encoded, List.of())) {
            writer.commit();
        }

        try (ModelFile file = ModelFile.open(path)) {
            assertThat(file.metadata().values()).containsExactlyEntriesOf(values);
            assertThat(new ArrayList<>(file.ggufValues().values()))
                    .extracting(GgufValue::type)
                    .containsExactly(7, 4, 5, 10, 11, 6, 8, 9, 9, 9, 9, 9, 9, 9);
        }
        assertThatThrownBy(() -> GgufValue.of('c')).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingIsThereBeforeTheEndAndTheOldFileStays() throws IOException {
        Path old = Files.writeString(folder.resolve("model.gguf"), "old");
        List<GgufWriter.Slot> slots = List.of(new GgufWriter.Slot("a", DType.F32, 1, 1, 8));
        try (GgufWriter writer = GgufWriter.create(old, Map.of(), slots)) {
            writer.append(MemorySegment.ofArray(new byte[16]).asReadOnly());
            assertThat(old).hasContent("old");
            assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
        }
        assertThat(old).hasContent("old");
        assertOnly(old);
    }

    @Test
    void whatALinkLeadsToIsReplaced() throws IOException {
        Path target = Files.writeString(folder.resolve("target.gguf"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link.gguf"), target);
        try (AtomicFile file = AtomicFile.create(link)) {
            file.write(java.nio.ByteBuffer.wrap(new byte[] {'n', 'e', 'w'}));
            file.commit();
        }
        assertThat(target).hasContent("new");
        assertThat(link).isSymbolicLink();
        assertOnly(target, link);
    }

    @Test
    void aFullDiskIsSaidWithFigures() {
        assertThatThrownBy(() -> AtomicFile.checkSpace(Path.of("big.gguf"), 5_000_000_000L, 1_000_000_000L))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("5,000,000,000")
                .hasMessageContaining("1,000,000,000")
                .hasMessageContaining("4,000,000,000");
    }

    /// More than any disk has: refused before a byte of it is written, and the name stays free.
    @Test
    void aFileLargerThanTheDiskIsNotBegun() throws IOException {
        List<GgufWriter.Slot> slots = List.of(new GgufWriter.Slot("a", DType.F32, 1 << 10, Integer.MAX_VALUE, 1 << 19));
        Path path = folder.resolve("large.gguf");

        assertThatThrownBy(() -> GgufWriter.create(path, Map.of(), slots))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("large.gguf would take");
        assertOnly();
    }

    @Test
    void whereNoFileCanBeIsSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> AtomicFile.check("OUT", folder))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("OUT is the folder");
        assertThatThrownBy(() -> AtomicFile.check("OUT", folder.resolve("none/model.gguf")))
                .isInstanceOf(RequestException.class)
                .hasMessageContaining("make that folder");
        assertThatThrownBy(() -> AtomicFile.create(file.resolve("model.gguf")))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("cannot be written");
    }

    private void assertOnly(Path... expected) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(expected);
        }
    }
}
