package ouverture.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Files that nobody ever sees half of: they are written beside their place and then renamed.
final class WholeFile {
    /// Writes the content.
    interface Content {
        void write(OutputStream stream) throws IOException;
    }

    private WholeFile() {}

    /// Writes a file, or replaces the old one when all of the new one is there. Where a link leads to the file,
    /// the link stays; a device or a pipe is written to as it is.
    ///
    /// @throws IOException if it cannot be written; an old file is then as it was
    static void write(Path path, Content content) throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            try (OutputStream stream = Files.newOutputStream(path)) {
                content.write(stream);
            }
            return;
        }
        Path target = Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? path.toRealPath() : path.toAbsolutePath();
        Path folder = target.getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        Path part = target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            try (OutputStream stream = Files.newOutputStream(part)) {
                content.write(stream);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
