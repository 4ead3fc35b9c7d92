package ouverture.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ouverture.error.ModelFileException;

/// The parts of a split GGUF file. They are named `model-00001-of-00003.gguf` and know their number and how many
/// they are; the first has the keys of the whole. A file in one piece is its only part.
///
/// @param opened the part that was asked for
/// @param prefix file name of all parts, up to the number
/// @param index number of the opened part, from 0
/// @param count number of parts
record GgufParts(Path opened, String prefix, int index, int count) {
    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    private static final int MOST_PARTS = 4096;

    /// The parts that a file belongs to, by what its header says.
    ///
    /// @throws ModelFileException if number, count and file name contradict each other
    static GgufParts of(Path path, GgufHeader header) {
        String name = ModelFiles.fileName(path);
        Metadata metadata = new Metadata(name, header.values());
        int count = metadata.integer("split.count", 1);
        int index = metadata.integer("split.no", 0);
        if (count <= 1) {
            return new GgufParts(path, "", 0, 1);
        }
        if (index < 0 || index >= count || count > MOST_PARTS) {
            throw new ModelFileException(
                    name + " is damaged: it says it is part " + (index + 1L) + " of " + count + ".");
        }
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()
                || Integer.parseInt(matcher.group(2)) != index + 1
                || Integer.parseInt(matcher.group(3)) != count) {
            throw new ModelFileException(name + " is part " + (index + 1) + " of " + count
                    + " of a split file, so its name must end in " + suffix(index, count) + ": rename it back.");
        }
        return new GgufParts(path, matcher.group(1), index, count);
    }

    /// Where a part lies.
    Path path(int part) {
        return count == 1 ? opened : opened.resolveSibling(prefix + suffix(part, count));
    }

    /// All bytes of another part.
    ///
    /// @throws ModelFileException if it is missing or unreadable
    MemorySegment map(int part, Arena arena) {
        Path path = path(part);
        if (!Files.exists(path)) {
            throw new ModelFileException("Part " + (part + 1) + " of " + count + " is missing: put "
                    + ModelFiles.fileName(path) + " beside " + ModelFiles.fileName(opened) + ".");
        }
        return MappedFile.map(path, arena);
    }

    /// Reads another part's header.
    ///
    /// @param file all of it
    /// @throws ModelFileException if it is damaged, or says to be another part
    GgufHeader read(int part, MemorySegment file) {
        String name = ModelFiles.fileName(path(part));
        GgufHeader header = GgufHeader.read(name, file);
        Metadata metadata = new Metadata(name, header.values());
        if (metadata.integer("split.no", 0) != part || metadata.integer("split.count", 1) != count) {
            throw new ModelFileException(name + " is not part " + (part + 1) + " of " + count
                    + ": by its header it is part " + (metadata.integer("split.no", 0) + 1L) + " of "
                    + metadata.integer("split.count", 1) + ".");
        }
        return header;
    }

    /// Checks that the parts belong to one file.
    ///
    /// @throws ModelFileException if they disagree about the architecture or the number of tensors
    void check(List<GgufHeader> headers) {
        Object architecture = headers.getFirst().values().get("general.architecture");
        long tensors = 0;
        for (int i = 0; i < count; i++) {
            GgufHeader header = headers.get(i);
            tensors += header.tensors().size();
            Object other = header.values().getOrDefault("general.architecture", architecture);
            if (!Objects.equals(architecture, other)) {
                throw new ModelFileException(ModelFiles.fileName(path(i)) + " belongs to another model than "
                        + ModelFiles.fileName(path(0)) + ": their architectures differ.");
            }
        }
        Metadata first =
                new Metadata(ModelFiles.fileName(path(0)), headers.getFirst().values());
        long expected = count == 1 ? tensors : first.integer("split.tensors.count", (int) tensors);
        if (tensors != expected) {
            throw new ModelFileException(ModelFiles.fileName(path(0)) + " and its other parts have " + tensors
                    + " tensors together where " + expected + " were written: a part is of another file.");
        }
    }

    private static String suffix(int part, int count) {
        return String.format(Locale.ROOT, "-%05d-of-%05d.gguf", part + 1, count);
    }
}
