package ouverture.tensor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// A folder of files with packed weights, which may all be deleted at any time: processes that have one mapped
/// keep it until they end.
///
/// @param path of the folder, which need not exist
/// @param limitBytes that its files may take together
public record PackedFolder(Path path, long limitBytes) {
    /// Names of the files end so.
    public static final String SUFFIX = ".packed";

    /// Names of files end so until they are ready for use.
    public static final String PART = ".part";

    private static final String PLACE = "OUVERTURE_PACKED";
    private static final String LIMIT = "OUVERTURE_PACKED_GIB";
    private static final long DEFAULT_GIB = 64;

    /// What is in the folder.
    ///
    /// @param bytes lengths of all files; where weights are missing in them they take less of the disk
    public record Contents(int files, long bytes) {}

    private record Entry(Path path, long bytes, FileTime used) {}

    /// The user's folder: what `OUVERTURE_PACKED` names, else `ouverture/packed` in `XDG_CACHE_HOME` or, where
    /// that is not set, in `.cache` at home. `OUVERTURE_PACKED_GIB` is the limit (default: 64).
    ///
    /// @throws IllegalArgumentException if the limit is not a whole number of at most six digits
    public static PackedFolder of(Map<String, String> environment) {
        String named = environment.getOrDefault(PLACE, "");
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path caches = cache.isEmpty() ? Path.of(System.getProperty("user.home", ""), ".cache") : Path.of(cache);
        String limit = environment.getOrDefault(LIMIT, String.valueOf(DEFAULT_GIB));
        if (!limit.matches("\\d{1,6}")) {
            throw new IllegalArgumentException(
                    LIMIT + " is \"" + limit + "\"; it must be a number of GiB, such as 64.");
        }
        Path path = named.isEmpty() ? caches.resolve("ouverture", "packed") : Path.of(named);
        return new PackedFolder(path, Long.parseLong(limit) << 30);
    }

    /// Looks at the files.
    ///
    /// @throws IOException if the folder cannot be read; one that is missing is empty
    public Contents contents() throws IOException {
        List<Entry> entries = entries();
        return new Contents(
                entries.size(), entries.stream().mapToLong(Entry::bytes).sum());
    }

    /// Deletes all files.
    ///
    /// @return what there was
    /// @throws IOException if one cannot be deleted
    public Contents clear() throws IOException {
        Contents contents = contents();
        for (Entry entry : entries()) {
            Files.deleteIfExists(entry.path);
        }
        return contents;
    }

    /// Deletes the files that were used longest ago until another one fits the limit.
    ///
    /// @param bytes of the other one
    /// @param replaced a file whose place it takes
    /// @return whether it fits
    /// @throws IOException if the folder cannot be read or a file cannot be deleted
    public boolean makeRoom(long bytes, Path replaced) throws IOException {
        if (bytes > limitBytes) {
            return false;
        }
        List<Entry> entries = entries();
        entries.removeIf(entry -> entry.path.equals(replaced));
        long all = entries.stream().mapToLong(Entry::bytes).sum();
        for (Entry oldest : entries) {
            if (all + bytes <= limitBytes) {
                break;
            }
            Files.deleteIfExists(oldest.path);
            all -= oldest.bytes;
        }
        return true;
    }

    /// All files, those first that were used longest ago.
    private List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*{" + SUFFIX + "," + PART + "}")) {
            for (Path file : files) {
                try {
                    entries.add(new Entry(file, Files.size(file), Files.getLastModifiedTime(file)));
                } catch (NoSuchFileException _) {
                    // another process has deleted it meanwhile
                }
            }
        } catch (NoSuchFileException e) {
            return entries;
        }
        entries.sort(Comparator.comparing(Entry::used));
        return entries;
    }
}
