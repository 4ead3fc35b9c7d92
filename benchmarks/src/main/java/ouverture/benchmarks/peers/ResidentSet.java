package ouverture.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Memory of a process that is not swapped out, as Linux counts it in `/proc/PID/status`; 0 elsewhere.
///
/// @param fileBytes pages of mapped files, that of the model first of all
/// @param anonymousBytes pages that no file backs: Java's heap and code, packed weights, caches, scratch memory
/// @param peakBytes the most that both ever were together
record ResidentSet(long fileBytes, long anonymousBytes, long peakBytes) {
    static final ResidentSet NONE = new ResidentSet(0, 0, 0);

    /// What a process has now; nothing if it has ended.
    static ResidentSet of(long process) {
        try {
            Path file = Path.of("/proc/" + process + "/status");
            return Files.exists(file) ? parse(Files.readString(file)) : NONE;
        } catch (IOException e) {
            return NONE;
        }
    }

    /// @param text of `/proc/PID/status`
    static ResidentSet parse(String text) {
        return new ResidentSet(
                bytes(text, "RssFile:") + bytes(text, "RssShmem:"), bytes(text, "RssAnon:"), bytes(text, "VmHWM:"));
    }

    private static long bytes(String text, String key) {
        return text.lines()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    /// Both kinds together.
    long bytes() {
        return fileBytes + anonymousBytes;
    }
}
