package ouverture.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import ouverture.error.RequestException;
import ouverture.error.ResourceException;

/// A file that appears, or replaces an old one, when all of it is written, so that nobody ever sees half of it.
/// Until then it grows under another name in the same folder.
public final class AtomicFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;
    private final FileChannel channel;

    private AtomicFile(Path target, Path temporary, FileChannel channel) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
    }

    /// Begins a file. Where `path` is a link, the file that it leads to is replaced.
    ///
    /// @throws ResourceException if no file can be made there
    @SuppressWarnings("MustBeClosedChecker") // the file owns the channel
    public static AtomicFile create(Path path) {
        try {
            Path target = Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? path.toRealPath() : path.toAbsolutePath();
            Path temporary = target.resolveSibling(
                    "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
            FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new AtomicFile(target, temporary, channel);
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    /// Refuses a path where no file can be, before any work is done for it.
    ///
    /// @param name what the user calls the path, for messages
    /// @throws RequestException if it is a folder, or lies in none where anything can be written
    public static void check(String name, Path path) {
        Path absolute = path.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder == null || Files.isDirectory(absolute)) {
            throw new RequestException(name + " is the folder " + absolute + "; name a file in it.");
        }
        if (!Files.isWritable(folder) && !Files.isWritable(absolute)) {
            throw new RequestException(name + " lies in " + folder
                    + ", where nothing can be written; make that folder, or name another one.");
        }
    }

    /// Refuses to begin what will not fit.
    ///
    /// @param bytes length of the whole file
    /// @param free bytes that its disk has left
    /// @throws ResourceException with both figures if it does not fit
    static void checkSpace(Path path, long bytes, long free) {
        if (bytes > free) {
            throw new ResourceException(String.format(
                    java.util.Locale.ROOT,
                    "%s would take %,d bytes and its disk has %,d left: free %,d bytes, or name a file elsewhere.",
                    path,
                    bytes,
                    free,
                    bytes - free));
        }
    }

    /// As the other, with what the disk says.
    ///
    /// @throws ResourceException with figures if `bytes` do not fit, or if the disk cannot be asked
    void checkSpace(long bytes) {
        try {
            checkSpace(target, bytes, Files.getFileStore(temporary).getUsableSpace());
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    /// Where to write. A failure of it is no reason to go on: close the file.
    public FileChannel channel() {
        return channel;
    }

    /// Adds all bytes of a buffer.
    ///
    /// @throws ResourceException if they cannot be written, as on a full disk
    void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    /// Ends the file: all of it is on the disk, and only then under its name.
    ///
    /// @throws ResourceException if that fails; the old file is then as it was
    public void commit() {
        try {
            channel.force(true);
            channel.close();
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    /// Removes what was written unless it was [#commit]ted.
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw unwritable(target, e);
        }
    }

    private static ResourceException unwritable(Path path, IOException cause) {
        String reason = cause instanceof java.nio.file.FileSystemException e && e.getReason() != null
                ? e.getReason()
                : String.valueOf(cause.getMessage());
        return new ResourceException(
                path + " cannot be written (" + reason + "): make room or set its folder's permissions, or name a file"
                        + " elsewhere.",
                cause);
    }
}
