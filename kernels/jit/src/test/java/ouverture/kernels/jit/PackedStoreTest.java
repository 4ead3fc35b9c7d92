package ouverture.kernels.jit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import ouverture.tensor.BlockCodec;
import ouverture.tensor.DType;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsOptions.Activations;
import ouverture.tensor.PackedFolder;
import ouverture.tensor.PackedStore;
import ouverture.tensor.Tensor;

/// Weights that are kept packed on the disk.
class PackedStoreTest {
    private static final InstructionSet SET = InstructionSet.AVX2;
    private static final int PLANES = 3;
    private static final int ROWS = 500;
    private static final int COLUMNS = 768;

    /// Where the quants of a source may be spoiled without changing what it is known by.
    private static final long UNKNOWN_FROM = 64 << 10;

    private static final long UNKNOWN_BYTES = 128 << 10;

    private final Arena arena = Arena.ofShared();
    private final Random random = new Random(5);
    private final List<String> notices = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    private Path folder;

    private Path source = Path.of("model");
    private Tensor weight = Tensor.matrix("none", DType.F32, 1, 1, arena.allocate(4));
    private Tensor x = weight;
    private float[] expected = {};

    @BeforeEach
    void makeModel() throws IOException {
        makeModel(DType.Q8_0);
    }

    private void makeModel(DType type) throws IOException {
        float[] numbers = new float[PLANES * ROWS * COLUMNS];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        MemorySegment data = arena.allocate(type.bytes(numbers.length));
        BlockCodec.of(type).encode(numbers, 0, data, 0, numbers.length);
        source = folder.resolve("model-" + type);
        Files.write(source, data.toArray(JAVA_BYTE));
        weight = mapped(type);
        x = Tensor.matrix(
                "x",
                DType.F32,
                2,
                COLUMNS,
                arena.allocateFrom(JAVA_FLOAT, numbers).asSlice(0, 8L * COLUMNS));
        try (Kernels kernels = JitKernelsContract.kernels(SET, new KernelsOptions(2, Activations.Q8))) {
            expected = multiply(kernels, 0, 1, 2);
        }
    }

    private Tensor mapped(DType type) throws IOException {
        try (FileChannel channel = FileChannel.open(source)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new Tensor("blk.0.ffn_up_exps.weight", type, PLANES, ROWS, COLUMNS, file);
        }
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private PackedStore store(long limitBytes) {
        PackedFolder cache = new PackedFolder(folder.resolve("cache"), limitBytes);
        PackedStore.Source model = new PackedStore.Source("model", List.of(source), List.of(weight));
        return new PackedStore(cache, List.of(model), notices::add);
    }

    private PackedStore store() {
        return store(1 << 30);
    }

    private Kernels kernels(PackedStore store) {
        return JitKernelsContract.kernels(SET, new KernelsOptions(2, Activations.Q8, true, Optional.of(store)));
    }

    /// Products of both rows of inputs with two planes each.
    private float[] multiply(Kernels kernels, int... planes) {
        int slots = 2 * planes.length;
        int[] both = Stream.of(planes, planes).flatMapToInt(Arrays::stream).toArray();
        Tensor chosen = Tensor.matrix("chosen", DType.I32, 2, planes.length, arena.allocateFrom(JAVA_INT, both));
        Tensor out = Tensor.matrix("out", DType.F32, slots, ROWS, arena.allocate(4L * slots * ROWS));
        kernels.matmulExperts(out, x, weight, null, chosen);
        return out.data().toArray(JAVA_FLOAT);
    }

    /// Multiplies as a new process does, until all planes are kept.
    private void fill() throws InterruptedException {
        try (Kernels kernels = kernels(store())) {
            for (int i = 0; i < 3; i++) {
                assertThat(multiply(kernels, 0, 1, 2)).isEqualTo(expected);
            }
            await(0, 1, 2);
            assertThat(multiply(kernels, 0, 1, 2)).isEqualTo(expected);
            assertThat(multiply(kernels, 0, 1, 2)).isEqualTo(expected);
        }
    }

    private void await(int... planes) throws InterruptedException {
        for (int plane : planes) {
            for (int millis = 0; !isKept(plane); millis++) {
                assertThat(millis).as("waited for plane %d", plane).isLessThan(60_000);
                Thread.sleep(1);
            }
        }
    }

    private boolean isKept(int plane) {
        try (PackedFile file = open(FileChannel::write)) {
            PackedPlan.Place place = file.find(weight);
            return place != null && file.isWritten(place, plane);
        }
    }

    private PackedFile open(PackedFile.Output output) {
        PackedStore store = store();
        return PackedFile.open(store, store.sources().getFirst(), SET, output).orElseThrow();
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
            return files.reduce((a, b) -> {
                        throw new AssertionError("two files: " + a + ", " + b);
                    })
                    .orElseThrow();
        }
    }

    private void overwrite(Path file, long from, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), from);
        }
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    static Stream<DType> packed() {
        return IntegerProductsTest.packed();
    }

    /// That nothing is packed shows where the source has other weights than it had.
    @ParameterizedTest
    @MethodSource("packed")
    void secondProcessPacksNothingAndComputesTheSameBits(DType type) throws Exception {
        makeModel(type);
        fill();
        FileTime changed = Files.getLastModifiedTime(source);
        overwrite(source, UNKNOWN_FROM, bytes((int) Math.min(UNKNOWN_BYTES, weight.bytes() / 2 - UNKNOWN_FROM - 256)));
        Files.setLastModifiedTime(source, changed);

        try (Kernels kernels = kernels(store())) {
            for (int i = 0; i < 3; i++) {
                assertThat(multiply(kernels, 0, 1, 2)).isEqualTo(expected);
            }
        }
        assertThat(notices).isEmpty();
    }

    @Test
    void expertsAreKeptWhenTheyAreUsedAndTheOthersLater() throws Exception {
        try (Kernels kernels = kernels(store())) {
            multiply(kernels, 1);
            multiply(kernels, 1);
            await(1);
        }
        assertThat(isKept(0)).isFalse();
        assertThat(isKept(2)).isFalse();
        fill();
        assertThat(notices).isEmpty();
    }

    @Test
    void changedSourceIsPackedAnew() throws Exception {
        fill();
        overwrite(source, UNKNOWN_FROM, bytes(10));
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusNanos(1)));
        try (Kernels kernels = JitKernelsContract.kernels(SET, new KernelsOptions(2, Activations.Q8))) {
            expected = multiply(kernels, 0, 1, 2);
        }
        fill();
        assertThat(notices).containsExactly("Packed weights of model are made anew: the model file has changed since.");
    }

    @Test
    void otherModelOfTheSameNameAndLengthHasItsOwnFile() throws Exception {
        fill();
        FileTime changed = Files.getLastModifiedTime(source);
        overwrite(source, weight.bytes() - 20, bytes(5));
        Files.setLastModifiedTime(source, changed);
        try (Kernels kernels = JitKernelsContract.kernels(SET, new KernelsOptions(2, Activations.Q8))) {
            expected = multiply(kernels, 0, 1, 2);
        }
        fill();
        assertThat(notices).isEmpty();
        assertThat(store().folder().contents().files()).isEqualTo(2);
    }

    @Test
    void damagedStripIsMadeAnew() throws Exception {
        fill();
        try (PackedFile kept = open(FileChannel::write)) {
            PackedPlan.Place place = kept.find(weight);
            assertThat(place).isNotNull();
            overwrite(file(), place.offset() + 12_345, new byte[] {77, 78, 79});
        }
        fill();
        assertThat(notices).hasSize(1);
        assertThat(notices.getFirst()).startsWith("Packed weights of model are damaged in " + file());
        notices.clear();
        fill();
        assertThat(notices).isEmpty();
    }

    @Test
    void shortenedFileIsMadeAnew() throws Exception {
        fill();
        try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
            file.setLength(file.length() - 1);
        }
        fill();
        assertThat(notices)
                .containsExactly("Packed weights of model are made anew: the file that kept them has another length.");
    }

    @Test
    void otherVersionIsMadeAnew() throws Exception {
        fill();
        ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(file()), 0, PackedFile.HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(8, PackedFile.VERSION + 1);
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, PackedFile.HEADER_BYTES - 4);
        header.putInt(PackedFile.HEADER_BYTES - 4, (int) crc.getValue());
        overwrite(file(), 0, Arrays.copyOf(header.array(), PackedFile.HEADER_BYTES));
        fill();
        assertThat(notices)
                .containsExactly("Packed weights of model are made anew: another version of Ouverture packed them.");
    }

    /// Whatever header, checks and strips say, products are right.
    @ParameterizedTest
    @ValueSource(
            ints = {0, 20, PackedFile.HEADER_BYTES, (int) PackedPlan.CHECKS, (int) PackedPlan.CHECKS + 700, 1 << 21})
    void anyBytesAreOnlyEverMadeAnew(int from) throws Exception {
        for (int i = 0; i < 5; i++) {
            fill();
            overwrite(file(), from + random.nextInt(9), bytes(1 + random.nextInt(60)));
        }
        fill();
    }

    @Test
    void emptyFileIsMadeAnew() throws Exception {
        fill();
        Files.write(file(), new byte[0]);
        fill();
        assertThat(notices)
                .containsExactly("Packed weights of model are made anew: the file that kept them is damaged.");
    }

    @Test
    void withoutRoomWeightsStayInMemory() {
        PackedStore store = store(1 << 20);
        try (Kernels kernels = kernels(store)) {
            for (int i = 0; i < 3; i++) {
                assertThat(multiply(kernels, 0, 1, 2)).isEqualTo(expected);
            }
        }
        assertThat(notices).hasSize(1);
        assertThat(notices.getFirst())
                .startsWith("Packed weights of model are not kept on the disk: " + folder.resolve("cache"))
                .endsWith(" MiB more; they stay in memory.");
    }

    @Test
    void withoutFolderWeightsStayInMemory() throws Exception {
        Files.writeString(folder.resolve("cache"), "a file");
        try (Kernels kernels = kernels(store())) {
            assertThat(multiply(kernels, 0, 1, 2)).isEqualTo(expected);
            assertThat(multiply(kernels, 0, 1, 2)).isEqualTo(expected);
        }
        assertThat(notices).hasSize(1);
        assertThat(notices.getFirst()).contains(" cannot be used (").endsWith("; they stay in memory.");
    }

    @Test
    void fullDiskEndsTheWritingWithOneSentence() {
        PackedFile.Output full = (channel, bytes, position) -> {
            throw new IOException("No space left on device");
        };
        try (PackedFile file = open(full)) {
            PackedPlan.Place place = file.find(weight);
            assertThat(place).isNotNull();
            MemorySegment packed = arena.allocate(place.strips() * place.stripBytes());
            assertThat(file.write(place, 0, packed, () -> false)).isFalse();
            assertThat(file.write(place, 1, packed, () -> false)).isFalse();
            assertThat(file.isWritten(place, 0)).isFalse();
        }
        assertThat(notices).hasSize(1);
        assertThat(notices.getFirst()).contains("(No space left on device); they stay in memory.");
    }

    @Test
    void nothingIsKeptOfSourceThatChangesMeanwhile() throws Exception {
        try (PackedFile file = open(FileChannel::write)) {
            PackedPlan.Place place = file.find(weight);
            assertThat(place).isNotNull();
            Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(3)));
            MemorySegment packed = arena.allocate(place.strips() * place.stripBytes());
            assertThat(file.write(place, 0, packed, () -> false)).isFalse();
        }
        assertThat(notices).hasSize(1);
        assertThat(notices.getFirst()).contains("(the model file changes while it is read)");
    }

    @Test
    void twoAtOnceDoNoHarm() throws Exception {
        try (Kernels one = kernels(store());
                Kernels two = kernels(store())) {
            for (int i = 0; i < 4; i++) {
                assertThat(multiply(one, 0, 1, 2)).isEqualTo(expected);
                assertThat(multiply(two, 2, 0, 1)).hasSameSizeAs(expected);
            }
            await(0, 1, 2);
            Files.delete(file());
            assertThat(multiply(one, 0, 1, 2)).isEqualTo(expected);
            assertThat(multiply(two, 0, 1, 2)).isEqualTo(expected);
        }
        fill();
        assertThat(notices).isEmpty();
    }

    /// Some families view rows of one tensor as several.
    @Test
    void wholeStripsOfTensorHaveTheirPlace() {
        Tensor all = weight.plane(0);
        PackedStore.Source model = new PackedStore.Source("model", List.of(source), List.of(all));
        PackedPlan plan = new PackedPlan(model, SET);
        PackedPlan.Place place = plan.find(all);
        PackedPlan.Place part = plan.find(all.rows(64, 32));
        assertThat(place).isNotNull();
        assertThat(part).isNotNull();
        assertThat(part.offset() - place.offset()).isEqualTo(4 * place.stripBytes());
        assertThat(part.check() - place.check()).isEqualTo(4);
        assertThat(plan.find(all.rows(480, 20))).isNotNull();
        assertThat(plan.find(all.rows(8, 32))).isNull();
        assertThat(plan.find(all.rows(16, 20))).isNull();
    }
}
