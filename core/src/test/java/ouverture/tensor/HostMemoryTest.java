package ouverture.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMemoryTest {
    private static final long GIBI = 1L << 30;

    @TempDir
    Path root;

    @Test
    void thisMachineHasMemory() {
        HostMemory memory = HostMemory.here();
        assertThat(memory.totalBytes()).isPositive();
        assertThat(memory.availableBytes()).isBetween(1L, memory.totalBytes());
    }

    @Test
    void copiesOfFilesAreAvailable() throws IOException {
        write("proc/meminfo", "MemTotal: 16777216 kB\nMemFree: 1024 kB\nMemAvailable:    8388608 kB\n");
        assertThat(HostMemory.read(root, 16 * GIBI, 1 << 20)).isEqualTo(new HostMemory(16 * GIBI, 8 * GIBI, false));
    }

    @Test
    void aContainersLimitCounts() throws IOException {
        write("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n");
        write("proc/self/cgroup", "0::/pod/app\n");
        write("sys/fs/cgroup/pod/app/memory.current", (3 * GIBI) + "\n");
        write(
                "sys/fs/cgroup/pod/app/memory.stat",
                "anon 1\nfile 5\nactive_file " + GIBI + "\ninactive_file " + GIBI + "\n");
        HostMemory memory = HostMemory.read(root, 4 * GIBI, GIBI);
        assertThat(memory).isEqualTo(new HostMemory(4 * GIBI, 3 * GIBI, true));
    }

    @Test
    void theOlderGroupsAndTheGroupAtTheTopAreRead() throws IOException {
        write("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n");
        write("proc/self/cgroup", "12:cpu,cpuacct:/docker/1\n5:memory:/docker/1\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", (2 * GIBI) + "\n");
        write("sys/fs/cgroup/memory/memory.stat", "inactive_file 7\ntotal_inactive_file " + GIBI + "\n");
        assertThat(HostMemory.read(root, 4 * GIBI, GIBI).availableBytes()).isEqualTo(3 * GIBI);
    }

    @Test
    void whereNothingIsToldTheJavaVirtualMachineKnows() {
        assertThat(HostMemory.read(root, 4 * GIBI, GIBI)).isEqualTo(new HostMemory(4 * GIBI, GIBI, false));
    }

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
