package ouverture.tensor;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// How much memory there is for this process, a container's limit included. On Linux from `/proc` and the control
/// group's files, elsewhere from the Java virtual machine.
///
/// @param totalBytes that this process may use at most
/// @param availableBytes of these, bytes that can be had without swapping; what only holds copies of files counts
///     as available, since the system gives it up
/// @param limited whether a container's limit is below the computer's memory
public record HostMemory(long totalBytes, long availableBytes, boolean limited) {
    /// The memory of this computer.
    public static HostMemory here() {
        return read(Path.of("/"));
    }

    /// The memory that is left when some of what counts as available is not.
    public HostMemory without(long bytes) {
        return new HostMemory(totalBytes, Math.max(0, availableBytes - bytes), limited);
    }

    /// The same with `/proc` and `/sys` below another root, where files may be missing.
    public static HostMemory read(Path root) {
        OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return read(root, bean.getTotalMemorySize(), bean.getFreeMemorySize());
    }

    /// @param usable bytes that this process may use, as the Java virtual machine found
    /// @param free bytes that nobody uses, as it found
    static HostMemory read(Path root, long usable, long free) {
        Path meminfo = root.resolve("proc/meminfo");
        long installed = Math.max(usable, kibibytes(meminfo, "MemTotal:"));
        long available = Math.max(kibibytes(meminfo, "MemAvailable:"), 0);
        boolean limited = usable < installed;
        if (limited) {
            long left = leftInGroup(root, usable);
            available = Math.min(available == 0 ? Long.MAX_VALUE : available, left < 0 ? free : left);
        }
        return new HostMemory(usable, Math.min(available == 0 ? free : available, usable), limited);
    }

    private static long kibibytes(Path meminfo, String key) {
        return number(meminfo, key) * 1024;
    }

    /// What the process's control group leaves of its limit, counting memory that only holds copies of files as
    /// left; -1 if that is not told.
    private static long leftInGroup(Path root, long limit) {
        Path groups = root.resolve("sys/fs/cgroup");
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts.length < 3 || !(parts[1].isEmpty() || parts[1].equals("memory"))) {
                continue;
            }
            boolean unified = parts[1].isEmpty();
            Path top = unified ? groups : groups.resolve("memory");
            Path own = top.resolve("./" + parts[2]).normalize();
            // inside of a container its own group is the top, whatever it is called outside
            for (Path group : List.of(own, top)) {
                long used = number(group.resolve(unified ? "memory.current" : "memory.usage_in_bytes"), "");
                if (used >= 0) {
                    String prefix = unified ? "" : "total_";
                    long files = Math.max(0, number(group.resolve("memory.stat"), prefix + "inactive_file "))
                            + Math.max(0, number(group.resolve("memory.stat"), prefix + "active_file "));
                    return Math.max(0, limit - used + files);
                }
            }
        }
        return -1;
    }

    /// The number behind a word that a line of the file begins with; -1 if there is none.
    private static long number(Path file, String word) {
        for (String line : lines(file)) {
            String digits = line.startsWith(word)
                    ? line.substring(word.length()).strip().replaceFirst(" kB$", "")
                    : "";
            if (digits.matches("\\d{1,18}")) {
                return Long.parseLong(digits);
            }
        }
        return -1;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}
