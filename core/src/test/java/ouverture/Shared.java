package ouverture;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// The folder with conformance data and small trained models beside the checkout. Tests that need it fail on a CI
/// machine that lacks it; elsewhere they are left out, and say so.
public final class Shared {
    private static final Path ROOT = Path.of(System.getProperty("ouverture.shared", "../shared"))
            .toAbsolutePath()
            .normalize();

    private Shared() {}

    /// Whether the folder is there.
    public static boolean present() {
        return Files.isDirectory(ROOT);
    }

    /// A file or folder below the shared one; skips the calling test where a user's clone has no such folder.
    public static Path path(String relative) {
        Path path = ROOT.resolve(relative);
        if (!Files.exists(path) && !present() && System.getenv("CI") == null) {
            Assumptions.abort("left out: no conformance data at " + ROOT + " (set OUVERTURE_SHARED)");
        }
        if (!Files.exists(path)) {
            throw new AssertionError("missing conformance data: " + path);
        }
        return path;
    }

    /// As [#path], for use in a dynamic-test factory: an existing folder, or empty where it may be left out.
    public static java.util.Optional<Path> folder(String relative) {
        if (!present() && System.getenv("CI") == null) {
            return java.util.Optional.empty();
        }
        return java.util.Optional.of(path(relative));
    }
}
