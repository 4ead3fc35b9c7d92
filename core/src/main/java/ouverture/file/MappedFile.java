package ouverture.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import ouverture.error.ModelFileException;

/// Maps files into memory, read-only.
final class MappedFile {
    private MappedFile() {}

    /// All bytes of a regular file, mapped until the arena is closed.
    ///
    /// @throws ModelFileException if it is missing, not a regular file (a pipe would be waited for) or unreadable
    static MemorySegment map(Path path, Arena arena) {
        if (!Files.exists(path)) {
            throw new ModelFileException("There is no file " + path + ".");
        }
        if (!Files.isRegularFile(path)) {
            throw new ModelFileException(path + " is not a regular file, so it cannot be mapped into memory.");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw new ModelFileException(path + " cannot be read (" + e.getMessage() + "): check its permissions.", e);
        }
    }
}
