package ouverture.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import ouverture.file.AtomicFile;

/// Output files that nobody ever sees half of, where the place is not a device or a pipe.
final class WholeFile {
    /// Writes the content.
    interface Content {
        void write(OutputStream stream) throws IOException;
    }

    private WholeFile() {}

    /// Writes a file, or replaces the old one when all of the new one is there; a device or a pipe is written to as
    /// it is.
    ///
    /// @throws IOException if the content cannot be made
    /// @throws ouverture.error.ResourceException if it cannot be written; an old file is then as it was
    static void write(Path path, Content content) throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            try (OutputStream stream = Files.newOutputStream(path)) {
                content.write(stream);
            }
            return;
        }
        try (AtomicFile file = AtomicFile.create(path);
                OutputStream stream = Channels.newOutputStream(file.channel())) {
            content.write(stream);
            file.commit();
        }
    }
}
