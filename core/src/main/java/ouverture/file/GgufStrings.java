package ouverture.file;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/// The strings of a GGUF array, kept as the file has them and decoded on each [#get]: a vocabulary with its
/// merges has most of a million, which would be most of the time that opening a file takes.
final class GgufStrings extends AbstractList<String> implements RandomAccess {
    private final byte[] bytes;
    private final int[] starts;

    /// @param bytes the array's strings, each behind its length in 8 bytes
    /// @param starts where each string starts behind its length, and where one more would
    GgufStrings(byte[] bytes, int[] starts) {
        this.bytes = bytes;
        this.starts = starts;
    }

    @Override
    public String get(int index) {
        Objects.checkIndex(index, size());
        int start = starts[index];
        return new String(bytes, start, starts[index + 1] - Long.BYTES - start, StandardCharsets.UTF_8);
    }

    @Override
    public int size() {
        return starts.length - 1;
    }
}
