package ouverture.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ouverture.tensor.Kernels;
import ouverture.tensor.KernelsOptions;
import ouverture.tensor.KernelsProvider;
import tools.jackson.databind.JsonNode;

class DoctorCommandTest {
    private static final Machine MACHINE = new Machine(
            "Linux 6.1",
            "amd64",
            "Example 9",
            4,
            4,
            List.of("avx2", "fma"),
            32L << 20,
            16L << 30,
            8L << 30,
            false,
            "madvise");

    private static final Diagnosis.Packed PACKED = new Diagnosis.Packed("/c/packed", 2, 3L << 20, 64L << 30);

    /// A provider that is never asked for its kernels.
    private record Provider(
            String name,
            int rank,
            @Nullable String reason,
            @Nullable String reservation) implements KernelsProvider {
        Provider(String name, int rank, @Nullable String reason) {
            this(name, rank, reason, null);
        }

        @Override
        public Optional<String> unusable() {
            return Optional.ofNullable(reason);
        }

        @Override
        public Optional<String> reserved() {
            return Optional.ofNullable(reservation);
        }

        @Override
        public Kernels create(KernelsOptions options) {
            throw new AssertionError("doctor makes no kernels");
        }
    }

    @Test
    void healthyMachineGetsNoAdvice() {
        Diagnosis diagnosis = Diagnosis.of(
                jvm("mixed mode, sharing", "/o/cache.aot"),
                MACHINE,
                List.of(new Provider("vector", 10, null), new Provider("scalar", 0, null)),
                PACKED);

        assertThat(diagnosis.page()).isEqualTo("""
                        Java        25.0.3, Example
                                    /jdk
                                    mixed mode, sharing, heap up to 4.00 GiB
                        AOT cache   /o/cache.aot
                        System      Linux 6.1, amd64
                        Processor   Example 9, 4 cores, 32.0 MiB of cache
                        Features    avx2 fma
                        Memory      16.0 GiB, 8.00 GiB available
                        Huge pages  madvise
                        Packed      3.00 MiB of weights on the disk, at most 64.0 GiB
                                    /c/packed
                        Threads     4 unless --threads says otherwise

                        Kernels
                          vector  usable, chosen
                          scalar  usable

                        Advice
                          Nothing here slows Ouverture down that it knows of.
                        """);
    }

    @Test
    void slowMachineIsToldWhy() {
        Machine machine =
                new Machine("Linux 6.1", "aarch64", "aarch64", 2, 8, List.of(), 0, 4L << 30, 1L << 30, true, "unknown");
        Diagnosis diagnosis = Diagnosis.of(
                jvm("interpreted mode", "/o/cache.aot"),
                machine,
                List.of(
                        new Provider("vector", 10, "The module is missing; use ./ouverture."),
                        new Provider("scalar", 0, null)),
                PACKED);

        assertThat(diagnosis.kernels())
                .containsExactly(
                        new Diagnosis.KernelSet("vector", false, "The module is missing; use ./ouverture.", null),
                        new Diagnosis.KernelSet("scalar", true, null, null));
        assertThat(diagnosis.advice())
                .satisfiesExactly(
                        scalar -> assertThat(scalar).startsWith("Only the scalar kernels run"),
                        interpreted -> assertThat(interpreted).contains("-Xint"),
                        cache -> assertThat(cache).contains("does not fit").contains("delete /o/cache.aot"),
                        cores -> assertThat(cores).contains("2 of 8 cores"),
                        limit -> assertThat(limit).contains("container limits memory to 4.00 GiB"),
                        memory -> assertThat(memory).contains("Only 1.00 GiB"));
        assertThat(diagnosis.page())
                .contains("vector  unusable: The module is missing")
                .contains("not told by the system");
        assertThat(diagnosis.page().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void kernelsThatAreReservedAreNotChosen() {
        Diagnosis diagnosis = Diagnosis.of(
                jvm("mixed mode, sharing", "/o/cache.aot"),
                MACHINE,
                List.of(new Provider("jit", 20, null, "They are new."), new Provider("vector", 10, null)),
                PACKED);

        assertThat(diagnosis.kernels())
                .containsExactly(
                        new Diagnosis.KernelSet("jit", false, null, "They are new."),
                        new Diagnosis.KernelSet("vector", true, null, null));
        assertThat(diagnosis.page()).contains("jit     usable, with --kernels jit only: They are new.");
    }

    @Test
    void thisMachineIsExamined() {
        Invocation run = Invocation.of("doctor", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode diagnosis = Json.MAPPER.readTree(run.out());
        assertThat(diagnosis.path("java").path("version").stringValue())
                .isEqualTo(Runtime.version().toString());
        assertThat(diagnosis.path("machine").path("memory_bytes").longValue()).isGreaterThan(100L << 20);
        assertThat(diagnosis.path("default_threads").intValue())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(diagnosis
                        .path("kernels")
                        .valueStream()
                        .filter(k -> k.path("chosen").booleanValue()))
                .hasSize(1);
        assertThat(diagnosis
                        .path("kernels")
                        .valueStream()
                        .map(k -> k.path("name").stringValue()))
                .contains("scalar");
        assertThat(Invocation.of("doctor").out()).contains("Kernels\n").contains("Advice\n");
    }

    @Test
    void readsAnArmProcessor(@TempDir Path root) throws IOException {
        write(
                root.resolve("proc/cpuinfo"),
                "processor\t: 0\nFeatures\t: fp asimd asimddp i8mm bf16 crc32\nCPU part\t: 0xd40\n");
        write(root.resolve("proc/meminfo"), "MemTotal:  99999999999 kB\nMemAvailable:    2048 kB\n");
        write(root.resolve("sys/kernel/mm/transparent_hugepage/enabled"), "always [never]\n");
        write(root.resolve("sys/devices/system/cpu/cpu0/cache/index2/size"), "1024K\n");

        Machine machine = Machine.read(root);

        assertThat(machine.features()).containsExactly("asimd", "asimddp", "i8mm", "bf16");
        assertThat(machine.cores()).isZero();
        assertThat(machine.lastLevelCacheBytes()).isEqualTo(1 << 20);
        assertThat(machine.hugePages()).isEqualTo("never");
        assertThat(machine.memoryLimited()).isTrue();
        assertThat(machine.availableBytes()).isEqualTo(2 << 20);
    }

    @Test
    void readsAMachineWithoutProc(@TempDir Path root) {
        Machine machine = Machine.read(root);

        assertThat(machine.features()).isEmpty();
        assertThat(machine.processor()).isEqualTo(machine.architecture());
        assertThat(machine.memoryBytes()).isPositive();
        assertThat(machine.availableBytes()).isPositive();
        assertThat(machine.memoryLimited()).isFalse();
        assertThat(machine.hugePages()).isEqualTo("unknown");
    }

    private static Diagnosis.Jvm jvm(String mode, String cache) {
        return new Diagnosis.Jvm("25.0.3", "Example", "/jdk", mode, 4L << 30, cache, mode.contains("sharing"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
