package ouverture.file;

import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import ouverture.error.ModelFileException;
import ouverture.tensor.DType;
import ouverture.tensor.Tensor;

/// Where a tensor lies in its file; its sizes are checked to be positive, to fit the types of [Tensor] and not to
/// overflow.
///
/// @param start first byte, counted from the start of the file's weights, not negative
/// @param bytes length, positive
record TensorEntry(String name, DType type, int planes, int rows, int columns, long start, long bytes) {
    /// @param file the file's name, for messages
    /// @param sizes columns, rows, planes, groups of planes; those that are left out are 1
    /// @param start first byte, not negative
    /// @throws ModelFileException if a size is out of range or a row is not made of whole blocks
    static TensorEntry of(String file, String name, DType type, long[] sizes, long start) {
        String where = file + " is damaged: tensor " + Sentences.quoted(name);
        long[] four = {1, 1, 1, 1};
        if (sizes.length > four.length) {
            throw new ModelFileException(where + " has " + sizes.length + " dimensions; at most 4 are possible.");
        }
        System.arraycopy(sizes, 0, four, 0, sizes.length);
        for (long size : four) {
            if (size <= 0 || size > Integer.MAX_VALUE) {
                throw new ModelFileException(
                        where + " has a dimension of " + size + "; it must be from 1 to " + Integer.MAX_VALUE + ".");
            }
        }
        if (four[0] % type.blockElements() != 0) {
            throw new ModelFileException(where + " has rows of " + four[0] + " elements, which are not whole blocks of "
                    + type.blockElements() + " as " + type + " needs.");
        }
        long planes = four[2] * four[3];
        long rowBytes = type.bytes(four[0]);
        if (planes > Integer.MAX_VALUE || planes * four[1] > Long.MAX_VALUE / rowBytes) {
            throw new ModelFileException(where + " has more elements than any file can hold.");
        }
        long bytes = planes * four[1] * rowBytes;
        return new TensorEntry(name, type, (int) planes, (int) four[1], (int) four[0], start, bytes);
    }

    /// The tensor, as a view on the file's weights.
    Tensor view(MemorySegment weights) {
        return new Tensor(name, type, planes, rows, columns, weights.asSlice(start, bytes));
    }

    /// Checks that every entry ends inside the weights and that no two share a byte.
    ///
    /// @param file the file's name, for messages
    /// @param weightBytes length of the weights, not negative
    /// @throws ModelFileException naming the tensors where not
    static void check(String file, long weightBytes, List<TensorEntry> entries) {
        List<TensorEntry> ordered = entries.stream()
                .sorted(Comparator.comparingLong(TensorEntry::start))
                .toList();
        TensorEntry before = null;
        for (TensorEntry entry : ordered) {
            if (entry.bytes > weightBytes - entry.start) {
                throw new ModelFileException(file + " is truncated: tensor " + Sentences.quoted(entry.name) + " needs "
                        + entry.bytes + " bytes from byte " + entry.start + " of the weights, which end at byte "
                        + weightBytes
                        + "; download or copy it again.");
            }
            if (before != null && entry.start - before.start < before.bytes) {
                throw new ModelFileException(file + " is damaged: tensors " + Sentences.quoted(before.name) + " and "
                        + Sentences.quoted(entry.name) + " overlap.");
            }
            before = entry;
        }
    }
}
