package ouverture.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ouverture.tensor.HostMemory;

/// What this computer has, as far as running a model goes. On Linux from `/proc` and `/sys`; elsewhere without
/// the processor's model, features and caches.
///
/// @param system operating system and its version
/// @param architecture of the processor, in Java's names
/// @param processor its name, or the architecture where the system does not tell
/// @param processors logical processors that this process may use
/// @param cores physical cores of the computer; 0 if unknown
/// @param features instruction sets that matter to kernels, in the kernel's names
/// @param lastLevelCacheBytes bytes of the largest cache; 0 if unknown
/// @param memoryBytes bytes of memory that this process may use at most, a container's limit included
/// @param availableBytes of these, bytes that can be had without swapping
/// @param memoryLimited whether a container's limit is below the computer's memory
/// @param hugePages setting of transparent huge pages: `always`, `madvise`, `never`, or `unknown`
public record Machine(
        String system,
        String architecture,
        String processor,
        int processors,
        int cores,
        List<String> features,
        long lastLevelCacheBytes,
        long memoryBytes,
        long availableBytes,
        boolean memoryLimited,
        String hugePages) {
    private static final List<String> FEATURES_OF_INTEREST = List.of(
            "avx",
            "avx2",
            "fma",
            "f16c",
            "avx_vnni",
            "avx512f",
            "avx512bw",
            "avx512vl",
            "avx512_vnni",
            "avx512_bf16",
            "avx512_fp16",
            "amx_int8",
            "amx_bf16",
            "asimd",
            "asimdhp",
            "asimddp",
            "i8mm",
            "bf16",
            "sve",
            "sve2");

    public Machine {
        features = List.copyOf(features);
    }

    /// This computer.
    public static Machine here() {
        return read(Path.of("/"));
    }

    /// This computer with `/proc` and `/sys` below another root, where files may be missing.
    static Machine read(Path root) {
        HostMemory memory = HostMemory.read(root);
        Map<String, String> processor = pairs(root.resolve("proc/cpuinfo"));
        String architecture = System.getProperty("os.arch");
        return new Machine(
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                architecture,
                processor.getOrDefault("model name", architecture),
                Runtime.getRuntime().availableProcessors(),
                cores(root),
                features(processor),
                lastLevelCache(root.resolve("sys/devices/system/cpu/cpu0/cache")),
                memory.totalBytes(),
                memory.availableBytes(),
                memory.limited(),
                chosen(text(root.resolve("sys/kernel/mm/transparent_hugepage/enabled"))));
    }

    private static List<String> features(Map<String, String> processor) {
        String flags = processor.getOrDefault("flags", processor.getOrDefault("Features", ""));
        Set<String> all = new HashSet<>(Arrays.asList(flags.split("\\s+")));
        return FEATURES_OF_INTEREST.stream().filter(all::contains).toList();
    }

    /// Counts distinct pairs of package and core.
    private static int cores(Path root) {
        Set<String> cores = new HashSet<>();
        String physical = "";
        for (String line : text(root.resolve("proc/cpuinfo")).lines().toList()) {
            if (line.startsWith("physical id")) {
                physical = value(line);
            } else if (line.startsWith("core id")) {
                cores.add(physical + "/" + value(line));
            }
        }
        return cores.size();
    }

    private static long lastLevelCache(Path caches) {
        long largest = 0;
        for (int index = 0; index < 8; index++) {
            String size = text(caches.resolve("index" + index + "/size")).strip();
            if (size.matches("\\d{1,9}K")) {
                largest = Math.max(largest, Long.parseLong(size, 0, size.length() - 1, 10) * 1024);
            }
        }
        return largest;
    }

    /// The word in brackets of `always [madvise] never`.
    private static String chosen(String setting) {
        int from = setting.indexOf('[');
        int to = setting.indexOf(']');
        return from >= 0 && to > from ? setting.substring(from + 1, to) : "unknown";
    }

    /// Lines `key : value`; the first of equal keys counts.
    private static Map<String, String> pairs(Path file) {
        Map<String, String> pairs = new HashMap<>();
        for (String line : text(file).lines().toList()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                pairs.putIfAbsent(line.substring(0, colon).strip(), value(line));
            }
        }
        return pairs;
    }

    private static String value(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
